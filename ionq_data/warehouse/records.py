"""Write what the SQL has to know of the API's records, from the one place that says it: ``ionq_data.resources``.

``python -m ionq_data.warehouse.records`` writes ``sql/macros/records.sql``; with ``--check`` it only tells whether that
file is still what the resources say.
"""

from __future__ import annotations

import sys

from ionq_data.lake.current import key_columns
from ionq_data.resources import RESOURCES
from ionq_data.resources.jobs import SIMULATOR, TERMINAL_STATUSES
from ionq_data.warehouse.project import sql_dir

_TEMPLATE = """\
{{#- Made from ionq_data/resources by `make dictionary`: change the resource there. -#}}

{{#- The columns whose values make a record of a resource one record. -#}}
{{% macro record_key(resource) -%}}
    {{{{ return({{
{keys}
    }}[resource]) }}}}
{{%- endmacro %}}

{{#- True where a job has ended in whichever way; a status that is not known, or none, has not. -#}}
{{% macro is_terminal(status) -%}}
    coalesce({{{{ status }}}} in ({statuses}), false)
{{%- endmacro %}}

{{#- True unless the backend is a simulator: a name not known yet is a QPU's. Null where no backend is said. -#}}
{{% macro is_qpu(backend) -%}}
    not starts_with({{{{ backend }}}}, '{simulator}')
{{%- endmacro %}}
"""


def record_macros() -> str:
    """Return the macros of the records' keys, of the terminal statuses and of the simulators' name."""
    keys = ",\n".join(f"        '{name}': {key_columns(r)!r}" for name, r in RESOURCES.items())
    statuses = ", ".join(f"'{status}'" for status in sorted(TERMINAL_STATUSES))
    return _TEMPLATE.format(keys=keys, statuses=statuses, simulator=SIMULATOR)


def main(arguments: list[str]) -> int:
    """Write or check ``sql/macros/records.sql``; return 1 where it is stale."""
    path = sql_dir() / "macros" / "records.sql"
    text = record_macros()
    if "--check" in arguments:
        if path.exists() and path.read_text() == text:
            return 0
        sys.stderr.write(f"{path.name} is not what the resources say: run `make dictionary`\n")
        return 1
    path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
