"""A news aggregator for a consortium of partners: their feeds and pages in, one correct, tagged feed out."""
