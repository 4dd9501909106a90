"""The published contracts as judges of answers."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

MAY, OCTOBER = "2026-05", "2026-10"
FOLDER = Path(__file__).parents[1] / "contract"
FILES = {MAY: FOLDER / "ionq-v0.4.structure.json", OCTOBER: FOLDER / "ionq-v0.4-2026-10.structure.json"}


@cache
def contract(of: str) -> dict[str, Any]:
    return json.loads(FILES[of].read_text())


def read_paths(of: str) -> set[str]:
    """The paths that can be read under a contract."""
    return {path for path, operations in contract(of)["paths"].items() if "get" in operations}


def contract_with_errors(of: str) -> dict[str, Any]:
    """A contract with its error answers tied to the operations: it describes them but refers to them nowhere."""
    described = json.loads(FILES[of].read_text())
    answers = {
        "400": "BadRequest", "401": "Unauthorized", "403": "Error", "404": "NotFound",
    }  # fmt: skip
    for operations in described["paths"].values():
        for verb, operation in operations.items():
            if verb == "get":
                for status, name in answers.items():
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return described


@cache
def validator(of: str, template: str, status: int = 200, verb: str = "get") -> Draft202012Validator:
    """The judge of an operation's answers, e.g. `validator(MAY, "/jobs/{UUID}/cost")`."""
    described = contract(of)
    operation = described["paths"][template][verb]["responses"][str(status)]
    while "$ref" in operation:
        operation = described["components"]["responses"][operation["$ref"].rsplit("/", 1)[-1]]
    schema = _as_json_schema(operation["content"]["application/json"]["schema"])
    return Draft202012Validator(
        {**schema, "components": _as_json_schema(described["components"])}, format_checker=FormatChecker()
    )


def _as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type."""
    if isinstance(part, list):
        return [_as_json_schema(one) for one in part]
    if not isinstance(part, dict):
        return part
    converted = {name: _as_json_schema(value) for name, value in part.items() if name not in ("nullable", "example")}
    return {"anyOf": [converted, {"type": "null"}]} if part.get("nullable") is True else converted
