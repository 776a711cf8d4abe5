"""The parent of the room, over stand-ins: start, watch, restart, end; nothing is left behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from processes.child import restart_delay_s
from tests.processes.started import Started, free_ports, python, until

STAND_IN = str(Path(__file__).with_name("stand_in_room.py"))


def _room(data_dir: Path, *behaviours: str) -> Started:
    web_port, wall_port = free_ports(2)
    return Started(
        python(STAND_IN, "room", str(data_dir), *behaviours),
        environment={"IOC_WEB_PORT": str(web_port), "IOC_WALL_PORT": str(wall_port)},
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_one_signal_ends_all_at_once(tmp_path: Path, number: int) -> None:
    with _room(tmp_path, "web", "wall", "feed") as room:
        room.wait_for("open")
        assert len(room.family()) == 4
        assert room.end(number) < 1.5
        assert room.left() == []
        assert room.process.returncode == 0
        room.wait_for("the room has ended")


def test_what_does_not_listen_is_killed_within_three_seconds(tmp_path: Path) -> None:
    with _room(tmp_path, "stubborn", "wall") as room:
        room.wait_for("open")
        until((tmp_path / "stubborn").exists)
        assert len(room.family()) == 4  # parent, wall, stubborn and its own child
        assert 1.0 < room.end() < 3.0
        assert room.left() == []


def test_a_second_signal_ends_the_patience(tmp_path: Path) -> None:
    with _room(tmp_path, "stubborn") as room:
        room.wait_for("open")
        until((tmp_path / "stubborn").exists)
        room.family()
        os.kill(room.process.pid, signal.SIGINT)
        room.wait_for("ending the room")
        assert room.end(signal.SIGINT) < 1.0
        assert room.left() == []


def test_a_parent_killed_takes_its_children_along(tmp_path: Path) -> None:
    with _room(tmp_path, "web", "wall") as room:
        room.wait_for("open")
        room.end(signal.SIGKILL)
        assert room.left(within_s=2) == []


def test_a_dead_role_is_started_again_and_that_is_said(tmp_path: Path) -> None:
    with _room(tmp_path, "web", "wall") as room:
        room.wait_for("open")
        first = room.role("web")
        first.kill()
        line = room.wait_for("web ended (SIGKILL)")
        assert "starting again in 0.5 s" in line
        assert str(tmp_path / "logs" / "web.log") in line
        psutil.wait_procs([first], timeout=5)
        room.end()


def test_a_role_that_keeps_failing_waits_longer_each_time(tmp_path: Path) -> None:
    with _room(tmp_path, "fails", "wall") as room:
        room.wait_for("fails: the disk is gone")
        room.wait_for("fails ended (exit code 1)", "again in 0.5 s")
        room.wait_for("fails ended", "again in 1 s")
        room.wait_for("fails ended", "again in 2 s")
        room.end()
        assert (tmp_path / "logs" / "fails.log").read_text().count("the disk is gone") >= 3


def test_the_delay_doubles_to_half_a_minute() -> None:
    assert [restart_delay_s(deaths) for deaths in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_role_that_refuses_its_configuration_ends_the_room_with_its_sentence(
    tmp_path: Path,
) -> None:
    with _room(tmp_path, "refuses", "wall") as room:
        assert room.process.wait(20) == 2
        room.wait_for("refuses: city.toml: timezone: is missing")
        assert "starting again" not in room.output


def test_a_second_room_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with _room(tmp_path, "web") as room:
        room.wait_for("open")
        with _room(tmp_path, "web") as second:
            assert second.process.wait(20) == 2
            line = second.wait_for("already runs on")
            assert f"process {room.process.pid}" in line
            assert second.lines == [line]
        room.end()


def test_a_room_can_follow_one_that_was_killed(tmp_path: Path) -> None:
    with _room(tmp_path, "web") as room:
        room.wait_for("open")
        room.end(signal.SIGKILL)
    with _room(tmp_path, "web") as room:
        room.wait_for("open")
        room.end()


def test_much_output_is_bounded_on_disk_and_errors_come_in_front(tmp_path: Path) -> None:
    with _room(tmp_path, "chatty") as room:
        room.wait_for("chatty: said enough")
        assert "line 1 " not in room.output
        sizes = [path.stat().st_size for path in (tmp_path / "logs").iterdir()]
        assert len(sizes) == 2
        assert max(sizes) <= 5_000_000
        room.end()


def test_a_terminal_that_went_away_does_not_end_the_room(tmp_path: Path) -> None:
    with _room(tmp_path, "web", "wall") as room:
        room.wait_for("open")
        room.family()
        room.deafen()
        room.role("web").kill()
        until(lambda: len(room.family()) == 2)
        until(lambda: len(room.family()) == 3)
        assert room.end() < 1.5
        assert room.left() == []
        assert room.process.returncode == 0
