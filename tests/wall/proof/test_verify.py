from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.wall.proof.conftest import ProvenTable
from wall.errors import ProofError
from wall.proof.command import VerifyOrder, instant_ms, print_heads, run_verify
from wall.proof.entries import digest, unsealed
from wall.proof.reading import ProofReader

Sql = Callable[..., sqlite3.Cursor]


@pytest.fixture
def path(proven: ProvenTable) -> Path:
    """A chain of 17 entries, read while its writer still has it open."""
    for scene_id in ("rain", "traffic", "rain"):
        proven.taken(scene_id)
        proven.give(proven.renderer, proven.render_id(scene_id, "left"), version=2)
        proven.wait(4_000)
    return proven.path


@pytest.fixture
def tamper(path: Path) -> Iterator[Sql]:
    """The file in the hands of somebody who can write it and has taken its triggers off."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("drop trigger entry_no_update")
        yield connection.execute


def said(path: Path, **order: str | None) -> tuple[bool, str]:
    sentences: list[str] = []
    is_whole = run_verify(path, VerifyOrder(**order), sentences.append)
    return is_whole, "\n".join(sentences)


def broken(path: Path, **order: str | None) -> str:
    is_whole, sentence = said(path, **order)
    assert not is_whole, sentence
    return sentence


def head(path: Path) -> str:
    heads: list[str] = []
    print_heads(path, "north", heads.append)
    return heads[0].split()[1]


def rebuilt(path: Path, first: int, change: Callable[[dict], None]) -> None:
    """Write the chain anew from `first` on, with every hash right: what a thorough forger does."""
    with closing(ProofReader(path)) as reader:
        rows = reader.rows("north", first, 10_000)
        previous = reader.rows("north", first - 1, first - 1)[0].hash
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for number, row in enumerate(rows):
            entry = row.entry()
            body = dict(entry.body)
            if number == 0:
                change(body)
            forged = type(entry)(
                entry.wall_id,
                entry.sequence,
                previous,
                entry.at_ms,
                entry.epoch,
                entry.kind,
                body,
            )
            sealed, previous = forged.sealed()
            connection.execute(
                "update entry set hash = ?, body = ? where wall_id = 'north' and sequence = ?",
                (previous, zlib.compress(sealed), entry.sequence),
            )
        connection.execute("update chain set head_hash = ?", (previous,))


def test_an_untouched_chain_verifies_while_it_is_written(path: Path) -> None:
    is_whole, sentence = said(path)
    assert is_whole, sentence
    assert "wall north: 17 entries and 11 contents are as written." in sentence
    assert said(path, wall_id="north", head=head(path))[0]


def test_a_changed_entry_is_named(path: Path, tamper: Sql) -> None:
    (body,) = tamper("select body from entry where sequence = 9").fetchone()
    changed = zlib.compress(zlib.decompress(body).replace(b"north", b"south", 1))
    tamper("update entry set body = ? where sequence = 9", (changed,))
    assert "entry 9 was changed" in broken(path)
    tamper("update entry set hash = ? where sequence = 9", (digest(zlib.decompress(changed)),))
    assert "entry 9 does not belong here" in broken(path)
    tamper("update entry set body = x'00' where sequence = 9")
    assert "entry 9 was changed" in broken(path)


def test_what_stands_beside_an_entry_must_be_what_is_in_it(path: Path, tamper: Sql) -> None:
    tamper("update entry set at_ms = at_ms - 1 where sequence = 9")
    assert "entry 9 does not belong here" in broken(path)


@pytest.mark.parametrize(("condition", "first"), [("= 9", 9), ("between 3 and 8", 3), ("= 1", 1)])
def test_a_removed_entry_is_named(path: Path, tamper: Sql, condition: str, first: int) -> None:
    tamper(f"delete from entry where sequence {condition}")
    assert f"entry {first} is missing: it was removed" in broken(path)


def test_a_cut_end_is_named_with_or_without_the_files_own_head(path: Path, tamper: Sql) -> None:
    noted = head(path)
    tamper("delete from entry where sequence > 14")
    assert "entry 15 is missing: the end of the chain was cut" in broken(path)
    (last,) = tamper("select hash from entry where sequence = 14").fetchone()
    tamper("update chain set head_sequence = 14, head_hash = ?", (last,))
    assert said(path)[0]  # the file alone cannot tell
    sentence = broken(path, wall_id="north", head=noted)
    assert "entry 17 is not the head noted: the end of the chain was cut or replaced" in sentence
    assert "entry 14 is the last" in broken(path, wall_id="north", head=noted.split(":")[1])


def test_reordered_entries_are_named(path: Path, tamper: Sql) -> None:
    tamper("update entry set sequence = 999 where sequence = 9")
    tamper("update entry set sequence = 9 where sequence = 10")
    tamper("update entry set sequence = 10 where sequence = 999")
    assert "entry 9 does not belong here: it was moved or put in" in broken(path)


def test_an_inserted_entry_is_named(path: Path, tamper: Sql) -> None:
    with closing(ProofReader(path)) as reader:
        row = reader.rows("north", 17, 17)[0]
    forged = row.entry()
    put_in = type(forged)("north", 18, row.hash, forged.at_ms, forged.epoch, "stop", {})
    sealed, own_hash = put_in.sealed()
    tamper(
        "insert into entry values ('north', 18, ?, 'stop', ?, ?)",
        (forged.at_ms, own_hash, zlib.compress(sealed)),
    )
    assert "entry 18 is not the head that the file names" in broken(path)


def test_a_replaced_entry_with_a_right_hash_of_its_own_breaks_the_next(
    path: Path, tamper: Sql
) -> None:
    (body,) = tamper("select body from entry where sequence = 1").fetchone()
    entry = unsealed(zlib.decompress(body))
    forged = type(entry)("north", 1, entry.previous_hash, entry.at_ms, 1, entry.kind, entry.body)
    sealed, own_hash = forged.sealed()
    tamper(
        "update entry set hash = ?, body = ? where sequence = 1", (own_hash, zlib.compress(sealed))
    )
    assert "entry 2 does not follow entry 1: one of them was replaced" in broken(path)


def test_a_changed_or_missing_content_is_named_by_the_entry_that_shows_it(
    path: Path, tamper: Sql
) -> None:
    (sha256,) = tamper("select sha256 from content limit 1").fetchone()
    tamper("update content set body = ? where sha256 = ?", (zlib.compress(b"{}"), sha256))
    assert "names a content that was changed (render " in broken(path)
    tamper("delete from content where sha256 = ?", (sha256,))
    assert "names a content that is missing (render " in broken(path)


@pytest.mark.usefixtures("tamper")
def test_only_a_head_noted_elsewhere_tells_a_chain_written_anew(path: Path) -> None:
    noted = head(path)
    rebuilt(path, 9, lambda body: body.update(by="somebody else"))
    assert said(path)[0]
    assert "entry 17 is not the head noted" in broken(path, wall_id="north", head=noted)


def test_a_part_is_verified_between_instants(path: Path, tamper: Sql) -> None:
    (at_ms,) = tamper("select at_ms from entry where sequence = 14").fetchone()
    tamper("update entry set hash = 'x' where sequence = 2")
    from_at = f"{instant_iso(at_ms)}"
    assert said(path, from_at=from_at)[0]
    assert "entry 2 was changed" in broken(path, to_at=from_at)
    tamper("delete from entry where sequence = 16")
    assert "entry 16 is missing" in broken(path, from_at=from_at)


def instant_iso(at_ms: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()


def test_times_without_an_offset_are_of_the_city(path: Path) -> None:
    assert instant_ms("2026-09-21T09:14") == instant_ms("2026-09-21T02:14Z")
    there = ZoneInfo("America/Sao_Paulo")
    assert instant_ms("2026-09-21T09:14", there) == instant_ms("2026-09-21T12:14Z")
    with pytest.raises(ProofError, match="no time such as"):
        instant_ms("yesterday")


def test_an_order_that_makes_no_sense_is_refused(path: Path) -> None:
    with pytest.raises(ProofError, match="name it with --wall"):
        said(path, head="x")
    with pytest.raises(ProofError, match="leave --from and --to out"):
        said(path, wall_id="north", head="x", to_at="2026-09-21T09:14")
    assert "entry 1 is missing: there is no chain of this wall" in broken(path, wall_id="south")


def test_a_file_that_is_none_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProofError, match="there is no proof of display"):
        said(tmp_path / "proof.sqlite")
    (tmp_path / "proof.sqlite").write_bytes(b"no database at all, and long enough" * 100)
    with pytest.raises(ProofError, match="cannot be read"):
        said(tmp_path / "proof.sqlite")
