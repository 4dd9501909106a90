-- 1 row per organization, date, project, backend, debiasing, tags, cost center, source and currency
with parts as (
    select
        parts.organization,
        parts.date,
        parts.project_id,
        parts.backend,
        parts.is_debiased,
        {{ json_of_map('parts.tags') }} as tags,
        centers.cost_center,
        parts.source,
        parts.currency,
        sum(parts.cost) as cost,
        sum(parts.jobs) as jobs,
        {{ exact_sum('parts.qpu_seconds') }} as qpu_seconds
    from {{ ref('int_cost_parts') }} as parts
    left join {{ ref('int_cost_centers') }} as centers
        on
            parts.organization = centers.organization
            and parts.project_id is not distinct from centers.project_id
            and parts.job_id is not distinct from centers.job_id
    group by all
),

charges as (
    select
        *,
        -- FOCUS bills in a national currency; a cost in credits was billed when the credits were bought
        if({{ is_national('currency') }}, currency, 'USD') as billing_currency,
        {{ is_national('currency') }} as is_national,
        -- a usage has a quantity; a difference without one, or a negative one, is an adjustment
        cost >= 0 and jobs > 0 as is_usage
    from parts
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
    null::string as "ChargeClass",
    case
        when charges.backend is null and charges.is_usage then 'Usage report beyond the bills of single jobs'
        when charges.backend is null then 'Difference between the usage report and the bills of single jobs'
        when charges.is_debiased then 'Jobs on ' || charges.backend || ' with debiasing'
        else 'Jobs on ' || charges.backend
    end as "ChargeDescription",
    'Usage-Based' as "ChargeFrequency",
    (charges.date + interval 1 day)::timestamp as "ChargePeriodEnd",
    charges.date::timestamp as "ChargePeriodStart",
    null::string as "CommitmentDiscountStatus",
    case when charges.is_usage then coalesce(try_cast(charges.qpu_seconds as decimal(38, 6)), charges.jobs) end
        as "ConsumedQuantity",
    case when charges.is_usage then if(charges.qpu_seconds is null, 'Jobs', 'Seconds') end as "ConsumedUnit",
    if(charges.is_national, charges.cost, 0)::decimal(38, 6) as "ContractedCost",
    if(charges.is_national, charges.cost, 0)::decimal(38, 6) as "EffectiveCost",
    null::string as "InvoiceId",
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
    null::string as "ResourceName",
    case when charges.backend is not null then 'Quantum computer' end as "ResourceType",
    'Compute' as "ServiceCategory",
    'IonQ Quantum Cloud' as "ServiceName",
    'Quantum Compute' as "ServiceSubcategory",
    charges.project_id as "SubAccountId",
    coalesce(nullif(trim(projects.project_name), ''), charges.project_id) as "SubAccountName",
    case when charges.project_id is not null then 'Project' end as "SubAccountType",
    charges.tags as "Tags",
    charges.cost_center as "x_CostCenter",
    charges.source as "x_Source"
from charges
left join {{ ref('dim_projects') }} as projects on charges.project_id = projects.project_id
