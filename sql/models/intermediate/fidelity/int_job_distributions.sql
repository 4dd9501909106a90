-- 1 row per job with a copied distribution, as JSON by state
with copied as (
    select
        job_id,
        distribution_json::json as said
    from {{ ref('stg_ionq__job_results') }}
    where
        kind = 'probabilities'
        and coalesce(variant_id, '') = ''
        and coalesce(source, 'results') = 'results'
        and distribution_json is not null
    qualify row_number() over (partition by job_id order by format desc nulls last, artifact asc) = 1
),

-- the second version of the format tells each register's states as bit strings; of several, nobody knows the joint
-- distribution
by_state as (
    select
        job_id,
        case json_array_length(json_keys(said, '$.probabilities.registers')::json)
            when 1 then json_extract(said, '$.probabilities.registers.*')[1]
        end as of_register,
        said
    from copied
),

-- 1 row per job and state
entries as (
    select
        job_id,
        of_register is not null as is_by_bits,
        unnest(map_entries(try_cast(
            case
                when of_register is not null then of_register
                when json_exists(said, '$.probabilities') then null
                else said
            end as map (varchar, double)
        ))) as entry
    from by_state
)

select
    job_id,
    case when is_by_bits then length(entry.key) end as bits,
    case
        when is_by_bits then try_cast(try_cast(entry.key as bit) as bigint)
        else try_cast(entry.key as bigint)
    end as state,
    entry.value as probability
from entries
-- what is no distribution, such as one that tells each child's, has no row
qualify abs(sum(if(state is not null, probability, null)) over (partition by job_id) - 1) < 0.001
