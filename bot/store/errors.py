"""What can go wrong in the store, told apart by whether trying again can help."""

from sqlalchemy.exc import DBAPIError

_SQLITE_PASSING = ("locked", "busy", "disk is full", "disk i/o error", "unable to open")
_POSTGRES_FULL = "53100"
_POSTGRES_PASSING = ("08", "40", "53", "55P03", "57")


class StoreError(Exception):
    """Anything the database refused."""


class TemporaryStoreError(StoreError):
    """The same transaction may succeed later: connection lost, locked, disk full, serialization."""


class DiskFullError(TemporaryStoreError):
    """There was no room for the transaction."""


class PermanentStoreError(StoreError):
    """Trying again can't help: a broken invariant or a wrong statement."""


class SecondServerError(StoreError):
    """Another process serves this database already."""


def translate(error: DBAPIError) -> StoreError:
    """Return the store's error for a driver's `error`, temporary where trying again can help."""
    first_line = str(error.orig).strip().partition("\n")[0]
    kind = TemporaryStoreError if _passes(error) else PermanentStoreError
    return (DiskFullError if _is_full(error) else kind)(first_line)


def _is_full(error: DBAPIError) -> bool:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state == _POSTGRES_FULL or "disk is full" in str(error.orig).lower()


def _passes(error: DBAPIError) -> bool:
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state:
        return state.startswith(_POSTGRES_PASSING)
    if error.connection_invalidated:
        return True
    name = type(error.orig).__name__
    if type(error.orig).__module__.startswith("psycopg"):
        return name in {"OperationalError", "InterfaceError"}
    return any(word in str(error.orig).lower() for word in _SQLITE_PASSING)
