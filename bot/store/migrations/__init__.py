"""Alembic revisions, run in order when the desk starts."""
