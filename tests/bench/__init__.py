"""The arithmetic of what bench/ prints: the figures themselves are no tests."""
