"""Measure ionq-data and other programs that can do the same work: ``python -m benchmarks``."""
