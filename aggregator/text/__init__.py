"""Text from outside: HTML made harmless, encodings mended, dates read, outcomes put into words."""
