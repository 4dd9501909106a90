{#-
    Joins the latest row of a relation that is not later than each row (or, unless `or_at`, that is earlier).

    - kind: 'inner' or 'left'; relation and alias: what is joined, which may be a subquery.
    - by: the expression that each column of the relation must equal.
    - at: the relation's column of time; until: the expression that it must not be later than.
-#}
{% macro join_latest(kind, relation, alias, by, at, until, or_at=true) -%}
    {{ adapter.dispatch('join_latest')(kind, relation, alias, by, at, until, '>=' if or_at else '>') }}
{%- endmacro %}

{% macro default__join_latest(kind, relation, alias, by, at, until, follows) -%}
    asof {{ kind }} join {{ relation }} as {{ alias }}
        on {% for column, other in by.items() %}{{ other }} = {{ alias }}.{{ column }} and {% endfor -%}
            {{ until }} {{ follows }} {{ alias }}.{{ at }}
{%- endmacro %}

{#- Spark has no such join, so each row gets the period until the next one. -#}
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
