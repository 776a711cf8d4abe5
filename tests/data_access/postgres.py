"""A real PostgreSQL for tests: a cluster of its own on a free port, thrown away afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _binaries() -> Path:
    """Return the folder of the newest installed server; skips without one, fails so under CI."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        reason = "no PostgreSQL server is installed (Debian package postgresql)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found[-1].parent


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run a server and yield its URL. PostgreSQL refuses root, so root lends it to another user."""
    programs, user = _binaries(), None
    if os.geteuid() == 0:
        user = next(name for name in ("postgres", "nobody") if _exists(name))
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp" if user else folder))
    if user is not None:
        shutil.chown(home, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = home / "data"

    def run(*arguments: str) -> None:
        program, *rest = arguments
        subprocess.run(
            [str(programs / program), *rest],
            check=True,
            user=user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=home,
        )

    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home}"
    try:
        run("initdb", "-D", str(data), "-A", "trust", "-U", "ioc", "--no-sync", "-E", "UTF8")
        run("pg_ctl", "-D", str(data), "-w", "-o", f"{options} -c fsync=off", "start")
        try:
            yield f"postgresql+psycopg://ioc@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
