"""What must hold before anything starts: the data folder is ours alone, the ports are free."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from processes.errors import DataDirInUse, PortTaken
from settings import Settings

LOCK_FILE = "run.lock"


@contextmanager
def held(data_dir: Path) -> Iterator[None]:
    """Hold the data folder; the kernel lets go when this process ends, however it ends.

    Raises DataDirInUse when another room holds it or it cannot be written.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DataDirInUse(
            f"The data folder {data_dir} cannot be written ({error.strerror}); "
            "set IOC_DATA_DIR to another."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            raise DataDirInUse(
                f"The room already runs on {data_dir} (process {holder or 'unknown'}); "
                "end that one, or set IOC_DATA_DIR to another folder."
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def check_ports(settings: Settings) -> None:
    """Raise PortTaken, naming the setting, unless both ports can be bound now."""
    for name, port in (("IOC_WEB_PORT", settings.web_port), ("IOC_WALL_PORT", settings.wall_port)):
        _check_port(settings.host, port, setting=name)


def _check_port(host: str, port: int, *, setting: str) -> None:
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise PortTaken(f"IOC_HOST={host!r} is no address of this machine.") from error
    for family, kind, protocol, _, address in addresses:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                with suppress(OSError):
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                probe.bind(address)
            except OSError as error:
                raise PortTaken(_why(error, host, port, setting)) from error


def _why(error: OSError, host: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program; "
            f"end that one, or set {setting} to another port."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than you have; set {setting} above 1023."
    return f"IOC_HOST={host!r} is no address of this machine."
