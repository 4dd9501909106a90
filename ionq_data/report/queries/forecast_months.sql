-- forecast_accuracy, 1 row per organization, currency and month that is over
select
    organization,
    currency,
    month,
    last_day(month) as month_end,
    any_value(cost) as cost,
    arg_min(forecast, day) as first_forecast,
    arg_min(error_share, day) as first_error,
    max(error_share) filter (day(day) = 15) as middle_error,
    avg(is_inside::integer) as inside,
from forecast_accuracy
group by organization, currency, month
order by month desc, organization, currency
