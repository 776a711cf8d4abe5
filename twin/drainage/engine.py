"""Running SWMM on cases, beside each other, each in a process of its own.

What it says wrong is its own words: the errors of its report file. Whoever waits is asked at every
step whether to go on; whatever ends the waiting ends the processes.
"""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from jobs.working import WorkFailed
from language import told

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("-m", "twin.drainage.stepper")
TICK_S = 0.1  # between questions whether to go on, while an engine says nothing
_ERROR = re.compile(r"^\s*(ERROR \d+:.*(?:\n(?!\s*(?:ERROR|\*)).*\S.*)?)", re.MULTILINE)
_BALANCE = re.compile(
    r"(Runoff Quantity|Flow Routing) Continuity.*?Continuity Error \(%\)[ .]*(-?[\d.]+)", re.DOTALL
)
_LOST = re.compile(
    r"Flow Routing Continuity.*?10\^6 (ltr|gal).*?Flooding Loss [. ]*[\d.]+\s+([\d.]+)", re.DOTALL
)
_MILLION_M3 = {"ltr": 1000.0, "gal": 3785.411784}
_VERSION = re.compile(r"VERSION ([\d.]+) \(Build ([\d.]+)\)")
Rows = npt.NDArray[np.float64]
Waiting = list["subprocess.Popen[bytes]"]  # processes that wait for an order


@dataclass(frozen=True, slots=True)
class Case:
    """A .inp to run, and what of it to follow: depths of nodes, flows of pumps."""

    name: str
    text: str
    nodes: Sequence[str]
    pumps: Sequence[str]
    step_s: int


@dataclass(frozen=True, slots=True)
class Run:
    """What SWMM said: a row of depths and of pumped flows, in its units, at each step from 0."""

    version: str
    depths: Rows
    flows: Rows
    runoff_error_pct: float
    routing_error_pct: float
    lost_m3: float  # flooded where the model lets no water stand


@contextmanager
def waiting(count: int) -> Iterator[Waiting]:
    """Have processes get ready while a model is opened; those that nobody took are ended."""
    ready: Waiting = []
    try:
        ready.extend(_stepper() for _ in range(count))
        yield ready
    finally:
        for child in ready:
            _end(child)


def run_cases(
    cases: Iterable[Case],
    folder: Path,
    *,
    steps: Callable[[Mapping[str, int]], None],
    ready: Waiting | None = None,
) -> dict[str, Run]:
    """Run all cases at once; `steps` is told how far each is, and may raise to end them all.

    Each begins as it comes, so that one runs while the next is written. Processes are taken of
    `ready` first. Raises WorkFailed("engine") with SWMM's own reason.
    """
    children: dict[str, subprocess.Popen[bytes]] = {}
    begun: list[Case] = []
    try:
        for case in cases:
            children[case.name] = child = ready.pop() if ready else _stepper()
            _order(child, case, folder)
            begun.append(case)
        _follow(children, steps, {case.name: _files(case, folder)["rpt"] for case in begun})
        return {case.name: _read(case, folder) for case in begun}
    finally:
        for child in children.values():
            _end(child)


def check_case(content: str, folder: Path) -> Path:
    """Have SWMM open a model, which validates it, and return its report; raises WorkFailed."""
    case = Case("check", content, (), (), 0)
    child = _stepper()
    report = _files(case, folder)["rpt"]
    try:
        _order(child, case, folder)
        _follow({case.name: child}, lambda at: None, {case.name: report})
    finally:
        _end(child)
    return report


def rows_so_far(case: Case, folder: Path) -> tuple[Rows, Rows]:
    """Return depths and flows of the steps that a running case has noted."""
    width = len(case.nodes) + len(case.pumps)
    path = _files(case, folder)["rows"]
    found = np.fromfile(path, np.float32) if path.exists() else np.zeros(0, np.float32)
    whole = found[: len(found) // width * width].reshape(-1, width).astype(float)
    return whole[:, : len(case.nodes)], whole[:, len(case.nodes) :]


def engine_errors(report: Path) -> str:
    """Return what SWMM wrote as errors into its report, as one line; empty when there are none."""
    try:
        text = report.read_text("utf-8", "replace")
    except OSError:
        return ""
    return "; ".join(" ".join(found.split()) for found in _ERROR.findall(text)[:3])


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


def _files(case: Case, folder: Path) -> dict[str, Path]:
    return {kind: folder / f"{case.name}.{kind}" for kind in ("inp", "rpt", "out", "rows")}


def _stepper() -> subprocess.Popen[bytes]:
    """Start a process that waits for its order."""
    return subprocess.Popen(
        [sys.executable, *PROGRAM],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _order(child: subprocess.Popen[bytes], case: Case, folder: Path) -> None:
    files = _files(case, folder)
    files["inp"].write_text(case.text, "utf-8")
    order = {
        **{kind: str(path) for kind, path in files.items()},
        "nodes": list(case.nodes),
        "pumps": list(case.pumps),
        "stepS": case.step_s,
    }
    assert child.stdin is not None  # noqa: S101 - it was asked for
    try:
        with child.stdin as order_pipe:
            order_pipe.write(orjson.dumps(order) + b"\n")
    except BrokenPipeError:
        pass  # it ended at once: its end is read below


def _follow(
    children: Mapping[str, subprocess.Popen[bytes]],
    steps: Callable[[Mapping[str, int]], None],
    reports: Mapping[str, Path],
) -> None:
    at = dict.fromkeys(children, 0)
    said = dict.fromkeys(children, b"")
    with selectors.DefaultSelector() as selector:
        for name, child in children.items():
            assert child.stdout is not None  # noqa: S101 - it was asked for
            selector.register(child.stdout, selectors.EVENT_READ, name)
        while selector.get_map():
            for key, _ in selector.select(TICK_S):
                name = key.data
                chunk = os.read(key.fd, 65536)
                said[name] = said[name] + chunk if chunk else said[name]
                *lines, said[name] = said[name].split(b"\n")
                for line in lines:
                    word, _, rest = line.decode("utf-8", "replace").partition(" ")
                    if word == "at":
                        at[name] = int(rest)
                    elif word == "error":
                        raise WorkFailed("engine", engine_errors(reports[name]) or rest)
                if not chunk:
                    selector.unregister(key.fileobj)
                    _ended(children[name])
            steps(at)


def _ended(child: subprocess.Popen[bytes]) -> None:
    code = child.wait()
    if code < 0:
        raise WorkFailed("engine", told("SWMM was ended by signal {signal}", signal=-code))
    if code != 0:
        raise WorkFailed(
            "engine", told("SWMM ended with code {code} and gave no reason", code=code)
        )


def _read(case: Case, folder: Path) -> Run:
    report = _files(case, folder)["rpt"].read_text("utf-8", "replace")
    balance = dict(_BALANCE.findall(report))
    version = _VERSION.search(report)
    depths, flows = rows_so_far(case, folder)
    return Run(
        version=".".join(version.group(2).split(".")[:3]) if version else "unknown",
        depths=depths,
        flows=flows,
        runoff_error_pct=float(balance.get("Runoff Quantity", 0.0)),
        routing_error_pct=float(balance.get("Flow Routing", 0.0)),
        lost_m3=_lost_m3(report),
    )


def _lost_m3(report: str) -> float:
    found = _LOST.search(report)
    return float(found.group(2)) * _MILLION_M3[found.group(1)] if found else 0.0
