"""The HTML report and the exports, both from the published warehouse alone."""

from ionq_data.report.exports import ExportError, export
from ionq_data.report.page import write_report

__all__ = ["ExportError", "export", "write_report"]
