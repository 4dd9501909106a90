"""Jobs: ``GET /jobs``, and ``GET /jobs/{id}`` for one that the list no longer shows."""

from ionq_data.resources.fields import BOOLEAN, INSTANT, INTEGER, JSON, KEY, NUMBER, SWITCH, TEXT, TEXTS, field
from ionq_data.resources.resource import Resource

TERMINAL_STATUSES = frozenset({"completed", "failed", "canceled"})
"""The statuses after which a job no longer changes; one that is not known counts as not terminal."""

SIMULATOR = "simulator"
"""How the name of every backend that is no quantum computer begins."""

JOBS = Resource(
    name="jobs",
    endpoint="/jobs",
    key=("id",),
    partition="submitted_month",
    partition_by="submitted_at",
    deletable=True,
    description="Every version of every job that a key may view.",
    fields=(
        field("id", KEY, required=True, description="The job's id."),
        field("status", TEXT, description="submitted, ready, started, completed, failed or canceled."),
        field("type", TEXT, description="Kind of job, such as ionq.circuit.v1."),
        field("backend", TEXT, description="Target, such as qpu.forte-1 or simulator."),
        field("dry_run", BOOLEAN, description="True where nothing is executed or billed."),
        field("submitter_id", TEXT, description="Id of the user who submitted the job."),
        field("project_id", TEXT, description="Id of the project the job is billed to."),
        field("parent_job_id", TEXT, description="Id of the job this one is a part of."),
        field("child_job_ids", TEXTS, description="Ids of the job's parts; only a job asked for singly says them."),
        field("session_id", TEXT, description="Id of the QPU session the job ran in."),
        field("metadata", JSON, description="What the user attached, as JSON."),
        field("name", TEXT, description="What the user called the job."),
        field("submitted_at", INSTANT, description="When the job was submitted (UTC)."),
        field("started_at", INSTANT, description="When execution began (UTC)."),
        field("completed_at", INSTANT, description="When the job ended, in whichever way (UTC)."),
        field("predicted_wait_time_ms", INTEGER, description="Predicted queue time, milliseconds."),
        field("predicted_execution_duration_ms", INTEGER, description="Predicted execution time, milliseconds."),
        field("execution_duration_ms", INTEGER, description="Execution time on the QPU, milliseconds."),
        field("shots", INTEGER, description="Repetitions asked for."),
        field("noise_model", TEXT, "noise.model", description="Noise model of a simulation."),
        field("noise_seed", INTEGER, "noise.seed", description="Seed of a simulation's noise."),
        field("failure_code", TEXT, "failure.code", description="Why the job failed, as a code."),
        field("failure_message", TEXT, "failure.message", description="Why the job failed, in words."),
        field("cost_model", TEXT, description="How the job is billed."),
        field("stats_qubits", INTEGER, "stats.qubits", description="Qubits of the circuit."),
        field("stats_circuits", INTEGER, "stats.circuits", description="Circuits in the job."),
        field("stats_gate_counts_1q", NUMBER, "stats.gate_counts.1q", description="One-qubit gates."),
        field("stats_gate_counts_2q", NUMBER, "stats.gate_counts.2q", description="Two-qubit gates."),
        field("stats_kwh", NUMBER, "stats.kwh", description="Energy used, kilowatt-hours."),
        field(
            "stats_predicted_quantum_compute_time_us",
            INTEGER,
            "stats.predicted_quantum_compute_time_us",
            description="Predicted quantum compute time, microseconds.",
        ),
        field(
            "stats_billed_quantum_compute_time_us",
            INTEGER,
            "stats.billed_quantum_compute_time_us",
            description="Billed quantum compute time, microseconds.",
        ),
        field(
            "settings_error_mitigation_debiasing",
            SWITCH,
            "settings.error_mitigation.debiasing",
            description="True where debiasing is on (the API says true or an object of settings).",
        ),
        field("settings_compilation_opt", NUMBER, "settings.compilation.opt", description="Optimization level."),
        field("settings_compilation_precision", TEXT, "settings.compilation.precision", description="Precision."),
        field("settings_compilation_gate_basis", TEXT, "settings.compilation.gate_basis", description="Gate basis."),
        field("results", JSON, description="Where the results are, as JSON, in whichever shape the API says it."),
    ),
)
