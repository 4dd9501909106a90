{#-
    True where two amounts agree to the cent: each bill that was summed may have been rounded half a cent either way, and
    so may the amount that it is compared with.
-#}
{% macro agree_to_the_cent(one, other, bills=1) -%}
    abs({{ one }} - {{ other }}) <= 0.005 * greatest({{ bills }}, 1)
{%- endmacro %}

{#- What one unit costs, to the millionth; null where there is none, or too little of it to say. -#}
{% macro per(cost, units) -%}
    try_cast(round(({{ cost }})::double / nullif({{ units }}, 0)::double, 6) as decimal(18, 6))
{%- endmacro %}

{#- Whether a currency is a national one by the look of its name, three capital letters; credits are none. -#}
{% macro is_national(currency) -%}
    (length({{ currency }}) = 3 and translate({{ currency }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '') = '')
{%- endmacro %}
