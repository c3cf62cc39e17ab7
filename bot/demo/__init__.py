"""A whole desk on loopback with fictitious customers and their mail."""
