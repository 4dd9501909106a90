"""The lake: Parquet files that are only ever added to, and what is read back from them."""

from ionq_data.lake.lake import Lake, to_parquet
from ionq_data.lake.storage import LakeError

__all__ = ["Lake", "LakeError", "to_parquet"]
