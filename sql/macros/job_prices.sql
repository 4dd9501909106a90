{#-
    What a job is billed on: 'gates' or 'compute_time'. Records from before October 2026 name a model that does not tell,
    or none: then it is what the rate has a price for.
-#}
{% macro billed_on() -%}
    case
        when cost_model = '2QGE_operations' then 'gates'
        when cost_model = 'QCT' then 'compute_time'
        when coalesce(cost_model, 'execution_time') in ('quantum_compute_time', 'execution_time')
            then if(cost_per_compute_second is not null and cost_per_2q_gate_shot is null, 'compute_time', 'gates')
    end
{%- endmacro %}

{#-
    The price of a job by its rate, null where a price or a count is missing. greatest passes over a null, so that
    without the first two conditions the minimum alone would be left. A count that no job has is no price: try is null
    where the multiplication does not fit. One side has more than 18 digits: the product of two that do not is kept to 18.
-#}
{% macro job_price(compute_seconds) -%}
    case
        when
            billed_on = 'gates'
            and cost_per_1q_gate_shot + cost_per_2q_gate_shot is not null
            and shots + gates_1q + gates_2q is not null
            then try(
                greatest(
                    coalesce(minimum_cost, 0),
                    shots::decimal(10, 0) * (
                        gates_1q::decimal(19, 3) * cost_per_1q_gate_shot::decimal(14, 10)
                        + gates_2q::decimal(19, 3) * cost_per_2q_gate_shot::decimal(14, 10)
                    )
                )::decimal(18, 6)
            )
        when billed_on = 'compute_time'
            then try(({{ compute_seconds }}::decimal(20, 6) * cost_per_compute_second)::decimal(18, 6))
    end
{%- endmacro %}
