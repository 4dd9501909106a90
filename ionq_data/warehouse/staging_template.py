"""The first staging model of a new resource: the current version of each record, column by column."""

from __future__ import annotations

import re
from functools import cache

import duckdb

from ionq_data.resources import Resource
from ionq_data.resources.fields import Field
from ionq_data.resources.kinds import TIMESTAMP

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")
_RESERVED = "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
_NOT_NULL = "        data_tests: [not_null]\n"


def staging_model(resource: Resource) -> str:
    """Return SQL for the current version of each record: every column under its own name, with instants in UTC.

    If the key is not an id from the API, the account is part of the key as well.
    """
    columns = [f"    {_column(field)},\n" for field in resource.fields]
    if resource.deletable:
        columns.append("    coalesce(_deleted, false) as is_deleted,\n")
    key = ", ".join(_keys(resource))
    return (
        f"-- 1 row per {key}\nselect\n    account,\n{''.join(columns)}"
        "    {{ utc('_extracted_at') }} as extracted_at,\n    {{{{ list_size('_problems') }}}} as problems\n"
        f"from {{{{ current_versions('{resource.name}', within=['account']) }}}} as current_version\n"
    )


def staging_description(resource: Resource) -> str:
    """Return dbt's description of that model: the columns as the resource describes them, and tests of the key."""
    columns = [_described("account", "Account whose key saw it.", is_required=True)]
    columns += [_described(_name(f), f.description, is_required=f.required) for f in resource.fields]
    if resource.deletable:
        columns.append(_described("is_deleted", "True if the API no longer shows the record.", is_required=True))
    columns.append(_described("extracted_at", "When this version's answer arrived (UTC).", is_required=True))
    columns.append(_described("problems", "Values of the record that did not fit their column.", is_required=True))
    keys = ", ".join(_keys(resource))
    return (
        f"models:\n  - name: stg_ionq__{resource.name}\n    description: >\n"
        f"      Current version of each record of `GET {resource.endpoint}`. {resource.description}\n"
        f"    data_tests:\n      - unique_combination: {{arguments: {{columns: [{keys}]}}}}\n"
        f"    columns:\n{''.join(columns)}"
    )


def _keys(resource: Resource) -> list[str]:
    return ["account", *("extracted_at" if name == "_extracted_at" else snake_case(name) for name in resource.key)]


def _name(field: Field) -> str:
    return snake_case(field.name)


def snake_case(name: str) -> str:
    """Return a column's name in the SQL's own style: ``quotaUsage`` becomes ``quota_usage``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _column(field: Field) -> str:
    read, named = _quoted(field.name), _quoted(_name(field))
    if field.kind.arrow == TIMESTAMP:
        return f"{{{{ utc('{read}') }}}} as {named}"
    return read if read == named else f"{read} as {named}"


def _quoted(name: str) -> str:
    return name if _PLAIN.match(name) and name not in _reserved() else f'"{name}"'


@cache
def _reserved() -> frozenset[str]:
    with duckdb.connect() as connection:
        return frozenset(row[0] for row in connection.execute(_RESERVED).fetchall())


def _described(name: str, meaning: str, *, is_required: bool) -> str:
    tests = _NOT_NULL if is_required else ""
    return f'      - name: {name}\n        description: "{meaning}"\n{tests}'
