{#- The quantiles of a group's values, as a list, interpolated between values (NumPy's default). -#}
{% macro quantiles(value, shares) -%}
    {{ adapter.dispatch('quantiles')(value, shares) }}
{%- endmacro %}

{% macro default__quantiles(value, shares) -%}
    quantile_cont({{ value }}, [{{ shares | join(', ') }}])
{%- endmacro %}

{% macro spark__quantiles(value, shares) -%}
    percentile({{ value }}, array({{ shares | join(', ') }}))
{%- endmacro %}

{#- The median of the values of a window. -#}
{% macro median_over(value, frame) -%}
    {{ adapter.dispatch('median_over')(value, frame) }}
{%- endmacro %}

{% macro default__median_over(value, frame) -%}
    median({{ value }}) over {{ frame }}
{%- endmacro %}

{% macro spark__median_over(value, frame) -%}
    {{ spark_quantile_of_list('array_agg(' ~ value ~ ') over ' ~ frame, '0.5D') }}
{%- endmacro %}

{#- A quantile of the values of a window. -#}
{% macro quantile_over(value, share, frame) -%}
    {{ adapter.dispatch('quantile_over')(value, share, frame) }}
{%- endmacro %}

{% macro default__quantile_over(value, share, frame) -%}
    quantile_cont({{ value }}, {{ share }}) over {{ frame }}
{%- endmacro %}

{% macro spark__quantile_over(value, share, frame) -%}
    {{ spark_quantile_of_list('array_agg(' ~ value ~ ') over ' ~ frame, share ~ 'D') }}
{%- endmacro %}

{#- The median absolute deviation of the values of a window from their median, not scaled. -#}
{% macro mad_over(value, frame) -%}
    {{ adapter.dispatch('mad_over')(value, frame) }}
{%- endmacro %}

{% macro default__mad_over(value, frame) -%}
    mad({{ value }}) over {{ frame }}
{%- endmacro %}

{% macro spark__mad_over(value, frame) -%}
    transform(
        transform(
            array(array_agg({{ value }}) over {{ frame }}),
            _values -> struct(_values as vals, {{ spark_quantile_of_list('_values', '0.5D') }} as centre)
        ),
        _of -> {{ spark_quantile_of_list('transform(_of.vals, _each -> abs(_each - _of.centre))', '0.5D') }}
    )[0]
{%- endmacro %}
