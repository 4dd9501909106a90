{#-
    True where two amounts agree to the cent: each bill that was summed may have been rounded half a cent either way, and
    so may the amount that it is compared with.
-#}
{% macro agree_to_the_cent(one, other, bills=1) -%}
    abs({{ one }} - {{ other }}) <= 0.005 * greatest({{ bills }}, 1)
{%- endmacro %}
