{#-
    Robust statistics over a list column: a few wild values do not move them. Each equals SciPy's or NumPy's answer. The
    arguments of lambdas begin with an underscore, so they hide no column.
-#}

{#- The median of a list's values, without nulls; null if there is no value. -#}
{% macro median_of_list(values) -%}
    {{ adapter.dispatch('median_of_list')(values) }}
{%- endmacro %}

{% macro default__median_of_list(values) -%}
    list_median({{ values }})
{%- endmacro %}

{% macro spark__median_of_list(values) -%}
    {{ spark_quantile_of_list(values, '0.5D') }}
{%- endmacro %}

{#- Spark's percentiles work on rows, not on lists or frames. The list of one list names the sorted values. -#}
{% macro spark_quantile_of_list(values, share) -%}
    transform(
        transform(
            array(array_sort(filter({{ values }}, _value -> _value is not null))),
            _list -> struct(_list as sorted, (size(_list) - 1) * {{ share }} as place)
        ),
        _list -> case when size(_list.sorted) > 0 then
            _list.sorted[int(floor(_list.place))]
            + (_list.sorted[int(ceil(_list.place))] - _list.sorted[int(floor(_list.place))])
            * (_list.place - floor(_list.place))
        end
    )[0]
{%- endmacro %}

{#- Median absolute deviation of a list's values from a centre, not scaled. -#}
{% macro median_absolute_deviation(values, centre) -%}
    {{ median_of_list(deviations(values, centre)) }}
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

{#- The number of values in a list; null for a null list. -#}
{% macro list_size(values) -%}
    {{ adapter.dispatch('list_size')(values) }}
{%- endmacro %}

{% macro default__list_size(values) -%}
    len({{ values }})
{%- endmacro %}

{% macro spark__list_size(values) -%}
    array_size({{ values }})
{%- endmacro %}

{#- A list made of expressions. -#}
{% macro list_of(values) -%}
    {{ adapter.dispatch('list_of')(values) }}
{%- endmacro %}

{% macro default__list_of(values) -%}
    [{{ values | join(', ') }}]
{%- endmacro %}

{% macro spark__list_of(values) -%}
    array({{ values | join(', ') }})
{%- endmacro %}

{#- A list's value at a position, counted from 1; null if the list is shorter. -#}
{% macro nth(values, number) -%}
    {{ adapter.dispatch('nth')(values, number) }}
{%- endmacro %}

{% macro default__nth(values, number) -%}
    {{ values }}[{{ number }}]
{%- endmacro %}

{% macro spark__nth(values, number) -%}
    get({{ values }}, {{ number }} - 1)
{%- endmacro %}

{#- The first values of a list. -#}
{% macro first_of_list(values, count) -%}
    {{ adapter.dispatch('first_of_list')(values, count) }}
{%- endmacro %}

{% macro default__first_of_list(values, count) -%}
    {{ values }}[:{{ count }}]
{%- endmacro %}

{% macro spark__first_of_list(values, count) -%}
    slice({{ values }}, 1, {{ count }})
{%- endmacro %}

{#- All values of a list after the first ones. -#}
{% macro rest_of_list(values, count) -%}
    {{ adapter.dispatch('rest_of_list')(values, count) }}
{%- endmacro %}

{% macro default__rest_of_list(values, count) -%}
    {{ values }}[{{ count }} + 1:]
{%- endmacro %}

{% macro spark__rest_of_list(values, count) -%}
    slice({{ values }}, {{ count }} + 1, greatest(array_size({{ values }}) - ({{ count }}), 0))
{%- endmacro %}

{#- Every n-th value of a list, counted back from the last one, which is always among them. -#}
{% macro every_nth(values, stride) -%}
    {{ adapter.dispatch('every_nth')(values, stride) }}
{%- endmacro %}

{% macro default__every_nth(values, stride) -%}
    list_slice({{ values }}, (len({{ values }}) - 1) % {{ stride }} + 1, len({{ values }}), {{ stride }})
{%- endmacro %}

{% macro spark__every_nth(values, stride) -%}
    filter({{ values }}, (_value, _place) -> (array_size({{ values }}) - 1 - _place) % {{ stride }} = 0)
{%- endmacro %}

{#- A list of texts as one text. -#}
{% macro joined(values, separator) -%}
    {{ adapter.dispatch('joined')(values, separator) }}
{%- endmacro %}

{% macro default__joined(values, separator) -%}
    array_to_string({{ values }}, {{ separator }})
{%- endmacro %}

{% macro spark__joined(values, separator) -%}
    array_join({{ values }}, {{ separator }})
{%- endmacro %}

{#- A row for each value of a list; none where it is empty or null. -#}
{% macro each_item(values) -%}
    {{ adapter.dispatch('each_item')(values) }}
{%- endmacro %}

{% macro default__each_item(values) -%}
    unnest({{ values }})
{%- endmacro %}

{% macro spark__each_item(values) -%}
    explode({{ values }})
{%- endmacro %}

{#- A row for each value of a list, with its position as a second column; positions grow from the first one on. -#}
{% macro each_item_and_place(values, item, place) -%}
    {{ adapter.dispatch('each_item_and_place')(values, item, place) }}
{%- endmacro %}

{% macro default__each_item_and_place(values, item, place) -%}
    unnest({{ values }}) as {{ item }},
    generate_subscripts({{ values }}, 1) as {{ place }}
{%- endmacro %}

{% macro spark__each_item_and_place(values, item, place) -%}
    posexplode({{ values }}) as ({{ place }}, {{ item }})
{%- endmacro %}

{#- The distance of each value of a list from a centre. -#}
{% macro deviations(values, centre) -%}
    {{ adapter.dispatch('deviations')(values, centre) }}
{%- endmacro %}

{% macro default__deviations(values, centre) -%}
    list_transform({{ values }}, lambda _value: abs(_value - {{ centre }}))
{%- endmacro %}

{% macro spark__deviations(values, centre) -%}
    transform({{ values }}, _value -> abs(_value - {{ centre }}))
{%- endmacro %}

{#- The sum of a list of numbers; null where it has none. -#}
{% macro total(values) -%}
    {{ adapter.dispatch('total')(values) }}
{%- endmacro %}

{% macro default__total(values) -%}
    list_sum({{ values }})
{%- endmacro %}

{% macro spark__total(values) -%}
    case when array_size({{ values }}) > 0 then aggregate({{ values }}, 0D, (_sum, _value) -> _sum + _value) end
{%- endmacro %}

{#- A value with named parts. -#}
{% macro struct_of(fields) -%}
    {{ adapter.dispatch('struct_of')(fields) }}
{%- endmacro %}

{% macro default__struct_of(fields) -%}
    { {%- for name, value in fields.items() %}'{{ name }}': {{ value }}{{ ', ' if not loop.last }}{% endfor -%} }
{%- endmacro %}

{% macro spark__struct_of(fields) -%}
    named_struct({% for name, value in fields.items() %}'{{ name }}', {{ value }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
