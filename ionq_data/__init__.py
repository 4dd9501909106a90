"""Copy an organization's IonQ Quantum Cloud records into Parquet and turn them into answers.

Importing this package is cheap: `open` imports the modules that read files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from ionq_data.site import Site

__version__ = "0.1.0"
__all__ = ["open"]


def open(data_dir: str | PathLike[str] | None = None) -> Site:  # noqa: A001 - as gzip.open: it is used with its module
    """Open what has been copied and built, to read it from Python.

    Nothing is read before it is used, so this also works if nothing has been built yet.

    Args:
        data_dir: the folder that holds the lake and the warehouse. Without it, the settings say where both are, as
            they do for the command line (``IONQ_DATA_DIR``, ``IONQ_LAKE``, ``ionq-data.toml``).

    Raises:
        ConfigurationError: the settings are wrong.

    Example:
        >>> import ionq_data
        >>> site = ionq_data.open("data")
        >>> site.mart("dim_backends").columns[0]
        'backend'
    """
    from ionq_data.site import open_site

    return open_site(data_dir)
