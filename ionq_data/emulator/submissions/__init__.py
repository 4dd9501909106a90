"""Submitted jobs: their admission, their lives and their outcomes."""
