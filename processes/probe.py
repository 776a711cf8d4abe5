"""Asks a role over HTTP whether it serves; the smallest client that can."""

from __future__ import annotations

import asyncio


async def get(host: str, port: int, path: str, *, timeout_s: float = 2.0) -> tuple[int, bytes]:
    """Return (status, body) of `GET path`; raises OSError when there is no whole answer in time."""
    try:
        async with asyncio.timeout(timeout_s):
            return await _get(host, port, path)
    except (TimeoutError, ValueError, IndexError, asyncio.IncompleteReadError) as error:
        raise OSError(f"no answer from {host}:{port}{path}") from error


async def answers(host: str, port: int, path: str = "/healthz") -> bool:
    """Tell whether `path` answers 200."""
    try:
        status, _ = await get(host, port, path)
    except OSError:
        return False
    return status == 200


async def _get(host: str, port: int, path: str) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        name = f"[{host}]" if ":" in host else host
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {name}:{port}\r\n\r\n".encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        return int(head.split()[1]), body
    finally:
        writer.close()
