"""BENCHMARKS.md has the figures of the programs that `make bench` runs."""

from __future__ import annotations

import re

from benchmarks.figures import KEPT, ROOT

BY_HAND = {"soak", "forecast"}  # too long, and of public series: the page says how


def test_make_bench_runs_every_program_that_keeps_a_table() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    (run,) = re.findall(r"^BENCHMARKS := (.*)$", makefile, re.MULTILINE)
    kept = set(re.findall(r"^<!-- begin (\w+) -->$", KEPT.read_text("utf-8"), re.MULTILINE))
    assert kept - set(run.split()) == BY_HAND
    assert all((ROOT / "benchmarks" / f"{name}.py").exists() for name in {*run.split(), *kept})
