"""What editors do, for web and command line alike: decide, undo. Handlers parse, call one of these and render."""
