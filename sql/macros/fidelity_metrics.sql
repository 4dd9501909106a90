{#-
    The metrics of a characterization: name, column, unit, and which direction is better. If you add a metric here,
    every fidelity model has it.
-#}
{% macro fidelity_metrics() -%}
    {{ return([
        {'metric': '1q', 'column': 'fidelity_1q', 'unit': 'fraction', 'higher_is_better': true},
        {'metric': '2q', 'column': 'fidelity_2q', 'unit': 'fraction', 'higher_is_better': true},
        {'metric': 'spam', 'column': 'fidelity_spam', 'unit': 'fraction', 'higher_is_better': true},
        {'metric': 't1', 'column': 't1_seconds', 'unit': 'seconds', 'higher_is_better': true},
        {'metric': 't2', 'column': 't2_seconds', 'unit': 'seconds', 'higher_is_better': true},
        {'metric': 'gate_1q', 'column': 'gate_1q_seconds', 'unit': 'seconds', 'higher_is_better': false},
        {'metric': 'gate_2q', 'column': 'gate_2q_seconds', 'unit': 'seconds', 'higher_is_better': false},
        {'metric': 'readout', 'column': 'readout_seconds', 'unit': 'seconds', 'higher_is_better': false},
        {'metric': 'reset', 'column': 'reset_seconds', 'unit': 'seconds', 'higher_is_better': false},
    ]) }}
{%- endmacro %}

{#- The lower end of the tenth that an expected success lies in; 1 belongs to the last tenth. -#}
{% macro success_bin(success) -%}
    least(floor({{ success }} * 10), 9) / 10
{%- endmacro %}
