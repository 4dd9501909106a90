"""The chapters of the page: each asks the marts and lays out figures, charts and tables."""
