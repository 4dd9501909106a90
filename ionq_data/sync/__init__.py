"""The sync's rules: what to request from the API, given what the lake already holds."""
