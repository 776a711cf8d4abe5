"""SUMO's programs, run as programs: found, followed, stopped; their own sentence when they fail.

They stay in the process group of whoever runs them, so that ending the group ends them too.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from jobs.working import WorkFailed
from language import told

POLL_S = 0.02
PACKAGE = "eclipse-sumo"
STOPPING_S = 15.0  # to write down what it has, before it is ended
PATIENCE = 6  # times its own time by the clock: an engine that waits for the machine is not slow
LONGEST_SENTENCE = 300


def program(name: str) -> str:
    """Return the path of one of SUMO's programs; raises WorkFailed when it is not there."""
    spec = find_spec("sumo")
    for folder in (spec.submodule_search_locations or []) if spec is not None else []:
        path = Path(folder) / "bin" / name
        if path.is_file():
            return str(path)
    found = shutil.which(name)
    if found is None:
        raise WorkFailed(
            "engine",
            told(
                "{name} of SUMO is not installed; expected package {package}",
                name=name,
                package=PACKAGE,
            ),
        )
    return found


def data(path: Path, name: str) -> Path:
    """Return where data of a name stands that came with a program, whether or not any did."""
    return path.parents[1] / "data" / name


def _projections(path: Path) -> dict[str, str]:
    """Return where a program finds the systems of coordinates that came with it, if any did."""
    folder = data(path, "proj")
    return dict.fromkeys(("PROJ_DATA", "PROJ_LIB"), str(folder)) if folder.is_dir() else {}


def version() -> str:
    """Return the version of the engine, which decides results as inputs do."""
    try:
        return importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


@dataclass(slots=True)
class Running:
    """A program under way; its words go to a file beside its outputs.

    Its time is the processor's: what a busy machine makes of it would be another result each time.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    most_s: float  # of the processor
    until_s: float  # monotonic, however little of the processor it had
    is_late: bool = False
    _meter: psutil.Process | None = None  # made once: looking who it is costs more than its time

    def poll(self) -> bool:
        """Return whether it has ended; raises WorkFailed with its own reason when it failed.

        Past its time it is told to stop, and what it has written by then is what there is.
        """
        code = self.process.poll()
        if code is None:
            if self.spent_s() > self.most_s or time.monotonic() > self.until_s:
                self.is_late = True
                self.end()
                return True
            return False
        if code != 0:
            raise WorkFailed("engine", f"{self.name}: {said(self.log, code)}")
        return True

    def spent_s(self) -> float:
        """Return how long the processor has worked for it; 0 once it is gone."""
        try:
            if self._meter is None:
                self._meter = psutil.Process(self.process.pid)
            spent = self._meter.cpu_times()
        except psutil.Error:
            return 0.0
        return float(spent.user + spent.system)

    def end(self) -> None:
        """Stop it: by asking, then without."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOPPING_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    def kill(self) -> None:
        """End it at once."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def start(name: str, arguments: Sequence[str], folder: Path, *, timeout_s: float) -> Running:
    """Start one of SUMO's programs in `folder`; raises WorkFailed when it cannot be started.

    `timeout_s` is of the processor.
    """
    log, path = folder / f"{name}.log", program(name)
    with log.open("wb") as words:
        try:
            process = subprocess.Popen(
                [path, *arguments],
                cwd=folder,
                env={**os.environ, **_projections(Path(path))},
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise WorkFailed(
                "engine", told("{name} cannot be started: {error}", name=name, error=error)
            ) from error
    return Running(name, process, log, timeout_s, time.monotonic() + PATIENCE * timeout_s)


def finish(running: Sequence[Running], check: Callable[[], None]) -> None:
    """Wait until all have ended; whatever is raised meanwhile leaves none of them behind."""
    try:
        left = list(running)
        while left:
            left = [each for each in left if not each.poll()]
            check()
            if left:
                time.sleep(POLL_S)
    finally:
        for each in running:
            each.kill()


def said(log: Path, code: int) -> str:
    """Return the engine's own reason out of its words."""
    lines = log.read_text("utf-8", "replace").splitlines() if log.is_file() else []
    errors = [line.removeprefix("Error:").strip() for line in lines if line.startswith("Error:")]
    if errors:
        return " ".join(errors)[:LONGEST_SENTENCE]
    if code < 0:
        return f"ended by signal {-code} ({signal.Signals(-code).name})"
    kept = [line.strip() for line in lines if line.strip()]
    return (kept[-1] if kept else f"ended with code {code}")[:LONGEST_SENTENCE]
