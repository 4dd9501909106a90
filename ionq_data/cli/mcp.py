"""``ionq-data mcp``: the published warehouse for assistants."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter, validators

from ionq_data.cli.exit_codes import DONE, FAILED
from ionq_data.cli.output import say_error
from ionq_data.config import load_settings

AtLeast1 = Annotated[int, Parameter(validator=validators.Number(gte=1))]


def mcp(*, rows: AtLeast1 = 1000, seconds: AtLeast1 = 20, memory_mb: AtLeast1 = 512) -> int:
    """Serve the published warehouse to an assistant, read-only, over the Model Context Protocol.

    The assistant starts this command and talks to it over standard input and output. It can use the questions of the
    cookbook as tools, run SQL within limits, and read what the tables mean. It gets no access to files or the network.

    Example: ionq-data mcp --rows 500

    Parameters
    ----------
    rows
        Maximum rows of an answer.
    seconds
        Maximum seconds that a query may take.
    memory_mb
        Maximum memory of a query, MiB.
    """
    try:
        from ionq_data.mcp.bounded import Limits
        from ionq_data.mcp.server import serve
    except ModuleNotFoundError as error:
        say_error(f"{error}. This command needs an extra: pip install 'ionq-data[mcp]'")
        return FAILED
    serve(load_settings().data_dir.absolute(), Limits(rows=rows, seconds=seconds, memory_mb=memory_mb))
    return DONE
