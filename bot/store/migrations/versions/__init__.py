"""One file a revision, named after what it brings."""
