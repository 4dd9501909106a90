"""The warehouse: dbt builds and tests it from the lake; one rename then publishes it."""

from ionq_data.warehouse.building import build
from ionq_data.warehouse.connection import connect, published_at
from ionq_data.warehouse.errors import BuildFailed, NothingToPublish, NoWarehouse, WarehouseBusy, WarehouseError
from ionq_data.warehouse.layout import Layout
from ionq_data.warehouse.project import manifest_path
from ionq_data.warehouse.publishing import Publication, publish, publish_marts, publish_warehouse
from ionq_data.warehouse.result import BuildResult, NodeResult

__all__ = [
    "BuildFailed",
    "BuildResult",
    "Layout",
    "NoWarehouse",
    "NodeResult",
    "NothingToPublish",
    "Publication",
    "WarehouseBusy",
    "WarehouseError",
    "build",
    "connect",
    "manifest_path",
    "publish",
    "publish_marts",
    "publish_warehouse",
    "published_at",
]
