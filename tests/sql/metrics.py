"""The columns of the lake's characterizations that hold each metric of the fidelity marts."""

METRICS = {
    "1q": "fidelity_1q_median",
    "2q": "fidelity_2q_median",
    "spam": "fidelity_spam_median",
    "t1": "timing_t1",
    "t2": "timing_t2",
    "gate_1q": "timing_1q",
    "gate_2q": "timing_2q",
    "readout": "timing_readout",
    "reset": "timing_reset",
}
