"""Who this controller is to the others: an id that its data folder keeps, and one process a folder.

A controller that is started again after kill -9 is the same holder and takes its own lease back at
once. That is safe because the lock on the file ends with the process, and with nothing less.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from pathlib import Path

from wall.errors import StoreError

FILE = "wall-controller"


class Holder:
    """The held id; released by `close` or by the end of the process, not while it is stopped."""

    def __init__(self, folder: Path) -> None:
        """Take `folder`'s id, making it at the first time; raises StoreError when it is in use."""
        path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"{path} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.controller_id = self._read()
        except OSError as error:
            self.close()
            raise StoreError(f"{path} is in use by another controller") from error

    def close(self) -> None:
        """Let another process have the folder."""
        os.close(self._descriptor)

    def _read(self) -> str:
        kept = os.pread(self._descriptor, 100, 0).decode(errors="replace").strip()
        if kept:
            return kept
        made = f"wall-{uuid.uuid4().hex[:12]}"
        os.pwrite(self._descriptor, made.encode(), 0)
        os.fsync(self._descriptor)
        return made
