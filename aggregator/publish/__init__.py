"""Stories in, documents out: feeds, lists and pages as bytes. Nothing here reads a clock, a file or the network."""
