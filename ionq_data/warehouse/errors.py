"""What can go wrong between the lake and a published warehouse."""

from __future__ import annotations


class WarehouseError(Exception):
    """The warehouse could not be built, published or read; the message says what to do."""


class BuildFailed(WarehouseError):
    """dbt could not run, or a model or an error-level test failed. What was published stays."""


class NothingToPublish(WarehouseError):
    """No build has passed its tests since the last publication, and nothing is published either."""


class NoWarehouse(WarehouseError):
    """Nothing has been published in this data directory yet."""


class WarehouseBusy(WarehouseError):
    """Another process builds or publishes in the same data directory and did not finish in time."""
