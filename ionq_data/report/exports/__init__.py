"""The published marts as files for other tools."""

from ionq_data.report.exports.marts import ExportError, export

__all__ = ["ExportError", "export"]
