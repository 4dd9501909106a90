{#- Costs of dates from usage reports and bills: those of now, or those of a month's close. -#}

{#- The cost of each date by project, by user and by backend. -#}
{% macro costs_daily(totals, groups, bills) -%}
-- Splits each date's cost by project, by user and by backend in the same way; a report never lists backends.
with dimensions as (
    select named.dimension from (values ('project'), ('user'), ('backend')) as named (dimension)
),

-- 1 row per organization, date and dimension: the report grouped by that dimension, or else any other
reports as (
    select
        totals.organization,
        totals.usage_date as date,
        dimensions.dimension,
        min_by(
            totals.group_by, {{ row_of(['totals.group_by <> dimensions.dimension', 'totals.group_by']) }}
        ) as group_by
    from {{ totals }} as totals
    cross join dimensions
    group by all
),

-- 1 row per organization, date, dimension and currency that a report gives an amount for
totals as (
    select
        reports.organization,
        reports.date,
        reports.dimension,
        totals.currency,
        totals.amount,
        -- on a date with several currencies, the report does not say which jobs belong to which
        if(totals.currencies = 1, totals.job_count, null) as job_count,
        if(totals.currencies = 1, totals.qpu_seconds, null) as qpu_seconds
    from reports
    inner join {{ totals }} as totals
        on
            reports.organization = totals.organization
            and reports.date = totals.usage_date
            and reports.group_by = totals.group_by
),

-- 1 row per organization, date, dimension, group and currency that a report lists
listed as (
    select
        organization,
        usage_date as date,
        group_by as dimension,
        group_id as id,
        currency,
        true as is_reported,
        amount as cost,
        job_count,
        qpu_seconds
    from {{ groups }}
),

-- 1 row per organization, date, dimension, group and currency of the jobs' own bills
billed as (
    select
        bills.organization,
        bills.billed_date as date,
        dimensions.dimension,
        case dimensions.dimension
            when 'project' then bills.project_id
            when 'user' then bills.submitter_id
            else bills.backend
        end as id,
        bills.currency,
        sum(bills.cost) as cost,
        sum(bills.cost) filter (where bills.is_settled) as settled_cost,
        count(*) as job_count,
        count(*) filter (where bills.is_settled) as settled_job_count,
        {{ exact_sum('bills.qpu_seconds') }} as qpu_seconds,
        {{ exact_sum('if(bills.is_settled, bills.qpu_seconds, null)') }} as settled_qpu_seconds
    from {{ bills }} as bills
    cross join dimensions
    group by all
),

compared as (
    select
        billed.*,
        totals.amount is not null as is_reported,
        -- beside a report, only settled bills can be told apart; no report covers backends
        totals.amount is null or billed.dimension = 'backend' as is_bills_alone
    from billed
    left join totals
        on
            billed.organization = totals.organization
            and billed.date = totals.date
            and billed.dimension = totals.dimension
            and billed.currency = totals.currency
),

-- 1 row per organization, date, dimension, group and currency that the date's report does not list
not_listed as (
    select
        compared.organization,
        compared.date,
        compared.dimension,
        compared.id,
        compared.currency,
        compared.is_reported,
        if(compared.is_bills_alone, compared.cost, compared.settled_cost) as cost,
        if(compared.is_bills_alone, compared.job_count, compared.settled_job_count) as job_count,
        if(compared.is_bills_alone, compared.qpu_seconds, compared.settled_qpu_seconds) as qpu_seconds
    from compared
    left join listed
        on
            compared.organization = listed.organization
            and compared.date = listed.date
            and compared.dimension = listed.dimension
            and compared.id = listed.id
            and compared.currency = listed.currency
    where
        listed.id is null
        and (compared.id is not null or not compared.is_reported)
        and (compared.is_bills_alone or compared.settled_job_count > 0)
),

attributed as (
    select
        *,
        'usage_report' as source
    from listed
    union all
    select
        *,
        'job_costs' as source
    from not_listed
),

-- 1 row per organization, date, dimension and currency whose report's amount differs from the sum of its groups
unattributed as (
    select
        totals.organization,
        totals.date,
        totals.dimension,
        null::string as id,
        totals.currency,
        true as is_reported,
        totals.amount - coalesce(sum(attributed.cost), 0) as cost,
        totals.job_count - coalesce(sum(attributed.job_count), 0) as job_count,
        totals.qpu_seconds - coalesce({{ exact_sum('attributed.qpu_seconds') }}, 0) as qpu_seconds,
        'unattributed' as source
    from totals
    left join attributed
        on
            totals.organization = attributed.organization
            and totals.date = attributed.date
            and totals.dimension = attributed.dimension
            and totals.currency = attributed.currency
    group by
        totals.organization, totals.date, totals.dimension, totals.currency,
        totals.amount, totals.job_count, totals.qpu_seconds
    having totals.amount <> coalesce(sum(attributed.cost), 0)
)

-- 1 row per organization, date, dimension, group (null for what no group accounts for) and currency
select * from attributed
union all
select * from unattributed
{%- endmacro %}
