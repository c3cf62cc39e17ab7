"""Triggers: the ledger and the audit only grow, and reservations are closed exactly once."""

from bot.store.tables import APPEND_ONLY, FOLLOWING

_ENDING = ", ".join(f"'{kind}'" for kind in FOLLOWING)
_CLOSED = "reservation is closed already"
_REVERSED = "a reversal is not reversed"

# To reverse what closed a reservation is to open it again.
_REOPEN = """
  INSERT INTO open_reservations (entry, case_number, quota)
  SELECT reserved.id, reserved.case_number, reserved.quota
  FROM ledger AS ending JOIN ledger AS reserved ON reserved.id = ending.refers_to
  WHERE ending.id = NEW.refers_to AND reserved.kind = 'reserve'"""

_SQLITE_REFUSE = """
CREATE TRIGGER {table}_refuses_{change} BEFORE {CHANGE} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

_SQLITE_OPEN = """
CREATE TRIGGER ledger_opens AFTER INSERT ON ledger WHEN NEW.kind = 'reserve'
BEGIN
  INSERT INTO open_reservations (entry, case_number, quota)
  VALUES (NEW.id, NEW.case_number, NEW.quota);
END"""

_SQLITE_CLOSE = f"""
CREATE TRIGGER ledger_closes AFTER INSERT ON ledger
WHEN NEW.kind IN ({_ENDING})
  AND (SELECT kind FROM ledger WHERE id = NEW.refers_to) = 'reserve'
BEGIN
  SELECT RAISE(ABORT, '{_CLOSED}')
  WHERE NOT EXISTS (SELECT 1 FROM open_reservations WHERE entry = NEW.refers_to);
  DELETE FROM open_reservations WHERE entry = NEW.refers_to;
END"""  # noqa: S608 - only our own words

_SQLITE_REOPEN = f"""
CREATE TRIGGER ledger_reopens AFTER INSERT ON ledger WHEN NEW.kind = 'reverse'
BEGIN
  SELECT RAISE(ABORT, '{_REVERSED}')
  WHERE (SELECT kind FROM ledger WHERE id = NEW.refers_to) = 'reverse';
  {_REOPEN};
END"""  # noqa: S608 - only our own words

_POSTGRES_REFUSE_FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"""

_POSTGRES_REFUSE = """
CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change()"""

_POSTGRES_REFUSE_TRUNCATE = """
CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""

_POSTGRES_KEEP_FUNCTION = f"""
CREATE FUNCTION keep_open_reservations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE referred text := (SELECT kind FROM ledger WHERE id = NEW.refers_to);
BEGIN
  IF NEW.kind = 'reserve' THEN
    INSERT INTO open_reservations (entry, case_number, quota)
    VALUES (NEW.id, NEW.case_number, NEW.quota);
  ELSIF NEW.kind IN ({_ENDING}) AND referred = 'reserve' THEN
    DELETE FROM open_reservations WHERE entry = NEW.refers_to;
    IF NOT FOUND THEN RAISE EXCEPTION '{_CLOSED}'; END IF;
  ELSIF NEW.kind = 'reverse' AND referred = 'reverse' THEN
    RAISE EXCEPTION '{_REVERSED}';
  ELSIF NEW.kind = 'reverse' THEN
    {_REOPEN};
  END IF;
  RETURN NULL;
END $$"""  # noqa: S608 - only our own words

_POSTGRES_KEEP = """
CREATE TRIGGER ledger_keeps_reservations AFTER INSERT ON ledger
FOR EACH ROW EXECUTE FUNCTION keep_open_reservations()"""


def statements(dialect: str) -> list[str]:
    """Return the statements that create all triggers on `dialect` (sqlite or postgresql)."""
    return _sqlite() if dialect == "sqlite" else _postgres()


def names(dialect: str) -> frozenset[str]:
    """Return the names of the triggers that must be present on `dialect`."""
    words = [part.split()[2] for part in statements(dialect) if "CREATE TRIGGER" in part]
    return frozenset(words)


def _sqlite() -> list[str]:
    refusals = [
        _SQLITE_REFUSE.format(table=table, change=change, CHANGE=change.upper())
        for table in APPEND_ONLY
        for change in ("update", "delete")
    ]
    return [*refusals, _SQLITE_OPEN, _SQLITE_CLOSE, _SQLITE_REOPEN]


def _postgres() -> list[str]:
    refusals = [
        template.format(table=table)
        for table in APPEND_ONLY
        for template in (_POSTGRES_REFUSE, _POSTGRES_REFUSE_TRUNCATE)
    ]
    return [_POSTGRES_REFUSE_FUNCTION, *refusals, _POSTGRES_KEEP_FUNCTION, _POSTGRES_KEEP]
