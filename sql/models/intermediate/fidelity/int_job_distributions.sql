-- 1 row per job with a copied distribution, as JSON by state
with copied as (
    select
        job_id,
        distribution_json as said
    from {{ ref('stg_ionq__job_results') }}
    where
        kind = 'probabilities'
        and coalesce(variant_id, '') = ''
        and coalesce(source, 'results') = 'results'
        and distribution_json is not null
    qualify row_number() over (partition by job_id order by format desc nulls last, artifact asc) = 1
),

-- the second version of the format gives each register's states as bit strings
by_register as (
    select
        job_id,
        said,
        {{ json_member('said', 'probabilities') }} is not null as is_second_version,
        {{ map_of_json(json_member('said', 'probabilities.registers')) }} as registers
    from copied
),

-- 1 row per job: the distributions of several registers do not tell the joint one
by_state as (
    select
        job_id,
        is_second_version,
        case
            when not is_second_version then said
            when {{ list_size('map_keys(registers)') }} = 1 then {{ nth('map_values(registers)', 1) }}
        end as distribution
    from by_register
),

-- 1 row per job and state
entries as (
    select
        job_id,
        is_second_version as is_by_bits,
        {{ each_item('map_entries(' ~ map_of_numbers('distribution') ~ ')') }} as entry
    from by_state
)

select
    job_id,
    case when is_by_bits then length(entry.key) end as bits,
    case
        when is_by_bits then {{ number_of_bits('entry.key') }}
        else try_cast(entry.key as bigint)
    end as state,
    entry.value as probability
from entries
-- anything but a distribution, such as an object with each child's, gives no row
qualify abs(sum(if(state is not null, probability, null)) over (partition by job_id) - 1) < 0.001
