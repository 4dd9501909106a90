"""The published table of what is covered, made from the contracts and the routes; `python -m` writes it."""

from pathlib import Path

from tests.emulator.contract import MAY, OCTOBER, contract
from tests.emulator.coverage import coverage_table, operations, written

DOCUMENT = Path(__file__).parents[2] / "docs" / "emulator.md"


def made() -> str:
    return written(DOCUMENT.read_text(), coverage_table({MAY: contract(MAY), OCTOBER: contract(OCTOBER)}))


def test_the_document_has_the_table() -> None:
    assert DOCUMENT.read_text() == made(), "run: python -m tests.emulator.test_coverage"


def test_nothing_of_either_contract_is_missing() -> None:
    table = coverage_table({MAY: contract(MAY), OCTOBER: contract(OCTOBER)})
    assert "missing" not in table
    assert table.count("yes") == len(operations(contract(MAY))) + len(operations(contract(OCTOBER)))


if __name__ == "__main__":
    DOCUMENT.write_text(made())
