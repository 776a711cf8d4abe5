"""What must stay secret: the services' token in the data folder, and what opens live sources."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from settings.errors import SettingsError

SECRET_PREFIX = "IOC_SECRET_"  # one variable a secret: IOC_SECRET_HOTLINE_KEY is `hotline-key`
TOKEN_FILE = "service-token"
LEAST_TOKEN = 16  # characters; every display and console token is signed with it


def kept_token(folder: Path) -> str:
    """Return the service token of a data folder, made there (mode 0600) by who asks first.

    Raises SettingsError for a file that holds none.
    """
    path = folder / TOKEN_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _keep_first(path, secrets.token_urlsafe(32))
    kept = path.read_text().strip()
    if len(kept) < LEAST_TOKEN:
        raise SettingsError(f"{path} holds no service token; delete it to have one made.")
    return kept


def source_secrets(found: Mapping[str, str], file: str | None) -> dict[str, str]:
    """Return the secrets of live sources: variables of their own over the file's lines."""
    secrets_of = {} if file is None else _lines_of(Path(file))
    named = {
        name.removeprefix(SECRET_PREFIX): text
        for name, text in found.items()
        if name.startswith(SECRET_PREFIX)
    }
    return {secret_key(n): text for n, text in (secrets_of | named).items() if text}


def secret_key(name: str) -> str:
    """Return how a secret that `city/` calls `name` is called in the environment."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _lines_of(file: Path) -> dict[str, str]:
    """Read a file of secrets; raises SettingsError when others than its owner may."""
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):
            raise SettingsError(f"IOC_SECRETS_FILE={str(file)!r} is wrong: it is no file.")
        if stat.S_IMODE(mode) & 0o077:
            raise SettingsError(
                f"IOC_SECRETS_FILE={str(file)!r} is wrong: others than its owner may read it "
                f"(mode {stat.S_IMODE(mode):04o}); run  chmod 600 {file}"
            )
        lines = dotenv_values(file, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "no text"
        raise SettingsError(
            f"IOC_SECRETS_FILE={str(file)!r} is wrong: it cannot be read ({why})."
        ) from error
    return {
        name.removeprefix(SECRET_PREFIX): text for name, text in lines.items() if text is not None
    }


def _keep_first(path: Path, made: str) -> None:
    """Write `made` to `path` (mode 0600) unless another process was first; never half a file."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
