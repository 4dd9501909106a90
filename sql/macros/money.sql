{#-
    True if two amounts agree to the cent. Each bill in the sum may have been rounded by half a cent either way, and so
    may the amount that the sum is compared with.
-#}
{% macro agree_to_the_cent(one, other, bills=none) -%}
    abs({{ one }} - {{ other }}) <= 0.005{% if bills %} * greatest({{ bills }}, 1){% endif %}

{%- endmacro %}

{#- The cost of one unit, to the millionth; null if there are no units, or too few to tell. -#}
{% macro per(cost, units) -%}
    try_cast(round(({{ cost }})::double / nullif({{ units }}, 0)::double, 6) as decimal(18, 6))
{%- endmacro %}

{#- Whether a currency is a national one: its name is three capital letters. Credits are not. -#}
{% macro is_national(currency) -%}
    (length({{ currency }}) = 3 and translate({{ currency }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '') = '')
{%- endmacro %}

{#- Whether two rows are of one scope: an organization, one of its projects (null for all of them), and a currency. -#}
{% macro same_scope(one, other) -%}
    {{ one }}.organization = {{ other }}.organization
    and {{ one }}.project_id is not distinct from {{ other }}.project_id
    and {{ one }}.currency = {{ other }}.currency
{%- endmacro %}
