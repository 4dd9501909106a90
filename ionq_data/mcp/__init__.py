"""The published warehouse for assistants that speak the Model Context Protocol: read-only, within limits."""
