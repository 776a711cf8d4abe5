"""SWMM through our wrapper: textbook answers, its authors' own figures, and how it fails."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from jobs.working import Cancelled, WorkFailed
from twin.drainage import engine
from twin.drainage.engine import Case, check_case, run_cases, waiting

PIPE = """
[OPTIONS]
FLOW_UNITS CMS
INFILTRATION HORTON
FLOW_ROUTING {routing}
START_DATE 01/01/2000
START_TIME 00:00
END_DATE 01/01/2000
END_TIME {hours:02d}:00
WET_STEP 00:01:00
DRY_STEP 00:01:00
ROUTING_STEP 5
[RAINGAGES]
rain INTENSITY 24:00 1 TIMESERIES rain
[TIMESERIES]
rain 0 {mm_h}
[SUBCATCHMENTS]
S rain A {hectares} 100 100 2 0
[SUBAREAS]
S 0.01 0.1 0 0 100 OUTLET
[INFILTRATION]
S 30 4 4 7 0
[JUNCTIONS]
A 10 4 0 0 0
B 9 4 0 0 0
[OUTFALLS]
O 8 NORMAL
[CONDUITS]
AB A B {length} 0.013 0 0
BO B O 200 0.013 0 0
[XSECTIONS]
AB CIRCULAR {diameter} 0 0 0
BO CIRCULAR {diameter} 0 0 0
[INFLOWS]
A FLOW "" FLOW 1.0 1.0 {inflow}
[REPORT]
INPUT NO
"""


def pipe(**given: object) -> str:
    usual = {
        "routing": "DYNWAVE", "hours": 3, "mm_h": 0, "hectares": 1, "length": 200,
        "diameter": 1.0, "inflow": 0,
    }  # fmt: skip
    return PIPE.format(**{**usual, **given})


def ignore(at: Mapping[str, int]) -> None:
    assert at


def children() -> set[int]:
    """Return the processes of this one that live; other tests may have left some of theirs."""
    found = psutil.Process().children()
    return {each.pid for each in found if each.status() != psutil.STATUS_ZOMBIE}


def test_a_pipe_at_half_its_full_flow_is_half_full(tmp_path: Path) -> None:
    """Manning: a circular pipe carries half of its full flow when it is half full."""
    full = math.pi / 4 * 0.25 ** (2 / 3) * math.sqrt(1 / 200) / 0.013
    case = Case("pipe", pipe(inflow=full / 2), ["A", "B"], [], 600)
    run = run_cases([case], tmp_path, steps=ignore)["pipe"]
    assert run.depths[-1, 1] == pytest.approx(0.5, abs=0.01)
    assert abs(run.routing_error_pct) < 1


def test_rain_on_a_hard_surface_runs_off_as_fast_as_it_falls(tmp_path: Path) -> None:
    """The rational method at steady state: Q = i A, 36 mm/h on 10 ha is 1 m³/s."""
    text = pipe(mm_h=36, hectares=10, hours=4, routing="KINWAVE")
    full = math.pi / 4 * 0.25 ** (2 / 3) * math.sqrt(1 / 200) / 0.013
    run = run_cases([Case("rain", text, ["A", "B"], [], 600)], tmp_path, steps=ignore)["rain"]
    share = 1.0 / full  # of the full flow; what depth that is, from the same section
    assert run.depths[-1, 1] == pytest.approx(_depth_for(share), abs=0.01)
    assert abs(run.runoff_error_pct) < 0.5


def _depth_for(share: float) -> float:
    """Solve Manning's partly full circular section for depth over diameter."""
    low, high = 0.01, 0.9
    for _ in range(60):
        middle = (low + high) / 2
        angle = 2 * math.acos(1 - 2 * middle)
        area = (angle - math.sin(angle)) / (2 * math.pi)
        radius = area / (angle / (2 * math.pi))
        low, high = (middle, high) if area * radius ** (2 / 3) < share else (low, middle)
    return low


def test_a_model_of_the_engines_own_test_suite_gives_its_published_figures(tmp_path: Path) -> None:
    """pyswmm 2.2.0, tests/test_nodes.py, test_storage_7: 5 ft deep, 4,979 to 4,980 ft³ on average.

    The pond is 1,000 ft² at any depth; what its report says was lost comes to 52.66 acre-feet.
    """
    spec = find_spec("pyswmm")
    assert spec is not None
    assert spec.origin is not None
    text = (Path(spec.origin).parent / "tests" / "data" / "model_storage_pump.inp").read_text()
    run = run_cases([Case("su", text, ["SU1"], [], 60)], tmp_path, steps=ignore)["su"]
    assert run.depths.max() == pytest.approx(5.0, abs=0.01)
    assert run.depths.mean() * 1000 == pytest.approx(4979.5, abs=3)
    assert run.lost_m3 == pytest.approx(52.66 * 43_560 * 0.3048**3, rel=1e-3)


def test_a_conduit_without_length_is_refused_in_swmms_own_words(tmp_path: Path) -> None:
    with pytest.raises(WorkFailed) as refused:
        check_case(pipe(length=0), tmp_path)
    assert refused.value.code == "engine"
    assert "ERROR" in str(refused.value)
    assert "AB" in str(refused.value)


def test_an_engine_that_crashes_is_said_and_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PROGRAM", ["-c", "import os; os.kill(os.getpid(), 11)"])
    with pytest.raises(WorkFailed, match="signal 11"):
        run_cases([Case("crash", pipe(), ["A"], [], 600)], tmp_path, steps=ignore)


def test_a_missing_library_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide = "import sys; sys.modules['swmm.toolkit'] = None; import twin.drainage.stepper as s; "
    monkeypatch.setattr(engine, "PROGRAM", ["-c", hide + "sys.exit(s.main())"])
    with pytest.raises(WorkFailed, match="swmm-toolkit cannot be loaded"):
        run_cases([Case("none", pipe(), ["A"], [], 600)], tmp_path, steps=ignore)


@pytest.mark.parametrize("steps", [0, 1, 5])
def test_a_run_that_is_cancelled_leaves_no_process(steps: int, tmp_path: Path) -> None:
    seen, before = 0, children()

    def count(at: Mapping[str, int]) -> None:
        nonlocal seen
        seen += 1
        if seen > steps:
            raise Cancelled

    cases = [Case(name, pipe(hours=23), ["A"], [], 60) for name in ("base", "value")]
    with pytest.raises(Cancelled):
        run_cases(cases, tmp_path, steps=count)
    assert not children() - before


def test_an_engine_killed_from_outside_is_said(tmp_path: Path) -> None:
    before = children()

    def kill(at: Mapping[str, int]) -> None:
        for pid in children() - before:
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(WorkFailed, match="signal 9"):
        run_cases([Case("killed", pipe(hours=23), ["A"], [], 5)], tmp_path, steps=kill)


def test_processes_that_got_ready_are_taken_and_the_others_ended(tmp_path: Path) -> None:
    before = children()
    with waiting(2) as ready:
        got_ready = children() - before
        told = run_cases(
            [Case("pipe", pipe(), ["A"], [], 600)], tmp_path, steps=ignore, ready=ready
        )
        left = children() - before

    assert len(got_ready) == 2
    assert (len(ready), left) == (1, {ready[0].pid})
    assert len(told["pipe"].depths) == 19
    assert not children() - before


def test_processes_that_got_ready_are_ended_when_there_is_nothing_to_run() -> None:
    before = children()
    with pytest.raises(WorkFailed), waiting(2):
        raise WorkFailed("input", "no such storm")

    assert not children() - before
