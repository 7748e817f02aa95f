"""Fetching: one polite, guarded conditional GET at a time per wish, many at once over one libcurl loop."""
