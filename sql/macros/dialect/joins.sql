{#-
    Joins to each row the latest row of a relation that is not after it (or, unless `or_at`, that is before it).

    - kind: 'inner' or 'left'; relation and alias: what is joined, which may be a subquery.
    - by: for each column of the relation that has to be equal, the expression it is compared with.
    - at: the relation's column of the time; until: the expression it must not be after.
-#}
{% macro join_latest(kind, relation, alias, by, at, until, or_at=true) -%}
    {{ adapter.dispatch('join_latest')(kind, relation, alias, by, at, until, '>=' if or_at else '>') }}
{%- endmacro %}

{% macro default__join_latest(kind, relation, alias, by, at, until, follows) -%}
    asof {{ kind }} join {{ relation }} as {{ alias }}
        on {% for column, other in by.items() %}{{ other }} = {{ alias }}.{{ column }} and {% endfor -%}
            {{ until }} {{ follows }} {{ alias }}.{{ at }}
{%- endmacro %}

{#- Spark has no such join: a row holds until the next one's time. -#}
{% macro spark__join_latest(kind, relation, alias, by, at, until, follows) -%}
    {{ kind }} join (
        select
            *,
            lead({{ at }}) over (partition by {{ by | join(', ') }} order by {{ at }}) as _until
        from {{ relation }}
    ) as {{ alias }}
        on {% for column, other in by.items() %}{{ other }} = {{ alias }}.{{ column }} and {% endfor -%}
            {{ until }} {{ follows }} {{ alias }}.{{ at }}
            and ({{ alias }}._until is null or not ({{ until }} {{ follows }} {{ alias }}._until))
{%- endmacro %}
