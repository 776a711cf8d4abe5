"""The walls' outputs as addresses: each enrolled once, its token kept beside the stores.

A display opened at its address goes on working over restarts of the room: the controller knows the
token again. What is not kept here is enrolled anew, which retires the token before.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEVICES_FILE = "devices.json"
Request = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Display:
    """One output and the address its browser opens."""

    wall_id: str
    wall_name: str
    output_id: str
    url: str


async def enrolled(
    walls: list[Mapping[str, Any]],
    request: Request,
    *,
    origin: str,
    data_dir: Path,
    secret: str,
    language: str,
) -> list[Display]:
    """Return every output of `walls` (as `walls.list` has them), enrolling those not yet kept."""
    path = data_dir / DEVICES_FILE
    kept = _read(path, secret)
    displays = []
    for wall in walls:
        for output in wall["outputs"]:
            wall_id, output_id = str(wall["wallId"]), str(output["outputId"])
            key = f"{wall_id}/{output_id}"
            if key not in kept:
                answer = await request("device.enroll", {"wallId": wall_id, "outputId": output_id})
                kept[key] = str(answer["deviceToken"])
                _write(path, secret, kept)
            displays.append(
                Display(
                    wall_id,
                    str(wall["name"].get(language, wall_id)),
                    output_id,
                    f"{origin}/wall/{key}#token={kept[key]}",
                )
            )
    return displays


def _read(path: Path, secret: str) -> dict[str, str]:
    """Return kept tokens by `wall/output`; none when they were signed with another secret."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        body = json.loads(path.read_text())
        if body["signedWith"] == _fingerprint(secret):
            return {str(key): str(token) for key, token in body["tokens"].items()}
    return {}


def _write(path: Path, secret: str, tokens: Mapping[str, str]) -> None:
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    with os.fdopen(descriptor, "w") as file:
        json.dump({"signedWith": _fingerprint(secret), "tokens": tokens}, file, indent=1)
    os.replace(draft, path)


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(b"devices:" + secret.encode()).hexdigest()[:16]
