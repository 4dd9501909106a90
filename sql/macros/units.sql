{#- A time of the lake as a TIMESTAMP in UTC: its date and hour are the same whatever the reader's time zone. -#}
{% macro utc(instant) -%}
    make_timestamp(epoch_us({{ instant }}))
{%- endmacro %}

{#- Seconds between two times; null where negative, which is a problem of the data and no duration. -#}
{% macro seconds_between(earlier, later) -%}
    case when {{ later }} >= {{ earlier }} then (epoch_us({{ later }}) - epoch_us({{ earlier }})) / 1e6 end
{%- endmacro %}

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
