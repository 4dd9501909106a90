{#-
    The basis of a job's bill: 'gates' or 'compute_time'. Records from before October 2026 name no model, or one that
    does not tell; for these, it is the basis that the rate has a price for.
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
    The price of a job by its rate, null if a price or a count is missing. `greatest` skips nulls, so without the first
    two conditions only the minimum would be left. A count that no job can have gives no price. One factor has more than
    18 digits, because DuckDB keeps the product of two shorter ones to 18.
-#}
{% macro job_price(compute_seconds) -%}
    {%- set of_gates -%}
        try_cast(
            greatest(
                minimum_cost,
                try_cast(shots as decimal(10, 0)) * (
                    try_cast(gates_1q as decimal(19, 3)) * cost_per_1q_gate_shot::decimal(14, 10)
                    + try_cast(gates_2q as decimal(19, 3)) * cost_per_2q_gate_shot::decimal(14, 10)
                )
            ) as decimal(18, 6)
        )
    {%- endset -%}
    {%- set of_time -%}
        try_cast(try_cast({{ compute_seconds }} as decimal(20, 6)) * cost_per_compute_second as decimal(18, 6))
    {%- endset -%}
    case
        when
            billed_on = 'gates'
            and cost_per_1q_gate_shot + cost_per_2q_gate_shot is not null
            and try_cast(shots as decimal(10, 0)) is not null
            and try_cast(gates_1q as decimal(19, 3)) + try_cast(gates_2q as decimal(19, 3)) is not null
            then {{ null_if_too_great(of_gates) }}
        when billed_on = 'compute_time' then {{ null_if_too_great(of_time) }}
    end
{%- endmacro %}
