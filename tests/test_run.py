"""`python app.py run`, the real product on free ports: open, say where, survive, end."""

from __future__ import annotations

import re
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from processes.role import ROLES
from tests.conftest import ROOT, SMALL_LAKE
from tests.processes.started import Started, free_ports, python, until

OPEN_WITHIN_S = 60.0  # on a loaded machine; what it takes on a quiet one is in BENCHMARKS.md


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("room")


@pytest.fixture(scope="module")
def ports() -> list[int]:
    return free_ports(2)


@pytest.fixture(scope="module")
def room(data_dir: Path, ports: list[int]) -> Iterator[Started]:
    """A room that runs for all tests here; each leaves it as it was."""
    with _run(data_dir, ports) as started:
        started.wait_for("The room is open", within_s=OPEN_WITHIN_S)
        started.wait_for("logs ")
        yield started
        started.end()


def _run(data_dir: Path, ports: list[int], **settings: str) -> Started:
    named = {
        "IOC_WEB_PORT": str(ports[0]),
        "IOC_WALL_PORT": str(ports[1]),
        "IOC_DATA_DIR": str(data_dir),
        "IOC_LAKE": str(SMALL_LAKE),
        "IOC_CITY": str(ROOT / "city"),
        "IOC_JOBS_BY_SCHEDULE": "0",
    }
    return Started(python("app.py", "run"), environment=named | settings)


def _get(url: str) -> tuple[int, str]:
    request = urllib.request.Request(url, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, answer.read().decode()


def test_every_role_runs_under_one_parent(room: Started) -> None:
    until(lambda: len(psutil.Process(room.process.pid).children()) == len(ROLES))
    assert {name: room.role(name).ppid() for name in ROLES} == dict.fromkeys(
        ROLES, room.process.pid
    )


def test_it_says_where_pages_walls_and_logs_are_and_who_may_sign_in(
    room: Started, ports: list[int], data_dir: Path
) -> None:
    base = f"http://127.0.0.1:{ports[0]}"
    for name, path in (("room", "/"), ("operator", "/operator"), ("console", "/console")):
        room.wait_for(f"  {name}", f"{base}{path}")
    room.wait_for("administrator", "-demo")
    assert len(_displays(room)) == 11
    room.wait_for(str(data_dir / "logs"))


def test_printed_addresses_answer(room: Started, ports: list[int]) -> None:
    status, page = _get(f"http://127.0.0.1:{ports[0]}/")  # leads to the sign-in
    assert (status, "_dash" in page) == (200, True)
    status, page = _get(_displays(room)[0].partition("#")[0])
    assert (status, "player" in page or "_dash" in page) == (200, True)
    assert _get(f"http://127.0.0.1:{ports[1]}/healthz")[0] == 200


def test_data_comes_in_and_render_and_controller_find_each_other(
    room: Started, ports: list[int]
) -> None:
    until(lambda: _is_ready(ports[0]), within_s=60)


def test_a_killed_role_is_started_again_and_that_is_said(room: Started) -> None:
    seen = len(room.lines)
    killed = room.role("feed")
    killed.kill()
    line = room.wait_for("feed ended (SIGKILL)", "starting again in", after=seen)
    assert "feed.log" in line
    until(lambda: room.runs("feed"), within_s=20)
    assert room.role("feed").pid != killed.pid


def test_a_second_room_on_the_same_data_is_refused(room: Started, data_dir: Path) -> None:
    with _run(data_dir, free_ports(2)) as second:
        assert second.process.wait(20) == 2
        second.wait_for("already runs on")
        assert len(second.lines) == 1


def test_a_taken_port_is_one_sentence(room: Started, ports: list[int], tmp_path: Path) -> None:
    with _run(tmp_path, ports) as second:
        assert second.process.wait(20) == 2
        line = second.wait_for(f"Port {ports[0]} on 127.0.0.1 is taken", "IOC_WEB_PORT")
        assert second.lines == [line]


def test_what_is_logged_is_kept_by_role(room: Started, data_dir: Path) -> None:
    assert {f"{name}.log" for name in ("wall", "web")} <= {
        path.name for path in (data_dir / "logs").iterdir()
    }


def test_sigterm_ends_all_in_three_seconds_and_the_next_run_goes_on(tmp_path: Path) -> None:
    ports = free_ports(2)
    with _run(tmp_path, ports) as first:
        first.wait_for("The room is open", within_s=OPEN_WITHIN_S)
        until(lambda: len(psutil.Process(first.process.pid).children()) == len(ROLES))
        assert first.end(signal.SIGTERM) <= 3.0
        assert first.left() == []
        assert first.process.returncode == 0
    with _run(tmp_path, ports) as second:
        second.wait_for("The room is open", within_s=OPEN_WITHIN_S)
        second.wait_for("logs ")
        assert _displays(second) == _displays(first)
        until(lambda: len(psutil.Process(second.process.pid).children()) == len(ROLES))
        until(lambda: second.role("web").children())  # gunicorn's worker
        second.end(signal.SIGKILL)
        assert second.left(within_s=3) == []


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("IOC_WEB_PORT", "eighty", "IOC_WEB_PORT='eighty' is wrong"),
        ("IOC_WEBPORT", "8050", "Unknown setting IOC_WEBPORT: did you mean IOC_WEB_PORT?"),
        ("IOC_CITY", "/nowhere", "has no city.toml"),
        ("IOC_HOST", "203.0.113.7", "is no address of this machine"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    name: str, text: str, sentence: str, tmp_path: Path
) -> None:
    with _run(tmp_path, free_ports(2), **{name: text}) as refused:
        assert refused.process.wait(20) == 2
        line = refused.wait_for(sentence)
        assert refused.lines == [line]


@pytest.mark.parametrize("command", ["run", *ROLES])
def test_a_wrong_city_is_one_sentence(command: str, tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "city.toml").write_text('id = "nowhere"\n')
    web_port, wall_port = free_ports(2)
    environment = {
        "IOC_CITY": str(tmp_path / "city"),
        "IOC_DATA_DIR": str(tmp_path / "var"),
        "IOC_WEB_PORT": str(web_port),
        "IOC_WALL_PORT": str(wall_port),
    }
    with Started(python("app.py", command), environment=environment) as refused:
        assert refused.process.wait(30) == 2
        assert "Traceback" not in refused.output
        refused.wait_for("city")


def test_a_role_alone_takes_its_port_or_says_who_has_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        environment = {"IOC_DATA_DIR": str(tmp_path), "IOC_WALL_PORT": str(port)}
        with Started(python("app.py", "wall"), environment=environment) as wall:
            assert wall.process.wait(20) == 2
            wall.wait_for(f"Port {port}")
            assert "Traceback" not in wall.output


def test_help_names_every_command() -> None:
    with Started(python("app.py", "--help"), environment={}) as shown:
        assert shown.process.wait(20) == 0
        for name in ("run", "settings", *ROLES):
            shown.wait_for(f" {name} ")


def _displays(room: Started) -> list[str]:
    return re.findall(r"http://\S+/wall/\S+#token=\S+", room.output)


def _is_ready(port: int) -> bool:
    try:
        return _get(f"http://127.0.0.1:{port}/readyz")[0] == 200
    except urllib.error.HTTPError as error:
        error.close()
        return False
