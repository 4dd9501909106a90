"""What to ask the API for, given what the lake already holds."""
