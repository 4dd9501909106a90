"""Jobs: ``GET /jobs``, and ``GET /jobs/{id}`` for one that the list no longer shows."""

from ionq_data.resources.fields import Field, field
from ionq_data.resources.kinds import (
    BOOLEAN,
    INSTANT,
    INTEGER,
    JSON,
    KEY,
    NUMBER,
    SWITCH,
    TEXT,
    TEXTS,
    Kind,
    unix_seconds,
)
from ionq_data.resources.resource import Every, Resource

TERMINAL_STATUSES = frozenset({"completed", "failed", "canceled"})
"""The statuses after which a job no longer changes; an unknown status counts as not terminal."""

STATUSES = TERMINAL_STATUSES | {"submitted", "ready", "started"}

WITH_PARTS = frozenset({"ionq.multi-circuit.v1", "qctrl.qaoa.v1", "quantum-function"})
"""The kinds of jobs that have other jobs as parts."""

TYPES = WITH_PARTS | {
    "circuit",
    "ionq.circuit.v1",
    "ionq.qasm3.v1",
    "ionq.qir.v1",
    "qctrl.qaoa-circuit.v1",
}

COST_MODELS = frozenset({"QCT", "2QGE_operations", "quantum_compute_time", "execution_time"})
"""How a job can be billed: the first two come from the reference of October 2026, the others from that of May."""

SIMULATOR = "simulator"
"""The beginning of the name of every backend that is no quantum computer."""


def _moment(name: str, older: str, meaning: str) -> Field:
    """Describe an instant; jobs from before 2022 give it as a Unix time, under another name."""
    return field(name, INSTANT, name, (older, unix_seconds), description=meaning)


def _setting(path: str, kind: Kind, meaning: str, output: str | None = None) -> Field:
    """Describe a setting; older records have it in their output."""
    places = (f"settings.{path}", output or f"output.{path}")
    return field(f"settings_{path.replace('.', '_')}", kind, *places, description=meaning)


def _output(path: str, kind: Kind, meaning: str) -> Field:
    """Describe the outcome of a setting."""
    name = f"output_{path.replace('?', '').replace('.', '_')}"
    return field(name, kind, f"output.{path}", description=meaning)


JOBS = Resource(
    name="jobs",
    endpoint="/jobs",
    key=("id",),
    every=Every.HOUR,
    partition="submitted_month",
    partition_by="submitted_at",
    deletable=True,
    description="Every version of every job that a key may view.",
    fields=(
        field("id", KEY, required=True, description="The job's id."),
        field("status", TEXT, known=STATUSES, description="submitted, ready, started, completed, failed or canceled."),
        field("type", TEXT, known=TYPES, description="Kind of job, such as ionq.circuit.v1."),
        field("backend", TEXT, description="Target, such as qpu.forte-1 or simulator."),
        field("dry_run", BOOLEAN, description="True if nothing is executed or billed."),
        field("submitter_id", TEXT, description="Id of the user who submitted the job."),
        field("project_id", TEXT, description="Id of the project the job is billed to."),
        field("parent_job_id", TEXT, description="Id of the job this one is a part of."),
        field(
            "child_job_ids",
            TEXTS,
            "child_job_ids",
            "children",
            description="Ids of the job's parts; only a job asked for singly says them.",
        ),
        field("session_id", TEXT, description="Id of the QPU session the job ran in."),
        field("metadata", JSON, description="What the user attached, as JSON."),
        field("name", TEXT, description="What the user called the job."),
        _moment("submitted_at", "request", "When the job was submitted (UTC)."),
        _moment("started_at", "start", "When execution began (UTC)."),
        _moment("completed_at", "response", "When the job ended in any way (UTC)."),
        field("predicted_wait_time_ms", INTEGER, description="Predicted queue time, milliseconds."),
        field("predicted_execution_duration_ms", INTEGER, description="Predicted execution time, milliseconds."),
        field("execution_duration_ms", INTEGER, description="Execution time on the QPU, milliseconds."),
        field("shots", INTEGER, description="Repetitions asked for."),
        field("noise_model", TEXT, "noise.model", description="Noise model of a simulation."),
        field("noise_seed", INTEGER, "noise.seed", description="Seed of a simulation's noise."),
        field("failure_code", TEXT, "failure.code", description="Why the job failed, as a code."),
        field("failure_message", TEXT, "failure.message", "failure.error", description="Why the job failed, in words."),
        field("warning_messages", TEXTS, "warning.messages", description="What the API warned of."),
        field("cost_model", TEXT, known=COST_MODELS, description="How the job is billed: by compute time or by gates."),
        field("stats_qubits", INTEGER, "stats.qubits", description="Qubits of the circuit."),
        field("stats_circuits", INTEGER, "stats.circuits", description="Circuits in the job."),
        field("stats_gate_counts_1q", NUMBER, "stats.gate_counts.1q", description="One-qubit gates."),
        field("stats_gate_counts_2q", NUMBER, "stats.gate_counts.2q", description="Two-qubit gates."),
        field("stats_gate_counts", JSON, "stats.gate_counts", description="All gate counts, as JSON."),
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
        _setting("error_mitigation.debiasing", SWITCH, "True if debiasing is on (the API says true or its settings)."),
        _setting(
            "error_mitigation.symmetry_verification",
            SWITCH,
            "True if symmetry verification is on.",
            "output.error_mitigation.symmetry_verification?.applied",
        ),
        _setting("compilation.opt", NUMBER, "Optimization level."),
        _setting("compilation.precision", TEXT, "Precision."),
        _setting("compilation.gate_basis", TEXT, "Gate basis."),
        _setting("compilation.service_version", TEXT, "Version of the compiler."),
        _output("compilation.compiled_circuits", JSON, "The compiled circuits' artifacts, as JSON."),
        _output("error_mitigation.debiasing", SWITCH, "True if the results are debiased."),
        _output("error_mitigation.debiasing?.aggregation_method", TEXT, "How the variants were put together."),
        _output("error_mitigation.debiasing?.variants", JSON, "The variants and their artifacts, as JSON."),
        _output("error_mitigation.aggregations", JSON, "The artifacts of each way to put variants together, as JSON."),
        _output("error_mitigation.symmetry_verification?.applied", BOOLEAN, "True if shots were left out by symmetry."),
        _output(
            "error_mitigation.symmetry_verification?.num_allowed_states", NUMBER, "States that the symmetry allows."
        ),
        field("results", JSON, description="Where the results are, as JSON, in the shape that the API uses."),
    ),
)
