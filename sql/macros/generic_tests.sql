{#- Fails for each combination of columns that occurs in several rows; nulls count as a value. -#}
{% test unique_combination(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}

{#- Fails for each value outside the closed range. A bound that is left out does not apply; nulls pass. -#}
{% test in_range(model, column_name, at_least=none, at_most=none) %}
    select {{ column_name }}
    from {{ model }}
    where
        false
        {% if at_least is not none %} or {{ column_name }} < {{ at_least }} {% endif %}
        {% if at_most is not none %} or {{ column_name }} > {{ at_most }} {% endif %}
{% endtest %}

{#- Fails for each row where the expression is false; an expression that is null passes. -#}
{% test expression_is_true(model, expression) %}
    select *
    from {{ model }}
    where not ({{ expression }})
{% endtest %}
