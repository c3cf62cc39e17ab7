"""Alembic's entry for developers (`alembic revision`); the desk itself uses `bot.store.migrate`."""
