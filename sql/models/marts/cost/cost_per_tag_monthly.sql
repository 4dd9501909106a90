-- 1 row per organization, month and currency with a cost
with months as (
    select
        organization,
        date_trunc('month', date)::date as month,
        currency,
        sum(cost) as cost,
        coalesce(sum(jobs), 0)::bigint as job_count
    from {{ ref('int_cost_parts') }}
    group by all
),

-- 1 row per bill and key of its tags
entries as (
    select
        organization,
        date_trunc('month', date)::date as month,
        currency,
        cost,
        {{ rows_of_map('tags') }}
    from {{ ref('int_cost_parts') }}
    where tags is not null
),

-- 1 row per organization, month, currency, key and value; a key with a null value does not count
tagged as (
    select
        organization,
        month,
        currency,
        key as tag_key,
        value as tag_value,
        sum(cost) as cost,
        count(*) as job_count
    from entries
    where value is not null
    group by all
),

-- 1 row per organization and key: the month since which it is in use
keys as (
    select
        organization,
        tag_key,
        min(month) as first_month
    from tagged
    group by all
),

-- 1 row per organization, month, currency and key in use: the cost without the key, and no row if all cost has it
untagged as (
    select
        keys.organization,
        months.month,
        months.currency,
        keys.tag_key,
        null::string as tag_value,
        months.cost - coalesce(sum(tagged.cost), 0) as cost,
        months.job_count - coalesce(sum(tagged.job_count), 0) as job_count
    from keys
    inner join months on keys.organization = months.organization and keys.first_month <= months.month
    left join tagged
        on
            keys.organization = tagged.organization
            and keys.tag_key = tagged.tag_key
            and months.month = tagged.month
            and months.currency = tagged.currency
    group by
        keys.organization, keys.tag_key, months.month, months.currency, months.cost, months.job_count
    having
        months.cost <> coalesce(sum(tagged.cost), 0)
        or months.job_count > coalesce(sum(tagged.job_count), 0)
),

split as (
    select * from tagged
    union all
    select * from untagged
)

select
    split.organization,
    split.month,
    split.tag_key,
    split.tag_value,
    split.cost::decimal(18, 6) as cost,
    split.currency,
    split.job_count::bigint as job_count,
    split.cost::double / nullif(months.cost, 0)::double as share_of_month
from split
inner join months
    on split.organization = months.organization and split.month = months.month and split.currency = months.currency
