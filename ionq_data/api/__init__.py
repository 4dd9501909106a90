"""The HTTP client of the IonQ Cloud Platform API: keys, retries, rate limits and pages. It knows nothing of tables."""

from ionq_data.api.client import Answer, Client
from ionq_data.api.exchange import Timeouts
from ionq_data.api.json_body import MalformedBody, check_json, split_array, split_page
from ionq_data.api.pagination import Page, cursor_pages, numbered_pages, read_ahead
from ionq_data.api.timing import Timing

__all__ = [
    "Answer",
    "Client",
    "MalformedBody",
    "Page",
    "Timeouts",
    "Timing",
    "check_json",
    "cursor_pages",
    "numbered_pages",
    "read_ahead",
    "split_array",
    "split_page",
]
