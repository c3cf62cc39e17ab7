"""The shell around the terms and the mail: the desk, its store, its faces and its commands."""
