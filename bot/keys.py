"""The desk's secret key, which makes its Message-IDs and case references unguessable."""

import os
import secrets
from pathlib import Path

from bot.config import ConfigError, Environment

FILE = "desk.key"
VARIABLE = "MADOGUCHI_SECRET"
LENGTH = 32


def secret_key(folder: Path, env: Environment) -> bytes:
    """Return the key from MADOGUCHI_SECRET, else from `folder`/desk.key, written when missing.

    Raises `ConfigError` when the file can't be read or written, or holds less than 16 bytes.
    """
    given = env.secret(VARIABLE)
    if given is not None:
        return _checked(given.encode(), VARIABLE)
    file = folder / FILE
    try:
        _write_new(file)
        return _checked(file.read_bytes(), str(file))
    except OSError as error:
        raise ConfigError(
            f"{file}: can't be read or written ({error.strerror}); "
            f"make the folder writable or set {VARIABLE}"
        ) from error


def _checked(key: bytes, where: str) -> bytes:
    if len(key) < 16:
        raise ConfigError(f"{where}: holds {len(key)} bytes; a key needs at least 16")
    return key


def _write_new(file: Path) -> None:
    """Write a fresh key unless there is one: for the owner alone, complete or not at all."""
    if file.exists():
        return
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(secrets.token_bytes(LENGTH))
        out.flush()
        os.fsync(out.fileno())
    try:
        file.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was first: its key is the desk's
    finally:
        draft.unlink()
