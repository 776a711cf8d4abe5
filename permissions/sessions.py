"""Sessions kept on the server: a stolen cookie dies with its session, and a shift can be ended.

The browser holds a random token, the store its SHA-256. Every sign-in makes a new one.
"""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Engine, delete, insert, select, update

from permissions.database import writing
from permissions.identity import Accounts
from permissions.roles import RIGHTS, Person, Right
from permissions.tables import accounts, sessions

IDLE_S = 12 * 3600  # a shift; consoles and room pages keep their session alive themselves
LONGEST_S = 7 * 86_400
SEEN_STEP_S = 300  # a session is marked as seen at most this often: reading must not write


class Sessions:
    """The open sessions of one operations store."""

    def __init__(self, engine: Engine, people: Accounts) -> None:
        self._engine = engine
        self._people = people

    def open(self, person: Person, *, address: str, now_ms: float) -> str:
        """Open a session and return its token; those that ran out are removed on the way."""
        token = secrets.token_urlsafe(32)
        with writing(self._engine) as connection:
            connection.execute(
                delete(sessions).where(
                    (sessions.c.seen_at_ms < now_ms - IDLE_S * 1000)
                    | (sessions.c.opened_at_ms < now_ms - LONGEST_S * 1000)
                )
            )
            connection.execute(
                insert(sessions).values(
                    session_hash=_hashed(token),
                    user_id=person.user_id,
                    opened_at_ms=int(now_ms),
                    seen_at_ms=int(now_ms),
                    address=address,
                )
            )
        return token

    def find(self, token: str, *, now_ms: float) -> Person | None:
        """Return whose session this is, or None when it is unknown, ended or ran out."""
        hashed = _hashed(token)
        with self._engine.connect() as connection:
            row = (
                connection.execute(
                    select(sessions.c.opened_at_ms, sessions.c.seen_at_ms, accounts)
                    .join(accounts, accounts.c.user_id == sessions.c.user_id)
                    .where(sessions.c.session_hash == hashed)
                )
                .mappings()
                .first()
            )
        if row is None:
            return None
        idle_s = (now_ms - row["seen_at_ms"]) / 1000
        if idle_s > IDLE_S or (now_ms - row["opened_at_ms"]) / 1000 > LONGEST_S:
            return None
        if idle_s > SEEN_STEP_S:
            with writing(self._engine) as connection:
                connection.execute(
                    update(sessions)
                    .where(sessions.c.session_hash == hashed)
                    .values(seen_at_ms=int(now_ms))
                )
        return self._people.admit(row)

    def close(self, token: str) -> None:
        """End a session; ending it twice is the same."""
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.session_hash == _hashed(token)))


def is_somebody_there(engine: Engine, right: Right, *, since_ms: float) -> bool:
    """Tell whether anybody whose role has `right` was seen since then, SEEN_STEP_S more or less."""
    roles = [role for role, rights in RIGHTS.items() if right in rights]
    seen = (
        select(sessions.c.user_id)
        .join(accounts, accounts.c.user_id == sessions.c.user_id)
        .where(sessions.c.seen_at_ms >= int(since_ms), accounts.c.role.in_(roles))
        .limit(1)
    )
    with engine.connect() as connection:
        return connection.execute(seen).first() is not None


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
