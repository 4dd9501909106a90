"""The pipeline for Dagster: assets, checks and schedules around the library, which knows nothing of Dagster."""
