{#- A unit of money in one spelling (`usd` and `USD` are one currency); without a unit, the API means dollars. -#}
{% macro currency(unit) -%}
    coalesce(nullif(upper(trim({{ unit }})), ''), 'USD')
{%- endmacro %}

{#- A sum of seconds that does not depend on the order of the rows, as a sum of floats does. -#}
{% macro exact_sum(seconds, scale=12) -%}
    sum(try_cast({{ seconds }} as decimal({{ 18 + scale }}, {{ scale }})))::double
{%- endmacro %}

{#- A difference, or zero if it is negative. Null stays null; `greatest` would skip it. -#}
{% macro not_negative(difference) -%}
    case when {{ difference }} < 0 then 0 else {{ difference }} end
{%- endmacro %}

{#- A share, or one if it is greater. Null stays null. -#}
{% macro not_above_one(share) -%}
    case when {{ share }} > 1 then 1 else {{ share }} end
{%- endmacro %}
