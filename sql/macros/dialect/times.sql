{#- A time of the lake as a TIMESTAMP in UTC: its date and hour are the same whatever the reader's time zone. -#}
{% macro utc(instant) -%}
    {{ adapter.dispatch('utc')(instant) }}
{%- endmacro %}

{% macro default__utc(instant) -%}
    make_timestamp(epoch_us({{ instant }}))
{%- endmacro %}

{#- Counted from 1970, since a cast to TIMESTAMP_NTZ gives the hour of the session's time zone. -#}
{% macro spark__utc(instant) -%}
    timestampadd(microsecond, unix_micros({{ instant }}), timestamp_ntz '1970-01-01 00:00:00')
{%- endmacro %}

{#- Seconds between two times; null where negative, which is a problem of the data and no duration. -#}
{% macro seconds_between(earlier, later) -%}
    {{ adapter.dispatch('seconds_between')(earlier, later) }}
{%- endmacro %}

{% macro default__seconds_between(earlier, later) -%}
    case when {{ later }} >= {{ earlier }} then (epoch_us({{ later }}) - epoch_us({{ earlier }})) / 1e6 end
{%- endmacro %}

{% macro spark__seconds_between(earlier, later) -%}
    case when {{ later }} >= {{ earlier }} then timestampdiff(microsecond, {{ earlier }}, {{ later }}) / 1e6 end
{%- endmacro %}
