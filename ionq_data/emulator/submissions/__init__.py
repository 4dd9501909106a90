"""Jobs that are submitted: what is taken, what becomes of them, and what they give."""
