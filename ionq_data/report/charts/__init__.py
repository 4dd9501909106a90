"""The charts: what each shows, as Vega-Lite specifications over the data sets of the page."""
