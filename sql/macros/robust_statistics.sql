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

{#-
    The 97.5 % quantile of Student's t: the middle 95 % of a mean lies within it either way. Exact for one to three
    degrees of freedom, from four on by its expansion about the normal quantile, to 0.3 %.
-#}
{% macro student_quantile(degrees) -%}
    case
        when {{ degrees }} = 1 then 12.7062
        when {{ degrees }} = 2 then 4.3027
        when {{ degrees }} = 3 then 3.1824
        else
            1.959964
            + (pow(1.959964, 3) + 1.959964) / (4 * ({{ degrees }}))
            + (5 * pow(1.959964, 5) + 16 * pow(1.959964, 3) + 3 * 1.959964) / (96 * pow({{ degrees }}, 2))
            + (3 * pow(1.959964, 7) + 19 * pow(1.959964, 5) + 17 * pow(1.959964, 3) - 15 * 1.959964)
            / (384 * pow({{ degrees }}, 3))
    end
{%- endmacro %}
