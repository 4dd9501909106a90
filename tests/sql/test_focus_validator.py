"""The FinOps Foundation's validator, with its own rules of FOCUS 1.2, accepts the mart and the exported file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import duckdb
import pytest

from ionq_data.report import export
from tests.conftest import Simulated
from tests.report.judges import environment, python_312
from tests.report.worlds import make_may

PACKAGES = ("focus-validator==2.2.1", "numpy<2", "pyarrow<20")  # its numpy is older than newer pyarrows need
APPLIES = (
    "SUB_ACCOUNT_SUPPORTED",
    "USAGE_MEASUREMENT_SUPPORTED",
    "BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED",
    "RESOURCE_TYPE_ASSIGNMENT_SUPPORTED",
    "MULTIPLE_PRICING_CATEGORIES_SUPPORTED",
)
# InvoiceId must be null without an invoice (C-004) and must not be null with one (C-005). The packaged rules carry no
# condition for either, so one of the two fails for any file; their sum, C-003, accepts either.
ALTERNATIVE = {"InvoiceId-C-005-C"}


@pytest.fixture(scope="module")
def validator() -> Path:
    """An interpreter with the validator, which asks for Python 3.12."""
    return environment(*PACKAGES, python=python_312()) / "python"


def violated_rules(validator: Path, file: Path, *criteria: str) -> set[str]:
    """Return the rules that the file violates; the validator finds its list of currencies from its own folder only."""
    folder = next((validator.parents[1] / "lib").glob("python3*/site-packages"))
    options = ["--validate-version", "1.2.0.1", "--focus-dataset", "CostAndUsage", "--block-download"]
    options += ["--applicability-criteria", ",".join(criteria)] if criteria else []
    done = subprocess.run(
        [validator, "-m", "focus_validator.main", "--data-file", file, *options],
        cwd=folder, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    total = re.search(r"Total: \d+ \| Pass: (\d+) \| Fail: (\d+)", done.stdout)
    assert total, done.stdout[-2000:] + done.stderr[-2000:]
    assert int(total[1]) > 100
    failed = set(re.findall(r"^- ([\w-]+): violations=", done.stdout, re.MULTILINE))
    assert len(failed) == int(total[2])
    return failed


@pytest.mark.prove
@pytest.mark.parametrize("criteria", [(), APPLIES], ids=["by default", "with all that applies"])
@pytest.mark.parametrize("contract", ["2026-05", "2026-10"])
def test_validator_accepts_the_mart(
    simulated: Simulated, tmp_path: Path, validator: Path, criteria: tuple[str, ...], contract: str
) -> None:
    if contract == "2026-05":
        make_may(tmp_path)
    data_dir = tmp_path if contract == "2026-05" else simulated.data_dir
    (exported,) = export(data_dir, "focus", destination=tmp_path / "to", file_format="parquet")
    for file in (data_dir / "marts" / "focus_cost_and_usage.parquet", exported):
        assert violated_rules(validator, file, *criteria) <= ALTERNATIVE


@pytest.mark.prove
def test_validator_refuses_what_is_wrong(simulated: Simulated, validator: Path, tmp_path: Path) -> None:
    mart, wrong = simulated.data_dir / "marts" / "focus_cost_and_usage.parquet", tmp_path / "wrong.parquet"
    duckdb.execute(f"""copy (select * replace ('Computing' as "ServiceCategory") from '{mart}') to '{wrong}'""")
    assert "ServiceCategory-C-003-M" in violated_rules(validator, wrong)
