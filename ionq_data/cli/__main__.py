"""``python -m ionq_data.cli`` is ``ionq-data``."""

from ionq_data.cli import main

main()
