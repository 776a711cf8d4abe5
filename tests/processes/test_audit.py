"""`app.py audit verify`: the audit is whole, or the first row that is not is named."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from permissions.audit import NOBODY, AuditLog, Entry
from permissions.database import open_operations
from permissions.keys import key_for
from processes.audit import perform
from settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"data_dir": tmp_path})


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """The store of an audit of three rows."""
    opened = open_operations(settings.operations_url)
    log = AuditLog(opened, key=key_for(settings, "audit"))
    for at_ms in (1.0, 2.0, 3.0):
        log.append(Entry(at_ms, NOBODY, "127.0.0.1", "wall.take", "ok"))
    yield opened
    opened.dispose()


def verified(settings: Settings, head: str | None = None) -> tuple[str, bool]:
    return perform(settings, Namespace(task="verify", head=head))


def cut(engine: Engine, condition: str) -> None:
    """Take rows out below the triggers, as somebody with the file in hand can."""
    with engine.begin() as connection:
        triggers = connection.execute(text("select name from sqlite_master where type = 'trigger'"))
        for (name,) in triggers.fetchall():
            connection.execute(text(f"drop trigger {name}"))
        connection.execute(text(f"delete from audit where {condition}"))


def test_a_whole_audit_is_said_with_its_head(settings: Settings, engine: Engine) -> None:
    said, is_whole = verified(settings)
    assert is_whole
    assert said.startswith("3 rows, as they were written; the newest is 3:")
    assert verified(settings, head=said.split()[-1].rstrip("."))[1]


def test_a_row_that_is_gone_is_named(settings: Settings, engine: Engine) -> None:
    cut(engine, "sequence = 2")
    assert verified(settings) == ("Row 2 was changed, removed or put in.", False)


def test_a_cut_end_shows_by_a_head_noted_before(settings: Settings, engine: Engine) -> None:
    head = verified(settings)[0].split()[-1].rstrip(".")
    cut(engine, "sequence = 3")
    assert verified(settings)[1]
    said, is_whole = verified(settings, head=head)
    assert not is_whole
    assert head in said
