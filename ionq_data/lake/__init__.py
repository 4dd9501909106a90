"""The lake: append-only Parquet files, and how to read them."""

from ionq_data.lake.compaction import Compaction, compact
from ionq_data.lake.lake import Lake, to_parquet
from ionq_data.lake.location import open_lake
from ionq_data.lake.storage import LakeError
from ionq_data.lake.verification import Finding, Verification, verify

__all__ = ["Compaction", "Finding", "Lake", "LakeError", "Verification", "compact", "open_lake", "to_parquet", "verify"]
