"""The lake: append-only Parquet files, and how to read them."""

from ionq_data.lake.lake import Lake, to_parquet
from ionq_data.lake.location import open_lake
from ionq_data.lake.storage import LakeError

__all__ = ["Lake", "LakeError", "open_lake", "to_parquet"]
