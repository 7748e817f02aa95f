"""What operators need around the line: look at a source, exchange lists, write files, examine the whole."""
