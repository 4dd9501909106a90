{#- A time of the lake as a TIMESTAMP in UTC, so its date and hour are the same in every time zone of a reader. -#}
{% macro utc(instant) -%}
    {{ adapter.dispatch('utc')(instant) }}
{%- endmacro %}

{% macro default__utc(instant) -%}
    make_timestamp(epoch_us({{ instant }}))
{%- endmacro %}

{#- Counts from 1970, because a cast to TIMESTAMP_NTZ gives the hour in the session's time zone. -#}
{% macro spark__utc(instant) -%}
    timestampadd(microsecond, unix_micros({{ instant }}), timestamp_ntz '1970-01-01 00:00:00')
{%- endmacro %}

{#- Seconds between two times. A negative result is a problem of the data, not a duration, and becomes null. -#}
{% macro seconds_between(earlier, later) -%}
    {{ adapter.dispatch('seconds_between')(earlier, later) }}
{%- endmacro %}

{% macro default__seconds_between(earlier, later) -%}
    case when {{ later }} >= {{ earlier }} then (epoch_us({{ later }}) - epoch_us({{ earlier }})) / 1e6 end
{%- endmacro %}

{% macro spark__seconds_between(earlier, later) -%}
    case when {{ later }} >= {{ earlier }} then timestampdiff(microsecond, {{ earlier }}, {{ later }}) / 1e6 end
{%- endmacro %}

{#- A time as microseconds since 1970 (UTC). -#}
{% macro microseconds(instant) -%}
    {{ adapter.dispatch('microseconds')(instant) }}
{%- endmacro %}

{% macro default__microseconds(instant) -%}
    epoch_us({{ instant }})
{%- endmacro %}

{% macro spark__microseconds(instant) -%}
    unix_micros(cast({{ instant }} as timestamp_ntz))
{%- endmacro %}

{#- 1 for Monday to 7 for Sunday. -#}
{% macro iso_weekday(date) -%}
    {{ adapter.dispatch('iso_weekday')(date) }}
{%- endmacro %}

{% macro default__iso_weekday(date) -%}
    isodow({{ date }})
{%- endmacro %}

{% macro spark__iso_weekday(date) -%}
    (weekday({{ date }}) + 1)
{%- endmacro %}

{#- A row for each day from the first to the last; no row if the last is before the first, or null. -#}
{% macro each_day(first, last) -%}
    {{ adapter.dispatch('each_day')(first, last) }}
{%- endmacro %}

{% macro default__each_day(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}, interval 1 day))::date
{%- endmacro %}

{% macro spark__each_day(first, last) -%}
    {{ spark_sequence('cast(' ~ first ~ ' as date)', 'cast(' ~ last ~ ' as date)', 'interval 1 day') }}
{%- endmacro %}

{#- A row for the first day of each month, in the same way. -#}
{% macro each_month(first, last) -%}
    {{ adapter.dispatch('each_month')(first, last) }}
{%- endmacro %}

{% macro default__each_month(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}, interval 1 month))::date
{%- endmacro %}

{% macro spark__each_month(first, last) -%}
    {{ spark_sequence('cast(' ~ first ~ ' as date)', 'cast(' ~ last ~ ' as date)', 'interval 1 month') }}
{%- endmacro %}

{#- A row for each hour, in the same way. -#}
{% macro each_hour(first, last) -%}
    {{ adapter.dispatch('each_hour')(first, last) }}
{%- endmacro %}

{% macro default__each_hour(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}, interval 1 hour))
{%- endmacro %}

{% macro spark__each_hour(first, last) -%}
    {{ spark_sequence(first, last, 'interval 1 hour') }}
{%- endmacro %}

{#- If the last is before the first, Spark's own sequence counts down or fails. -#}
{% macro spark_sequence(first, last, step) -%}
    explode(case when {{ first }} <= {{ last }} then sequence({{ first }}, {{ last }}, {{ step }}) else array() end)
{%- endmacro %}

{#- The first day of a month that is written like 2026-03; null for any other text. -#}
{% macro month_of(text) -%}
    {{ adapter.dispatch('month_of')(text) }}
{%- endmacro %}

{% macro default__month_of(text) -%}
    try_strptime({{ text }}, '%Y-%m')::date
{%- endmacro %}

{% macro spark__month_of(text) -%}
    cast(try_to_timestamp({{ text }}, 'yyyy-M') as date)
{%- endmacro %}
