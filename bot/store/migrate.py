"""Migrations: brings a database to the tables this version needs, with Alembic."""

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.store.errors import PermanentStoreError, translate
from bot.store.tables import metadata

_LOCATION = "bot.store:migrations"


def upgrade(engine: Engine) -> list[str]:
    """Apply all revisions in one transaction; return those applied, in words."""
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1835099247)")
            waiting = _waiting(connection)
            if waiting:
                _apply(connection)
            return [_in_words(script) for script in waiting]
    except DBAPIError as error:
        raise translate(error) from error


def pending(engine: Engine) -> list[str]:
    """Return the revisions not yet applied, in words."""
    try:
        with engine.connect() as connection:
            return [_in_words(script) for script in _waiting(connection)]
    except DBAPIError as error:
        raise translate(error) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", _LOCATION)
    return config


def _waiting(connection: Connection) -> list[Script]:
    scripts = ScriptDirectory.from_config(_config())
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision: script for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise PermanentStoreError(
            f"the database is at revision {current}, which this version doesn't know: "
            "it was used by a newer Madoguchi; install that version or restore a backup"
        )
    return list(reversed(list(scripts.iterate_revisions("heads", current or "base"))))


def _apply(connection: Connection) -> None:
    config = _config()
    scripts = ScriptDirectory.from_config(config)

    def steps(revision: str, _context: MigrationContext) -> list[RevisionStep]:
        return scripts._upgrade_revs("heads", revision)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - its own recipe

    with EnvironmentContext(config, scripts, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=metadata)
        environment.run_migrations()


def _in_words(script: Script) -> str:
    return f"{script.revision} {script.doc}"
