"""Copy an organization's IonQ Quantum Cloud records into Parquet and turn them into answers."""

__version__ = "0.1.0"
