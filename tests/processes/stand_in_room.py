"""A room of stand-ins: the product's own supervisor over roles that only behave or misbehave.

`stand_in_room.py room DATA_DIR BEHAVIOUR…` runs it, one role for each behaviour.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app import guarded
from data_access.parent import die_with
from processes.child import Child
from processes.front import Front
from processes.supervisor import run
from settings import load_settings


class Opens:
    """Says that the room is open once each role has started; opens never when told so."""

    def __init__(self, front: Front, *, opens: bool) -> None:
        self.opened = asyncio.Event()
        self._front, self._opens = front, opens

    async def watch(self, children: Sequence[Child], *, every_s: float) -> None:
        if not self._opens:
            return
        first = [child for child in children if child.name in ("web", "wall")]
        await asyncio.gather(*(child.running.wait() for child in first))
        self.opened.set()
        await asyncio.gather(*(child.running.wait() for child in children))
        self._front.say("open")


def room(data_dir: str, behaviours: list[str]) -> None:
    front = Front()
    settings = load_settings(os.environ | {"IOC_DATA_DIR": data_dir}, env_file=None)
    commands = {
        behaviour: [sys.executable, __file__, behaviour, str(os.getpid()), data_dir]
        for behaviour in behaviours
    }
    opens = Opens(front, opens="refuses" not in behaviours)
    try:
        run(settings, commands, room=opens, front=front)
    finally:
        front.close()


def behave(behaviour: str, parent: str, data_dir: str) -> None:
    die_with(int(parent))
    if behaviour == "refuses":
        print("<2>city.toml: timezone: is missing\nand then some")
        sys.exit(2)
    if behaviour == "fails":
        print("<3>the disk is gone")
        sys.exit(1)
    if behaviour == "stubborn":  # and so is what it has started
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        Path(data_dir, "stubborn").touch()
    if behaviour == "chatty":
        for number in range(40_000):
            print(f"line {number} {'x' * 200}")
        print("<3>said enough", flush=True)
    signal.pause()


if __name__ == "__main__":
    if sys.argv[1] == "room":
        sys.exit(guarded(lambda: room(sys.argv[2], sys.argv[3:])))
    behave(*sys.argv[1:4])
