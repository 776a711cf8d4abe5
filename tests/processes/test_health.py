"""The line of health says what runs, what it costs, how fresh the data is, who is online."""

from __future__ import annotations

import os

import pytest

from processes.health import Meter, RoleHealth, line, words


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (11_100, "3h05m"), (187_200, "2d04h")],
)
def test_durations_are_written_in_two_units(seconds: float, written: str) -> None:
    assert words(seconds) == written


def test_the_line_has_roles_datasets_and_walls() -> None:
    roles = [
        RoleHealth("web", 11_100, 0, 142.4, 3.2),
        RoleHealth("feed", 12, 1, 210.0, 40.0),
        RoleHealth("render", None, 4, 0, 0),
    ]
    walls = {"le-lai": {"online": 1, "outputs": 2}}
    assert line(roles, {"ok": 9, "stale": 1, "absent": 1}, walls) == (
        "web up 3h05m, 142 MB, 3 % CPU | feed up 12s, 1 restart, 210 MB, 40 % CPU | "
        "render DOWN, 4 restarts | datasets 9 ok, 1 stale, 1 absent | walls le-lai 1/2 online"
    )


def test_what_cannot_be_asked_is_unknown_not_zero() -> None:
    assert line([], None, None) == "datasets unknown | walls unknown"


def test_cpu_is_what_was_used_since_the_measurement_before() -> None:
    meter = Meter()
    rss_mb, _ = meter.measure(os.getpid(), elapsed_s=1)
    assert rss_mb > 5
    _, cpu_percent = meter.measure(os.getpid(), elapsed_s=1000)
    assert 0 <= cpu_percent < 5


def test_a_process_that_is_gone_costs_nothing() -> None:
    assert Meter().measure(2**22 + 1, elapsed_s=1) == (0.0, 0.0)
