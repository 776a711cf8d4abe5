"""Work of all sorts for the tests, done in real worker processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jobs.working import WorkFailed, Working
from settings import Settings
from tests.jobs.found import finding

FOR_EVER_S = 600.0
Inputs = Mapping[str, Any]


def add(inputs: Inputs, working: Working) -> Inputs:
    working.progress(0.5, "adding")
    (working.folder / "notes").write_text("scratch")
    return {"sum": inputs["a"] + inputs["b"]}


_warmed: list[str] = []


def warm(settings: Settings) -> None:
    _warmed.append(str(settings.data_dir))


def warmed(inputs: Inputs, working: Working) -> Inputs:
    return {"warmed": _warmed}


def wait(inputs: Inputs, working: Working) -> Inputs:
    """Begin an engine, one that left its group, and say where; then take for ever."""
    sleeping = [sys.executable, "-c", f"import time; time.sleep({FOR_EVER_S})"]
    engine = subprocess.Popen(sleeping)
    strayed = subprocess.Popen(sleeping, start_new_session=True)
    (working.folder / "file").write_text("large")
    working.partial({"pids": [os.getpid(), engine.pid, strayed.pid], "at": str(working.folder)})
    working.progress(0.25, "waiting")
    while True:
        time.sleep(0.01)


def once(inputs: Inputs, working: Working) -> Inputs:
    """Be killed the first time, and all other times `always`."""
    been = Path(inputs["file"])
    if inputs["always"] or not been.exists():
        been.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"again": True}


def refuse(inputs: Inputs, working: Working) -> Inputs:
    with Path(inputs["file"]).open("a") as file:
        file.write("tried\n")
    raise WorkFailed("engine", "Error 317: node J1 has no outlet.")


def find(inputs: Inputs, working: Working) -> Inputs:
    working.publish(finding(inputs["name"], inputs["number"]))
    if inputs.get("fails"):
        time.sleep(0.5)
        raise WorkFailed("input", "It came to nothing.")
    return {}


def large(inputs: Inputs, working: Working) -> Inputs:
    return {"text": "x" * inputs["bytes"]}


class _Unspeakable(BaseException):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def odd(inputs: Inputs, working: Working) -> Any:
    how = inputs["how"]
    if how == "prints":
        for _ in range(2000):
            print("x" * 1000)
        os.write(1, b"\xff\x00")
        return {"printed": True}
    if how == "forks":
        os.fork()
        return {"pid": 0}
    if how == "chatters":
        for number in range(2_000):
            working.partial({"number": number})
        return {"chattered": True}
    if how == "exits":
        sys.exit(3)
    if how == "leaves":
        os._exit(7)
    if how == "crashes":
        signal.signal(signal.SIGSEGV, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "unspeakable":
        raise _Unspeakable
    if how == "interrupts":
        raise KeyboardInterrupt
    if how == "closes":
        os.closerange(3, 256)
        time.sleep(FOR_EVER_S)
    if how == "names by number":
        return {1: "a key that is no text"}
    return ["no object"]
