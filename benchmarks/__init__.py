"""What ionq-data is measured by, beside what else could do the same work: ``python -m benchmarks``."""
