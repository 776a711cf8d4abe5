"""The schema of a SQLite file of ours: which version it is of, and brought forward to ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence


def bring_forward(
    connection: sqlite3.Connection, steps: Mapping[int, Sequence[str]], *, newest: int, begin: str
) -> int:
    """Run what leads from the file's version to `newest`, in one transaction; return its version.

    `steps` are the statements by the version they start from (0: an empty file). A file of a newer
    version is left as it is. Raises sqlite3.Error.
    """
    connection.execute(begin)
    version: int = connection.execute("pragma user_version").fetchone()[0]
    for statement in steps.get(version, ()):
        connection.execute(statement)
    if version < newest:
        connection.execute(f"pragma user_version = {newest}")
    connection.execute("commit")
    return version
