"""Local accounts: making them, signing in with a password, finding who somebody is.

Passwords are argon2id hashes. An unknown account costs as much time as a wrong password. Not for
what a role may do: `permissions.roles`; not for cookies: `callbacks.session`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select, update

from data_access.classification import Classification
from language import LANGUAGES
from permissions import throttle
from permissions.database import writing
from permissions.errors import AccountError, SignInRefused, TooManyAttempts
from permissions.roles import ROLES, Person
from permissions.tables import accounts, sessions, sign_in_failures

USER_ID = re.compile(r"[a-z][a-z0-9._-]{0,63}")
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
# OWASP's memory for argon2id where many may sign in at once (19 MiB, one lane), one pass more.
HASHER = PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)
# Hashing is memory and a core: at most two at a time, whoever asks.
_HASHING = threading.BoundedSemaphore(2)


class Accounts:
    """The accounts of one operations store.

    `key` blinds what attempts are counted under. Demo accounts exist for this object only when
    `demo_allowed`: kept from an earlier loopback start, they are as good as unknown otherwise.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        key: bytes,
        demo_allowed: bool = False,
        hasher: PasswordHasher = HASHER,
    ) -> None:
        self._engine = engine
        self._key = key
        self._demo_allowed = demo_allowed
        self._hasher = hasher
        self._dummy_hash = hasher.hash("no such account")

    def add(self, person: Person, password: str, *, now_ms: float) -> None:
        """Make an account; raises AccountError when it exists or a field is wrong."""
        _check(person, password)
        with writing(self._engine) as connection:
            if _row(connection, person.user_id) is not None:
                raise AccountError(f"account {person.user_id!r} exists")
            hashed = self._hash(password)
            connection.execute(
                insert(accounts).values(
                    user_id=person.user_id,
                    name=person.name,
                    role=person.role,
                    site_id=person.site_id,
                    language=person.language,
                    ceiling_level=person.ceiling.level,
                    compartments=sorted(person.ceiling.compartments),
                    password_hash=hashed,
                    demo=person.demo,
                    enabled=True,
                    created_at_ms=int(now_ms),
                    password_changed_at_ms=int(now_ms),
                )
            )

    def set_password(self, user_id: str, password: str, *, now_ms: float) -> None:
        """Change a password and end the person's sessions; raises AccountError when unknown."""
        _check_password(password)
        hashed = self._hash(password)
        self._change(user_id, password_hash=hashed, password_changed_at_ms=int(now_ms))

    def disable(self, user_id: str) -> None:
        """Shut an account and end its sessions; raises AccountError when unknown."""
        self._change(user_id, enabled=False)

    def set_language(self, user_id: str, language: str) -> None:
        """Keep the language a person chose; raises AccountError for an unknown one."""
        if language not in LANGUAGES:
            raise AccountError(f"language {language!r} is none of {', '.join(LANGUAGES)}")
        with writing(self._engine) as connection:
            connection.execute(
                update(accounts).where(accounts.c.user_id == user_id).values(language=language)
            )

    def find(self, user_id: str) -> Person | None:
        """Return the person of an enabled account, or None."""
        with self._engine.connect() as connection:
            row = _row(connection, user_id)
        return self.admit(row) if row is not None else None

    def everyone(self) -> list[Person]:
        """Return the people of all enabled accounts, by id."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.user_id)).mappings()
            admitted = [self.admit(row) for row in rows]
        return [person for person in admitted if person is not None]

    def sign_in(self, user_id: str, password: str, *, address: str, now_ms: float) -> Person:
        """Return who this is; raises TooManyAttempts (nothing was checked) or SignInRefused.

        The attempt is counted before the password is looked at, so that parallel guesses are
        counted too, and taken back when it was right.
        """
        user_id = user_id.strip().lower()[:64]
        counted = throttle.subjects(user_id, address, key=self._key)
        self._count(counted, now_ms=now_ms)
        with self._engine.connect() as connection:
            row = _row(connection, user_id)
        person = self.admit(row) if row is not None else None
        password_hash = str(row["password_hash"]) if row is not None else self._dummy_hash
        right = self._verify(password_hash, password)
        if person is None or not right:
            raise SignInRefused("account or password is wrong")
        self._forgive(counted, user_id, password_hash, password)
        return person

    def admit(self, row: RowMapping) -> Person | None:
        """Return the person of an account row, or None where the account is not for use here."""
        if not row["enabled"] or (row["demo"] and not self._demo_allowed):
            return None
        return Person(
            user_id=row["user_id"],
            name=row["name"],
            role=row["role"],
            site_id=row["site_id"],
            language=row["language"],
            ceiling=Classification(row["ceiling_level"], frozenset(row["compartments"])),
            demo=row["demo"],
        )

    def _change(self, user_id: str, **values: Any) -> None:
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(accounts).where(accounts.c.user_id == user_id).values(**values)
            )
            if not changed.rowcount:
                raise AccountError(f"there is no account {user_id!r}")
            connection.execute(delete(sessions).where(sessions.c.user_id == user_id))

    def _count(self, counted: Iterable[tuple[str, throttle.Allowance]], *, now_ms: float) -> None:
        forgotten_ms = now_ms - throttle.FORGOTTEN_AFTER_S * 1000
        with writing(self._engine) as connection:
            connection.execute(
                delete(sign_in_failures).where(sign_in_failures.c.last_at_ms < forgotten_ms)
            )
            failures: dict[str, int] = {}
            for subject, allowance in counted:
                row = connection.execute(
                    select(sign_in_failures).where(sign_in_failures.c.subject == subject)
                ).first()
                failures[subject] = row.failures if row else 0
                left_s = row and throttle.remaining_s(
                    row.failures, row.last_at_ms, now_ms=now_ms, allowance=allowance
                )
                if left_s:
                    raise TooManyAttempts(left_s)
            for subject, count in failures.items():
                connection.execute(
                    delete(sign_in_failures).where(sign_in_failures.c.subject == subject)
                )
                connection.execute(
                    insert(sign_in_failures).values(
                        subject=subject, failures=count + 1, last_at_ms=int(now_ms)
                    )
                )

    def _forgive(
        self,
        counted: Iterable[tuple[str, throttle.Allowance]],
        user_id: str,
        password_hash: str,
        password: str,
    ) -> None:
        """Take the attempt back: the pair starts anew, the address loses only this one."""
        rehashed = self._hash(password) if self._hasher.check_needs_rehash(password_hash) else None
        with writing(self._engine) as connection:
            for subject, allowance in counted:
                matching = sign_in_failures.c.subject == subject
                if allowance is throttle.PAIR:
                    connection.execute(delete(sign_in_failures).where(matching))
                else:
                    connection.execute(
                        update(sign_in_failures)
                        .where(matching)
                        .values(failures=sign_in_failures.c.failures - 1)
                    )
            if rehashed:
                connection.execute(
                    update(accounts)
                    .where(accounts.c.user_id == user_id)
                    .values(password_hash=rehashed)
                )

    def _hash(self, password: str) -> str:
        with _HASHING:
            return self._hasher.hash(password)

    def _verify(self, password_hash: str, password: str) -> bool:
        with _HASHING:
            try:
                return self._hasher.verify(password_hash, password[:LONGEST_PASSWORD])
            except (VerifyMismatchError, InvalidHashError):
                return False


def _row(connection: Connection, user_id: str) -> RowMapping | None:
    found = connection.execute(select(accounts).where(accounts.c.user_id == user_id))
    return found.mappings().first()


def _check(person: Person, password: str) -> None:
    if not USER_ID.fullmatch(person.user_id):
        raise AccountError(
            f"account {person.user_id!r}: expected a letter, then letters, digits, '.', '_', '-'"
        )
    if person.role not in ROLES:
        raise AccountError(f"role {person.role!r}: expected one of {', '.join(ROLES)}")
    if person.language is not None and person.language not in LANGUAGES:
        raise AccountError(f"language {person.language!r}: expected {', '.join(LANGUAGES)}")
    if not person.name.strip():
        raise AccountError("name: expected some letters")
    _check_password(password)


def _check_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(
            f"password: expected {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        )
