-- Returns each month and project whose cost at the close plus later restatements is not its cost now.
select
    months.organization,
    months.month,
    months.project_id,
    months.currency,
    months.cost,
    closes.amount_now,
    closes.amount_at_close
from {{ ref('cost_per_project_monthly') }} as months
left join {{ ref('month_close') }} as closes
    on
        months.organization = closes.organization
        and months.month = closes.month
        and months.currency = closes.currency
        and coalesce(months.project_id, '') = coalesce(closes.project_id, '')
where
    coalesce(closes.amount_now, 0) <> months.cost
    or closes.amount_at_close + closes.restated <> closes.amount_now
