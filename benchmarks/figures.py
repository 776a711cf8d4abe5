"""Figures of a benchmark: percentiles, tables, the machine they come from, BENCHMARKS.md."""

from __future__ import annotations

import math
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "BENCHMARKS.md"
FRAME_MS = 1000 / 60
_PARTS = ("dash", "websockets", "pandas", "SQLAlchemy", "orjson")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a heading."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    def markdown(self) -> str:
        """Write the table as Markdown, aligned so that it reads as plain text too."""
        widths = [
            max(len(row[index]) for row in (self.columns, *self.rows))
            for index in range(len(self.columns))
        ]
        lines = [_line(self.columns, widths), "|" + "|".join("-" * (w + 2) for w in widths) + "|"]
        return "\n".join([*lines, *(_line(row, widths) for row in self.rows)])


@dataclass(slots=True)
class Report:
    """What one benchmark found: a title, a paragraph of how, tables, and what was noticed."""

    name: str
    title: str
    how: str
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """Write the report as a section of BENCHMARKS.md."""
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        parts = [
            f"## {self.title}",
            " ".join(self.how.split()),
            *(table.markdown() for table in self.tables),
            *(" ".join(note.split()) for note in self.notes),
            f"`python -m benchmarks.{self.name}`, {now}, {machine()}",
        ]
        return "\n\n".join(parts)


def publish(report: Report, *, write: bool) -> None:
    """Print the report and, when asked, replace its section of BENCHMARKS.md."""
    text = report.markdown()
    print(text, flush=True)
    if write:
        kept = KEPT.read_text() if KEPT.exists() else "# Benchmarks\n"
        KEPT.write_text(replaced(kept, report.name, text))


def replaced(document: str, name: str, section: str) -> str:
    """Return `document` with the section between the markers of `name` replaced or appended."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    block = f"{begin}\n{section}\n{end}"
    if begin in document and end in document:
        before, rest = document.split(begin, 1)
        return before + block + rest.split(end, 1)[1]
    return f"{document.rstrip()}\n\n{block}\n"


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile: the smallest sample not below `percent` of all."""
    if not samples:
        return math.nan
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def spread(
    samples: Sequence[float], *, decimals: int = 1, percents: Sequence[float] = (50, 95, 100)
) -> tuple[str, ...]:
    """Return p50, p95 and the largest as text, or other percentiles."""
    return tuple(f"{percentile(samples, each):.{decimals}f}" for each in percents)


def verdict(measured: float, limit: float) -> str:
    """Return whether a figure is within its limit."""
    return "reached" if measured <= limit else "NOT reached"


def machine() -> str:
    """Name the machine and the versions in one line."""
    chromium = _first_line(["chromium", "--version"])
    parts = [f"{name} {version(name)}" for name in _PARTS]
    return ", ".join(
        each
        for each in (
            f"{os.cpu_count()} x {_processor()}",
            f"{_memory_gib():.0f} GiB",
            _system(),
            f"Python {platform.python_version()}",
            *parts,
            chromium,
        )
        if each
    )


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    shown = (f" {cell:<{width}} " for cell, width in zip(cells, widths, strict=True))
    return "|" + "|".join(shown) + "|"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _system() -> str:
    try:
        found = platform.freedesktop_os_release()
    except OSError:
        return platform.platform()
    return str(found.get("PRETTY_NAME", platform.platform()))


def _first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return ""
    return " ".join(done.stdout.split("\n")[0].split()[:2])
