"""The audit grows and nothing else."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from permissions.audit import NOBODY, AuditLog, Entry
from permissions.database import open_operations, writing
from permissions.roles import Person
from tests.permissions.conftest import KEY, NOW_MS

HOA = Person("hoa", "Hoa", "operator", site_id="le-lai")


def _entry(**fields) -> Entry:
    given = {"person": HOA, "address": "10.0.0.7", "action": "wall.take", "outcome": "asked"}
    return Entry(**{"at_ms": NOW_MS, **given, **fields})


def test_a_command_and_its_outcome_are_two_rows(audit_log):
    asked = audit_log.append(_entry(target="wall/le-lai", detail={"sceneId": "overview"}))
    audit_log.append(_entry(outcome="failed", code="conflict", answers=asked))
    outcome, question = audit_log.recent()
    assert (question["sequence"], question["detail"]) == (1, {"sceneId": "overview"})
    assert (outcome["answers"], outcome["code"]) == (1, "conflict")
    assert outcome["actor"] == "hoa"
    assert audit_log.broken_at() is None


def test_rows_are_found_by_action_and_target(audit_log):
    audit_log.append(_entry(target="wall/le-lai"))
    audit_log.append(_entry(action="signIn", person=NOBODY, outcome="refused"))
    assert [row["action"] for row in audit_log.recent(action="signIn")] == ["signIn"]
    assert [row["action"] for row in audit_log.recent(target="wall/le-lai")] == ["wall.take"]


def test_what_no_database_takes_is_kept_as_it_can_be(audit_log):
    audit_log.append(_entry(target="wall/a\0b", detail={"why": "a\0b"}, outcome="refused"))
    (row,) = audit_log.recent()
    assert row["target"] == "wall/a\ufffdb"
    assert audit_log.broken_at() is None


def test_an_unknown_outcome_is_refused(audit_log):
    with pytest.raises(ValueError, match="outcome"):
        audit_log.append(_entry(outcome="maybe"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'somebody'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE sequence = 1",
    ],
)
def test_the_store_refuses_to_change_or_remove_a_row(audit_log, engine, statement):
    audit_log.append(_entry())
    with pytest.raises(IntegrityError, match="append-only"), writing(engine) as connection:
        connection.execute(sql(statement))
    assert len(audit_log.recent()) == 1


@pytest.mark.parametrize(
    ("tampering", "shows_at"),
    [
        ("UPDATE audit SET actor = 'somebody' WHERE sequence = 2", 2),
        ("DELETE FROM audit WHERE sequence = 2", 2),
        ("UPDATE audit SET hash = previous_hash WHERE sequence = 3", 3),
    ],
)
def test_a_row_changed_below_the_triggers_shows(audit_log, engine, tampering, shows_at):
    for _ in range(3):
        audit_log.append(_entry())
    with writing(engine) as connection:
        connection.execute(sql("DROP TRIGGER audit_no_update"))
        connection.execute(sql("DROP TRIGGER audit_no_delete"))
        connection.execute(sql(tampering))
    assert audit_log.broken_at() == shows_at


def test_a_chain_made_with_another_key_shows(audit_log, engine):
    AuditLog(engine, key=b"another").append(_entry())
    assert audit_log.broken_at() == 1


def test_rows_written_at_once_stand_in_one_chain(audit_log, url):
    def write() -> None:
        engine = open_operations(url)
        log = AuditLog(engine, key=KEY)
        for _ in range(10):
            log.append(_entry())
        engine.dispose()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=30)
    assert len(audit_log.recent(limit=100)) == 40
    assert audit_log.broken_at() is None
