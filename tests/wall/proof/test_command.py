from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import app
from tests.wall.proof.test_store import ROOMY, content, record, verified
from wall.proof.store import ProofStore


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(Path(__file__).parents[3])
    monkeypatch.setenv("IOC_DATA_DIR", str(tmp_path))
    store = ProofStore(tmp_path / "proof.sqlite", epoch=1, retention=ROOMY)
    store.write(record(at_ms, content(at_ms)) for at_ms in range(10))
    store.close()
    return tmp_path / "proof.sqlite"


def test_head_prints_what_verify_takes(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["wall", "proof", "head"]) == 0
    wall_id, head = capsys.readouterr().out.split()
    assert wall_id == "north"
    assert head.startswith("10:")
    assert app.main(["wall", "proof", "verify", "--wall", "north", "--head", head]) == 0
    assert "10 entries and 10 contents are as written" in capsys.readouterr().out


def test_verify_exits_with_1_and_one_sentence(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("delete from entry where sequence = 4")
        raw.commit()
    with pytest.raises(SystemExit) as ended:
        app.main(["wall", "proof", "verify"])
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert said == "BROKEN: wall north: entry 4 is missing: it was removed.\n"


def test_no_file_is_a_matter_of_configuration(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.unlink()
    assert app.main(["wall", "proof", "verify"]) == 2
    assert "there is no proof of display at" in capsys.readouterr().err


def test_copy_makes_a_file_that_verifies_and_overwrites_none(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.sqlite"
    assert app.main(["wall", "proof", "copy", str(copy)]) == 0
    assert "10 entries and 10 contents" in verified(copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert app.main(["wall", "proof", "copy", str(copy)]) == 2
    assert "cannot be made: File exists" in capsys.readouterr().err
