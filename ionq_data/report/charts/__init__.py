"""The charts, as Vega-Lite specifications over the data sets of the page."""
