from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psutil import Process

from wall.classification import PUBLIC
from wall.effects import ProofRecord
from wall.errors import ProofError
from wall.proof.command import VerifyOrder, run_verify
from wall.proof.reading import ProofReader
from wall.proof.retention import LEAST_ENTRIES, Retention
from wall.proof.store import ProofStore
from wall.renders import Content

DAY_MS = 86_400_000.0
ROOMY = Retention(days=92, megabytes=4000)


def content(number: int, *, size: int = 10) -> Content:
    body = b'"' + str(number).encode() * size + b'"'
    return Content(f"r{number}", 1, f"h{number}", 0.0, 1.0, PUBLIC, body)


def record(at_ms: float, *contents: Content, wall_id: str = "north") -> ProofRecord:
    changes = [
        {
            "renderId": each.render_id,
            "version": each.version,
            "contentHash": each.content_hash,
            **each.age(),
            "sentAtMs": at_ms,
        }
        for each in contents
    ]
    return ProofRecord(wall_id, at_ms, "contents", {"changes": changes}, contents)


def counts(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(path)) as raw:
        return (
            raw.execute("select count(*) from entry").fetchone()[0],
            raw.execute("select count(*) from content").fetchone()[0],
        )


def verified(path: Path) -> str:
    said: list[str] = []
    assert run_verify(path, VerifyOrder(), said.append), said
    return "\n".join(said)


def test_a_content_is_kept_once_whoever_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "proof.sqlite"
    store = ProofStore(path, epoch=1, retention=ROOMY)
    for at_ms in range(5):
        store.write([record(at_ms, content(1)), record(at_ms, content(1), wall_id="south")])
    store.close()
    assert counts(path) == (10, 1)
    assert verified(path).count("5 entries and 1 contents") == 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_entry_can_not_be_changed_by_mistake(tmp_path: Path) -> None:
    store = ProofStore(tmp_path / "proof.sqlite", epoch=1, retention=ROOMY)
    store.write([record(1)])
    with (
        closing(sqlite3.connect(tmp_path / "proof.sqlite")) as raw,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        raw.execute("update entry set at_ms = 0")
    store.close()


def test_the_old_goes_with_its_contents_and_the_rest_verifies(tmp_path: Path) -> None:
    path = tmp_path / "proof.sqlite"
    store = ProofStore(path, epoch=1, retention=Retention(days=1, megabytes=4000))
    kept = content(0)
    store.write(record(at_ms, content(int(at_ms)), kept) for at_ms in range(1, 301))
    store.write(record(2 * DAY_MS + at_ms, kept) for at_ms in range(50))
    store.trim(now_ms=2 * DAY_MS)
    store.trim(now_ms=2 * DAY_MS + 1)  # at most once a minute
    # Of 350 entries 250 went (some always stay), and one tells of it.
    assert counts(path) == (LEAST_ENTRIES + 1, 51)
    assert "101 entries" in verified(path)
    store.trim(now_ms=2 * DAY_MS + 60_000)  # again: the entry that told of the first cut stays
    verified(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        anchored = raw.execute("select anchor_sequence from chain").fetchone()
        assert anchored == (251,)
        raw.execute("delete from entry where sequence < 260")
        row = raw.execute("select hash from entry where sequence = 260").fetchone()
        raw.execute("delete from entry where sequence = 260")
        raw.execute("update chain set anchor_sequence = 260, anchor_hash = ?", row)
    said: list[str] = []
    assert not run_verify(path, VerifyOrder(), said.append)
    assert "entry 260 is missing: the beginning was cut, and no entry records" in said[0]
    store.close()


def test_a_head_from_before_what_was_let_go_is_told_as_that(tmp_path: Path) -> None:
    path = tmp_path / "proof.sqlite"
    store = ProofStore(path, epoch=1, retention=Retention(days=1, megabytes=4000))
    store.write(record(at_ms) for at_ms in range(1, 301))
    with closing(sqlite3.connect(path)) as raw:
        (own_hash,) = raw.execute("select hash from entry where sequence = 5").fetchone()
    store.trim(now_ms=2 * DAY_MS)
    store.close()
    said: list[str] = []
    assert not run_verify(path, VerifyOrder("north", head=f"5:{own_hash}"), said.append)
    assert "entry 5 was the head noted, but all up to 200 was let go" in said[0]


def test_for_want_of_room_the_oldest_of_all_walls_goes(tmp_path: Path) -> None:
    path = tmp_path / "proof.sqlite"
    store = ProofStore(path, epoch=1, retention=Retention(days=92, megabytes=0.1))
    store.write(record(1_000 + at_ms, content(at_ms)) for at_ms in range(300))
    store.write(record(at_ms, content(at_ms, size=99), wall_id="south") for at_ms in range(300))
    assert store.used_bytes() > 100_000
    store.trim(now_ms=2_000)
    with closing(sqlite3.connect(path)) as raw:
        found = dict(raw.execute("select wall_id, count(*) from entry group by wall_id"))
    assert found == {"north": 300, "south": LEAST_ENTRIES + 1}
    verified(path)
    store.close()


def test_what_cannot_be_written_is_all_left_out(tmp_path: Path) -> None:
    store = ProofStore(tmp_path / "proof.sqlite", epoch=1, retention=ROOMY)
    with closing(sqlite3.connect(tmp_path / "proof.sqlite", isolation_level=None)) as raw:
        raw.execute("create trigger full before insert on content"
                    " begin select raise(abort, 'disk full'); end")  # fmt: skip
    with pytest.raises(ProofError, match="disk full"):
        store.write([record(1), record(2, content(2))])
    assert counts(tmp_path / "proof.sqlite") == (0, 0)
    store.write([record(3)])
    assert counts(tmp_path / "proof.sqlite") == (1, 0)
    store.close()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "proof.sqlite")) as raw:
        raw.execute("pragma user_version = 99")
    with pytest.raises(ProofError, match="newer version"):
        ProofStore(tmp_path / "proof.sqlite", epoch=1, retention=ROOMY)


def test_a_file_of_an_older_version_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "proof.sqlite"
    store = ProofStore(path, epoch=1, retention=ROOMY)
    store.write([record(1, content(1))])
    store.close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("alter table chain drop column shared_sequence")
        raw.execute("drop table missing")
        raw.execute("drop table withdrawn")
        raw.execute("pragma user_version = 1")
    assert "1 entries and 1 contents" in verified(path)  # before any controller has opened it
    store = ProofStore(path, epoch=2, retention=ROOMY)
    store.write([record(2)])
    store.close()
    assert "2 entries and 1 contents" in verified(path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Where a file is put, and the bytes of one that is whole."""
    path = tmp_path_factory.mktemp("whole") / "proof.sqlite"
    store = ProofStore(path, epoch=1, retention=ROOMY)
    store.write([record(at_ms, content(at_ms)) for at_ms in range(10)])
    store.close()
    return path, path.read_bytes()


@pytest.mark.parametrize("opening", [ProofReader, partial(ProofStore, epoch=2, retention=ROOMY)])
def test_a_file_that_cannot_be_used_is_not_held_open(
    whole: tuple[Path, bytes], opening: Callable[[Path], object]
) -> None:
    path, octets = whole
    path.write_bytes(octets.replace(b"before update on entry", b"before update on entr\xf4"))
    # The frames of the refusal still hold what was opened: only closing it lets it go.
    with pytest.raises(ProofError) as refusal:
        opening(path)
    assert str(path) not in {each.path for each in Process().open_files()}
    assert refusal.tb is not None


@settings(max_examples=60)
@given(st.data())
def test_a_bit_that_flipped_ends_in_a_verdict_or_one_sentence(
    whole: tuple[Path, bytes], data: st.DataObject
) -> None:
    path, octets = whole
    flipped = bytearray(octets)
    flipped[data.draw(st.integers(0, len(octets) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    for each in path.parent.glob("proof.sqlite-*"):
        each.unlink()
    path.write_bytes(flipped)
    with suppress(ProofError):
        run_verify(path, VerifyOrder(), str)
    with suppress(ProofError):
        ProofStore(path, epoch=2, retention=ROOMY).close()


def test_what_sqlite_cannot_even_say_in_utf8_is_one_sentence(whole: tuple[Path, bytes]) -> None:
    path, octets = whole
    path.write_bytes(octets.replace(b"before update on entry", b"before update on entr\xf4"))
    for opening in (ProofReader, partial(ProofStore, epoch=2, retention=ROOMY)):
        with pytest.raises(ProofError, match=r"proof\.sqlite cannot be (read|used): .*utf-8"):
            opening(path)
