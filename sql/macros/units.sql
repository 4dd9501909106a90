{#- A unit of money in one spelling (`usd` and `USD` are one currency); the API means dollars where it says none. -#}
{% macro currency(unit) -%}
    coalesce(nullif(upper(trim({{ unit }})), ''), 'USD')
{%- endmacro %}

{#- A sum of seconds that is the same in whatever order they are added up, which a sum of floats is not. -#}
{% macro exact_sum(seconds, scale=12) -%}
    sum(try_cast({{ seconds }} as decimal({{ 18 + scale }}, {{ scale }})))::double
{%- endmacro %}

{#- A difference, or zero where it is negative; null where it is null, which `greatest` would pass over. -#}
{% macro not_negative(difference) -%}
    case when {{ difference }} < 0 then 0 else {{ difference }} end
{%- endmacro %}

{#- A share, or one where it is greater; null where it is null. -#}
{% macro not_above_one(share) -%}
    case when {{ share }} > 1 then 1 else {{ share }} end
{%- endmacro %}
