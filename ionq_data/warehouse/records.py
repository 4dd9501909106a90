"""Write what the SQL has to know about the API's records. It stands in one place, ``ionq_data.resources``.

``python -m ionq_data.warehouse.records`` writes ``sql/macros/records.sql`` and ``sql/models/staging/sources.yml``, and
a plain staging model for a resource that has none yet; with ``--check`` it only tells which of them are stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ionq_data.lake.current import key_columns
from ionq_data.resources import RESOURCES, Resource
from ionq_data.resources.jobs import SIMULATOR, TERMINAL_STATUSES
from ionq_data.resources.kinds import TIMESTAMP
from ionq_data.warehouse.project import sql_dir
from ionq_data.warehouse.staging_template import staging_description, staging_model

_MACROS = """\
{{#- Made from ionq_data/resources by `make dictionary`: change the resource there. -#}}

{{#- The columns whose values make a record of a resource one record. -#}}
{{% macro record_key(resource) -%}}
    {{{{ return({{
{keys}
    }}[resource]) }}}}
{{%- endmacro %}}

{{#- Of each resource of the lake, the time that says how new a record is. -#}}
{{% macro record_times() -%}}
    {{{{ return({{
{times}
    }}) }}}}
{{%- endmacro %}}

{{#- The columns of a resource in the lake, but those that tell of the record. -#}}
{{% macro record_columns(resource) -%}}
    {{{{ return({{
{columns}
    }}[resource]) }}}}
{{%- endmacro %}}

{{#- True if a job has ended in whichever way; a status that is not known, or none, has not. -#}}
{{% macro is_terminal(status) -%}}
    coalesce({{{{ status }}}} in ({statuses}), false)
{{%- endmacro %}}

{{#- True unless the backend is a simulator: a name not known yet is a QPU's. Null if no backend is said. -#}}
{{% macro is_qpu(backend) -%}}
    {{{{ backend }}}} not like '{simulator}%'
{{%- endmacro %}}
"""
_SOURCES = """\
# Made from ionq_data/resources by `make dictionary`: change the resource there.
sources:
  - name: lake
    schema: lake
    description: >
      Append-only Parquet files of the API's records, with one row per version of a record. Each row has the
      record's exact text (`_raw`), the time its answer arrived (`_extracted_at`, UTC) and the values that did not
      fit (`_problems`).
    config:
      meta:
        # hive values stay texts: an account called 2026 is no number
        formatter: template
        external_location: >-
          (select * from read_parquet('{{ env_var("IONQ_DATA_LAKE", "lake") | replace("'", "''")
          | replace("$", "$$") }}/$identifier/**/*.parquet',
          hive_partitioning = true, hive_types_autocast = false, union_by_name = true))
    tables:
"""
_LEDGER = """\
      - name: _syncs
        description: The ledger, one row per finished sync of a resource for an account.
      - name: _rejected
        description: Records that could not be stored as rows, in full, with the reason.
"""


def record_macros() -> str:
    """Return the macros for the records' keys and times, the terminal statuses and the names of simulators."""
    keys = ",\n".join(f"        '{name}': {key_columns(r)!r}" for name, r in RESOURCES.items())
    times = ",\n".join(f"        '{name}': '{_time(resource)}'" for name, resource in RESOURCES.items())
    columns = ",\n".join(f"        '{name}': {_columns(resource)!r}" for name, resource in RESOURCES.items())
    statuses = ", ".join(f"'{status}'" for status in sorted(TERMINAL_STATUSES))
    return _MACROS.format(keys=keys, times=times, columns=columns, statuses=statuses, simulator=SIMULATOR)


def _columns(resource: Resource) -> list[str]:
    return [name for name in resource.schema.names if not name.startswith("_")]


def _time(resource: Resource) -> str:
    """Return SQL for the instant by which a record is new or old."""
    is_instant = resource.schema.field(resource.moment).type == TIMESTAMP
    return f'"{resource.moment}"' if is_instant else f'"{resource.moment}"::timestamp'


def sources() -> str:
    """Return dbt's description of the lake: a table per resource, the ledger and the rejected records."""
    tables = []
    for name, resource in RESOURCES.items():
        meaning = resource.description[0].lower() + resource.description[1:]
        tables.append(f'      - name: {name}\n        description: "`GET {resource.endpoint}`: {meaning}"\n')
    return "".join([_SOURCES, *tables, _LEDGER])


def generated(project: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file that is generated from the resources, with its content.

    Staging models are yielded only if they are missing: whoever needs more columns in one edits it by hand.
    """
    yield project / "macros" / "records.sql", record_macros()
    staging = project / "models" / "staging"
    yield staging / "sources.yml", sources()
    for name, resource in RESOURCES.items():
        for path, make in ((f"{name}.sql", staging_model), (f"{name}.yml", staging_description)):
            if not (file := staging / f"stg_ionq__{path}").exists():
                yield file, make(resource)


def main(arguments: list[str]) -> int:
    """Write or check the files; return 1 if one is stale."""
    stale = [(path, text) for path, text in generated(sql_dir()) if not path.exists() or path.read_text() != text]
    if "--check" in arguments:
        for path, _ in stale:
            sys.stderr.write(f"{path.name} does not match the resources: run `make dictionary`\n")
        return int(bool(stale))
    for path, text in stale:
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
