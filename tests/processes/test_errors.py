"""A database that is away is one sentence: of a command, and of a role that will be tried again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from app import main
from processes.errors import configuration_sentence, outage_sentence
from tests.processes.started import Started, free_ports, python


@pytest.fixture
def away() -> str:
    """The address of a database nobody serves."""
    return f"postgresql://ioc:secret@127.0.0.1:{free_ports(1)[0]}/ioc"


@pytest.mark.parametrize("words", [["audit", "verify"], ["account", "list"], ["job", "list"]])
def test_a_command_without_its_database_says_so_and_finds_nothing_wrong(
    words: list[str],
    away: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("IOC_DATABASE_URL", away)
    monkeypatch.setenv("IOC_DATA_DIR", str(tmp_path))
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("The database cannot be used: ")
    assert "refused" in line
    assert "secret" not in line


def test_a_role_without_its_database_says_so_and_may_be_started_again(
    away: str, tmp_path: Path
) -> None:
    environment = {"IOC_DATABASE_URL": away, "IOC_DATA_DIR": str(tmp_path)}
    with Started(python("app.py", "jobs"), environment=environment) as jobs:
        assert jobs.process.wait(30) == 1
        jobs.wait_for("The database cannot be used: ", "refused")
        assert "Traceback" not in jobs.output


def test_what_is_no_outage_is_none() -> None:
    assert outage_sentence(ValueError("a defect")) is None
    assert configuration_sentence(ValueError("a defect")) is None
    failed = OperationalError("SELECT nothing", {}, Exception("no such column: nothing"))
    assert outage_sentence(failed) is None
