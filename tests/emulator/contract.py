"""The published contract as a judge of answers."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

CONTRACT = Path(__file__).parents[1] / "contract" / "ionq-v0.4.structure.json"


@cache
def contract() -> dict[str, Any]:
    return json.loads(CONTRACT.read_text())


def contract_with_errors() -> dict[str, Any]:
    """The contract with its error answers tied to the operations: it describes them but refers to them nowhere."""
    described = json.loads(CONTRACT.read_text())
    answers = {
        "400": "BadRequest", "401": "Unauthorized", "403": "Error", "404": "NotFound",
    }  # fmt: skip
    for operations in described["paths"].values():
        for verb, operation in operations.items():
            if verb == "get":
                for status, name in answers.items():
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return described


def validator(template: str, status: int = 200) -> Draft202012Validator:
    """The judge of an operation's answers, e.g. `validator("/jobs/{UUID}/cost")`."""
    operation = contract()["paths"][template]["get"]["responses"][str(status)]
    while "$ref" in operation:
        operation = contract()["components"]["responses"][operation["$ref"].rsplit("/", 1)[-1]]
    schema = _as_json_schema(operation["content"]["application/json"]["schema"])
    return Draft202012Validator(
        {**schema, "components": _as_json_schema(contract()["components"])}, format_checker=FormatChecker()
    )


def _as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type."""
    if isinstance(part, list):
        return [_as_json_schema(one) for one in part]
    if not isinstance(part, dict):
        return part
    converted = {name: _as_json_schema(value) for name, value in part.items() if name not in ("nullable", "example")}
    return {"anyOf": [converted, {"type": "null"}]} if part.get("nullable") is True else converted
