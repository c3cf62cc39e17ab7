"""The store: tables, migrations and units of work on SQLite and PostgreSQL."""

from bot.store.errors import (
    PermanentStoreError,
    SecondServerError,
    StoreError,
    TemporaryStoreError,
)
from bot.store.store import Store
from bot.store.work import Work

__all__ = [
    "PermanentStoreError",
    "SecondServerError",
    "Store",
    "StoreError",
    "TemporaryStoreError",
    "Work",
]
