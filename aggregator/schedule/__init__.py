"""When things happen: the embedded clock. What is due stands in the store, not here."""
