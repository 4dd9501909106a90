-- 1 row per organization, date, project, backend, debiasing and currency of the bills that make up the project's cost
with billed as (
    select
        bills.organization,
        bills.billed_date as date,
        bills.project_id,
        bills.currency,
        costs.source,
        bills.backend,
        bills.is_debiased,
        sum(bills.cost) as cost,
        count(*) as jobs,
        {{ exact_sum('bills.qpu_seconds') }} as qpu_seconds,
    from {{ ref('int_job_bills') }} as bills
    inner join {{ ref('int_costs_daily') }} as costs
        on
            bills.organization = costs.organization
            and bills.billed_date = costs.date
            and bills.project_id is not distinct from costs.id
            and bills.currency = costs.currency
            and costs.dimension = 'project'
            and costs.source <> 'unattributed'
    -- what a report does not list counts once it is settled; what it lists is the report's word
    where bills.is_settled or costs.source = 'usage_report' or not costs.is_reported
    group by all
),

-- 1 row per organization, date, project and currency whose cost is not what its bills add up to
rest as (
    select
        costs.organization,
        costs.date,
        costs.id as project_id,
        costs.currency,
        costs.source,
        null::varchar as backend,
        null::boolean as is_debiased,
        costs.cost - coalesce(sum(billed.cost), 0) as cost,
        -- not greatest, which passes over a null: what the report does not say is unknown, and not zero
        if(costs.job_count < sum(billed.jobs), 0, costs.job_count - coalesce(sum(billed.jobs), 0)) as jobs,
        if(
            costs.qpu_seconds < {{ exact_sum('billed.qpu_seconds') }},
            0,
            costs.qpu_seconds - coalesce({{ exact_sum('billed.qpu_seconds') }}, 0)
        ) as qpu_seconds,
    from {{ ref('int_costs_daily') }} as costs
    left join billed
        on
            costs.organization = billed.organization
            and costs.date = billed.date
            and costs.id is not distinct from billed.project_id
            and costs.currency = billed.currency
            and costs.source = billed.source
    where costs.dimension = 'project'
    group by
        costs.organization, costs.date, costs.id, costs.currency, costs.source,
        costs.cost, costs.job_count, costs.qpu_seconds
    having costs.cost <> coalesce(sum(billed.cost), 0)
),

charges as (
    select
        *,
        -- FOCUS bills in a national currency; what credits paid for was billed when they were bought
        if(regexp_full_match(currency, '[A-Z]{3}'), currency, 'USD') as billing_currency,
        regexp_full_match(currency, '[A-Z]{3}') as is_national,
        -- a usage has a quantity; a difference without one, or downwards, is an adjustment
        cost >= 0 and jobs > 0 as is_usage,
    from (
        select * from billed
        union all by name
        select * from rest
    ) as parts
)

select
    if(charges.is_national, charges.cost, 0)::decimal(38, 6) as "BilledCost",
    charges.organization as "BillingAccountId",
    charges.organization as "BillingAccountName",
    'Organization' as "BillingAccountType",
    charges.billing_currency as "BillingCurrency",
    (date_trunc('month', charges.date) + interval 1 month)::timestamp as "BillingPeriodEnd",
    date_trunc('month', charges.date)::timestamp as "BillingPeriodStart",
    if(charges.is_usage, 'Usage', 'Adjustment') as "ChargeCategory",
    null::varchar as "ChargeClass",
    case
        when charges.backend is null and charges.is_usage then 'Usage report beyond the bills of single jobs'
        when charges.backend is null then 'Difference between the usage report and the bills of single jobs'
        when charges.is_debiased then 'Jobs on ' || charges.backend || ' with debiasing'
        else 'Jobs on ' || charges.backend
    end as "ChargeDescription",
    'Usage-Based' as "ChargeFrequency",
    (charges.date + interval 1 day)::timestamp as "ChargePeriodEnd",
    charges.date::timestamp as "ChargePeriodStart",
    null::varchar as "CommitmentDiscountStatus",
    case when charges.is_usage then coalesce(try_cast(charges.qpu_seconds as decimal(38, 6)), charges.jobs) end
        as "ConsumedQuantity",
    case when charges.is_usage then if(charges.qpu_seconds is null, 'Jobs', 'Seconds') end as "ConsumedUnit",
    if(charges.is_national, charges.cost, 0)::decimal(38, 6) as "ContractedCost",
    if(charges.is_national, charges.cost, 0)::decimal(38, 6) as "EffectiveCost",
    null::varchar as "InvoiceId",
    'IonQ' as "InvoiceIssuerName",
    if(charges.is_national, charges.cost, 0)::decimal(38, 6) as "ListCost",
    if(charges.is_usage, 'Standard', null) as "PricingCategory",
    charges.currency as "PricingCurrency",
    charges.cost as "PricingCurrencyEffectiveCost",
    if(charges.is_usage, charges.jobs, null)::decimal(38, 6) as "PricingQuantity",
    if(charges.is_usage, 'Jobs', null) as "PricingUnit",
    'IonQ' as "ProviderName",
    'IonQ' as "PublisherName",
    charges.backend as "ResourceId",
    null::varchar as "ResourceName",
    case when charges.backend is not null then 'Quantum computer' end as "ResourceType",
    'Compute' as "ServiceCategory",
    'IonQ Quantum Cloud' as "ServiceName",
    'Quantum Compute' as "ServiceSubcategory",
    charges.project_id as "SubAccountId",
    coalesce(nullif(trim(projects.project_name), ''), charges.project_id) as "SubAccountName",
    case when charges.project_id is not null then 'Project' end as "SubAccountType",
    charges.source as "x_Source",
from charges
left join {{ ref('dim_projects') }} as projects on charges.project_id = projects.project_id
