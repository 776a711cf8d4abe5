"""A real store per test, cheap password hashes, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from permissions.audit import AuditLog
from permissions.database import open_operations
from permissions.identity import Accounts
from permissions.roles import Person
from permissions.sessions import Sessions

KEY = b"key of the tests"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOW_MS = 1_790_000_000_000
PASSWORD = "correct horse battery"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'operations.sqlite'}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_operations(url)
    yield opened
    opened.dispose()


@pytest.fixture
def people(engine: Engine) -> Accounts:
    return Accounts(engine, key=KEY, hasher=CHEAP)


@pytest.fixture
def sessions(engine: Engine, people: Accounts) -> Sessions:
    return Sessions(engine, people)


@pytest.fixture
def audit_log(engine: Engine) -> AuditLog:
    return AuditLog(engine, key=KEY)


@pytest.fixture
def operator(people: Accounts) -> Person:
    person = Person("hoa", "Nguyễn Thị Hoa", "operator", site_id="le-lai")
    people.add(person, PASSWORD, now_ms=NOW_MS)
    return person
