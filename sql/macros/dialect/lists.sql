{#-
    Statistics over a list column that a few wild values do not move. Each equals SciPy's or NumPy's answer.
    The arguments of lambdas begin with an underscore, so that they hide no column.
-#}

{#- The median of a list's values that are not null; null where there is none. -#}
{% macro median_of_list(values) -%}
    {{ adapter.dispatch('median_of_list')(values) }}
{%- endmacro %}

{% macro default__median_of_list(values) -%}
    list_median({{ values }})
{%- endmacro %}

{#- Spark's percentiles are over rows, not over a list. The list of one list names the sorted values. -#}
{% macro spark__median_of_list(values) -%}
    transform(
        array(array_sort(filter({{ values }}, _value -> _value is not null))),
        _sorted -> case when size(_sorted) > 0 then
            (_sorted[(size(_sorted) - 1) div 2] + (_sorted[size(_sorted) div 2] - _sorted[(size(_sorted) - 1) div 2]) * 0.5D)
        end
    )[0]
{%- endmacro %}

{#- Median absolute deviation of a list's values from a centre, not scaled. -#}
{% macro median_absolute_deviation(values, centre) -%}
    {{ adapter.dispatch('median_absolute_deviation')(values, centre) }}
{%- endmacro %}

{% macro default__median_absolute_deviation(values, centre) -%}
    {{ median_of_list('list_transform(' ~ values ~ ', lambda _value: abs(_value - ' ~ centre ~ '))') }}
{%- endmacro %}

{% macro spark__median_absolute_deviation(values, centre) -%}
    {{ median_of_list('transform(' ~ values ~ ', _value -> abs(_value - ' ~ centre ~ '))') }}
{%- endmacro %}

{#-
    Theil-Sen slope of a list of {x, y}: the median of the slopes of all pairs that differ in x.
    Null where there is no such pair. Equal to scipy.stats.theilslopes.
-#}
{% macro theil_sen_slope(points) -%}
    {{ adapter.dispatch('theil_sen_slope')(points) }}
{%- endmacro %}

{% macro default__theil_sen_slope(points) -%}
    list_median(flatten(list_transform(
        {{ points }},
        lambda _earlier: list_transform(
            list_filter({{ points }}, lambda _later: _later.x > _earlier.x),
            lambda _later: (_later.y - _earlier.y) / (_later.x - _earlier.x)
        )
    )))
{%- endmacro %}

{% macro spark__theil_sen_slope(points) -%}
    {%- set slopes -%}
    flatten(transform(
        {{ points }},
        _earlier -> transform(
            filter({{ points }}, _later -> _later.x > _earlier.x),
            _later -> (_later.y - _earlier.y) / (_later.x - _earlier.x)
        )
    ))
    {%- endset -%}
    {{ median_of_list(slopes) }}
{%- endmacro %}
