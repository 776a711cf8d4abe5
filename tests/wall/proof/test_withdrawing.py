"""What is marked secret after it was shown is found in the proof, and taken out by order."""

from __future__ import annotations

import sqlite3
import unicodedata
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import app
from tests.wall.proof.conftest import ProvenTable, tiles_of
from tests.wall.proof.machines import Make
from tests.wall.proof.test_store import ROOMY, content, record
from tests.wall.proof.test_thumbnail import IMAGE, give
from tests.wall.proof.test_verify import said
from wall.classification import PUBLIC
from wall.errors import ProofError
from wall.proof import withdrawing
from wall.proof.entries import digest
from wall.proof.reading import ProofReader
from wall.proof.store import ProofStore
from wall.proof.withdrawing import find, withdraw
from wall.renders import Content

TITLE = "Về thử nghiệm hai"
LONGER = f"Nghị quyết: {TITLE}"
REASON = "QĐ 12/QĐ-VP"


def titled(number: int, title: str = TITLE) -> Content:
    body = f'{{"children": "{title}"}}'.encode()
    return Content(f"t{number}", number, f"t{number}", 0.0, 1.0, PUBLIC, body)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two walls' chains: what bears the title was on glass for a while on the one."""
    store = ProofStore(tmp_path / "proof.sqlite", epoch=1, retention=ROOMY)
    store.write([record(1, content(1)), record(2, titled(1)), record(3, content(2))])
    store.write([record(4, titled(2, LONGER)), record(5, content(3))])
    store.write([record(3, content(1), wall_id="south")])
    store.close()
    return tmp_path / "proof.sqlite"


def found(path: Path, words: str = TITLE) -> list[tuple[str, float, float, int]]:
    with closing(ProofReader(path)) as reader:
        return [
            (each.chain_id, each.first_ms, each.last_ms, len(each.contents))
            for each in find(reader, words)
        ]


def taken_out(path: Path, words: str = TITLE) -> int:
    with closing(ProofReader(path)) as reader:
        contents = {sha256 for each in find(reader, words) for sha256 in each.contents}
    return withdraw(path, contents, reason=REASON, at_ms=10.0)


def _bytes(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob("proof.sqlite*")))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_where_words_stood_is_found_however_they_are_written(path: Path, form: Any) -> None:
    assert found(path, unicodedata.normalize(form, TITLE.upper())) == [("north", 2, 4, 2)]
    assert found(path, "không có ở đâu") == []
    with pytest.raises(ProofError, match="too short"):
        found(path, "Về")


def test_what_is_taken_out_is_nowhere_in_the_file_and_the_chain_still_verifies(path: Path) -> None:
    bodies_of_it = [zlib.compress(titled(1).body), zlib.compress(titled(2, LONGER).body)]
    assert all(each in _bytes(path) for each in bodies_of_it)
    assert taken_out(path) == 2
    assert not any(each in _bytes(path) for each in bodies_of_it)
    with closing(sqlite3.connect(path)) as raw:
        bodies = raw.execute("select count(*) from content").fetchone()[0]
    assert bodies == 3
    is_whole, told = said(path)
    assert is_whole, told
    assert "wall north: 5 entries and 3 contents are as written." in told
    assert "wall north: 2 contents were taken out by order." in told
    assert told.endswith(f": {REASON}")
    assert found(path) == []


def test_while_somebody_reads_it_says_that_the_log_is_not_empty_yet(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawing, "BUSY_S", 0.05)
    with closing(ProofReader(path)) as reading:
        reading.snapshot()
        with pytest.raises(ProofError, match="give the same command again"):
            taken_out(path)
    assert taken_out(path) == 0  # nothing more is found, and the log is emptied
    assert zlib.compress(titled(1).body) not in _bytes(path)


def test_a_content_that_went_without_an_order_is_still_missed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("delete from content where sha256 = ?", (digest(titled(1).body),))
        raw.commit()
    taken_out(path)
    is_whole, told = said(path)
    assert not is_whole
    assert "names a content that is missing" in told


def test_it_does_not_come_in_again(path: Path) -> None:
    taken_out(path)
    store = ProofStore(path, epoch=2, retention=ROOMY)
    store.write([record(20, titled(1))])
    store.close()
    assert found(path) == []
    assert said(path)[0]


def test_a_copy_is_not_asked_to_fill_it_again(machine: Make, path: Path) -> None:
    one = machine("one")
    with one.store.transaction():
        one.store.run("insert into withdrawn values ('a', 1.0, 'why')")
    assert one.copies.lacking(["a", "b"]) == ["b"]


def test_an_answer_says_that_it_was_taken_out_and_pictures_of_it_go_too(
    proven: ProvenTable,
) -> None:
    proven.state.keeps_thumbnails = True
    switch_id = proven.taken("rain")["switchId"]
    render_id = proven.render_id("rain", "left")
    body = {"children": TITLE}
    proven.give(proven.renderer, render_id, version=2, content=body)
    proven.wait(3_000)
    give(proven, switch_id)
    proven.wait(3_000)
    proven.taken("traffic")
    proven.wait(3_000)
    assert taken_out(proven.path) >= 2
    at_ms = proven.now_ms - 4_000
    tile = tiles_of(proven.at(at_ms, contents=True))["left"]
    assert (tile["isWithdrawn"], tile["isMissing"], tile["content"]) == (True, True, None)
    with closing(ProofReader(proven.path)) as reader:
        assert reader.content(digest(IMAGE)) is None
        assert reader.is_withdrawn(digest(IMAGE))


def test_the_commands_find_and_take_out_with_a_reason(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(Path(__file__).parents[3])
    monkeypatch.setenv("IOC_DATA_DIR", str(path.parent))
    assert app.main(["wall", "proof", "find", TITLE]) == 0
    assert "wall north: 2 contents, 1970-01-01T" in capsys.readouterr().out
    assert app.main(["wall", "proof", "withdraw", TITLE, "--reason", " "]) == 2
    assert "a reason is needed" in capsys.readouterr().err
    assert app.main(["wall", "proof", "withdraw", TITLE, "--reason", REASON]) == 0
    assert "2 contents are taken out of" in capsys.readouterr().out
    assert app.main(["wall", "proof", "find", TITLE]) == 0
    assert "no wall" in capsys.readouterr().out
