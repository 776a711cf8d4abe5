"""`python app.py wall import`, as it is typed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import app
from tests.conftest import ROOT
from tests.wall.importing.test_sage2 import SAGE2
from wall.geometry import load_walls


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "Sảnh Đông-cfg.json"
    path.write_text(SAGE2, encoding="utf-8")
    return path


def run(*arguments: str | Path) -> int:
    return app.main(["wall", "import", *(str(each) for each in arguments)])


def test_the_wall_file_goes_to_the_screen_under_the_name_of_the_file(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config) == 0
    said = capsys.readouterr()
    assert said.err == ""
    (tmp_path / "sanh-dong-cfg.toml").write_text(said.out, encoding="utf-8")
    assert list(load_walls(tmp_path)) == ["sanh-dong-cfg"]


def test_output_writes_it_where_it_is_loaded_from_and_says_what_to_set(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "walls").mkdir()
    assert run(config, "--output", tmp_path / "walls" / "lobby.toml") == 0
    assert "Look at what is marked SET: site, name, viewing_distance_m" in capsys.readouterr().out
    assert list(load_walls(tmp_path / "walls")) == ["lobby"]


def test_what_is_there_is_not_written_over(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "lobby.toml"
    there.write_text("mine")
    assert run(config, "--output", there) == 2
    assert "is there already" in capsys.readouterr().err
    assert there.read_text() == "mine"


def test_standard_input_is_read_as_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SAGE2.encode())))
    assert run("-", "--id", "lobby") == 0
    assert 'id = "lobby"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.json"], "missing.json: cannot be read: No such file"),
        (["."], ".: is no file"),
        (["a\0b"], "is no file name"),
        (["{config}", "--id", "Sảnh"], "cannot be a wall's id"),
        (["{config}", "--id", "x", "--output", "y.toml"], "must stand in a file x.toml"),
        (["{config}", "--output", "wall.json"], "must stand in a file wall.toml"),
        (["{config}", "--output", "no/such/wall.toml"], "cannot be written: No such file"),
        (["{config}", "--surface", "0"], "no surfaces to choose from"),
        ([str(Path(__file__))], "is of no format known here"),
    ],
)
def test_a_mistake_is_one_sentence_and_code_2(
    config: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*(each.format(config=config) for each in arguments)) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_terminal_without_vietnamese_and_a_reader_that_leaves_make_no_traceback(
    config: Path,
) -> None:
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, str(ROOT / "app.py"), "wall", "import", str(config)]
    said = subprocess.run(command, env=plain, capture_output=True, check=True)
    assert "Sảnh" in said.stdout.decode()
    reader, writer = os.pipe()
    os.close(reader)
    gone = subprocess.run(command, env=plain, stdout=writer, stderr=subprocess.PIPE, check=True)
    os.close(writer)
    assert gone.stderr == b""


def test_a_full_disk_leaves_no_half_file(config: Path, tmp_path: Path) -> None:
    lobby = tmp_path / "lobby.toml"
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); import app;"
        " sys.exit(app.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-B", "-c", limited, "wall", "import", str(config)]
    ended = subprocess.run(
        [*command, "--output", str(lobby)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr == f"{lobby} cannot be written: File too large\n"
    assert not lobby.exists()


def test_the_role_is_still_started_by_its_name_alone() -> None:
    chosen = app.parser().parse_args(["wall", "--parent", "1"])
    assert (chosen.command, chosen.task, chosen.parent) == ("wall", None, 1)
