{#-
    Statistics that a few wild values do not move, over a list column. Each equals SciPy's or NumPy's answer.
    The arguments of lambdas begin with an underscore, so that they hide no column.
-#}

{#- Median absolute deviation of a list's values from a centre, not scaled. -#}
{% macro median_absolute_deviation(values, centre) -%}
    list_median(list_transform({{ values }}, lambda _value: abs(_value - {{ centre }})))
{%- endmacro %}

{#-
    Theil-Sen slope of a list of {x, y}: the median of the slopes of all pairs that differ in x.
    Null where there is no such pair. Equal to scipy.stats.theilslopes.
-#}
{% macro theil_sen_slope(points) -%}
    list_median(flatten(list_transform(
        {{ points }},
        lambda _earlier: list_transform(
            list_filter({{ points }}, lambda _later: _later.x > _earlier.x),
            lambda _later: (_later.y - _earlier.y) / (_later.x - _earlier.x)
        )
    )))
{%- endmacro %}

{#- MAD to standard deviation under normal noise. -#}
{% macro mad_to_sigma() -%} 1.4826 {%- endmacro %}
