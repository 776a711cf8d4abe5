"""Sessions live on the server and end there."""

from __future__ import annotations

from permissions.roles import Right
from permissions.sessions import IDLE_S, LONGEST_S, is_somebody_there
from tests.permissions.conftest import NOW_MS


def test_a_token_finds_its_person(sessions, operator):
    token = sessions.open(operator, address="10.0.0.7", now_ms=NOW_MS)
    assert sessions.find(token, now_ms=NOW_MS) == operator
    assert sessions.find("made-up", now_ms=NOW_MS) is None


def test_every_sign_in_has_its_own_token_and_the_store_has_none(sessions, operator, engine):
    first = sessions.open(operator, address="10.0.0.7", now_ms=NOW_MS)
    second = sessions.open(operator, address="10.0.0.7", now_ms=NOW_MS)
    assert first != second
    with engine.connect() as connection:
        kept = {row[0] for row in connection.exec_driver_sql("SELECT session_hash FROM sessions")}
    assert len(kept) == 2
    assert not kept & {first, second}


def test_a_closed_session_is_dead(sessions, operator):
    token = sessions.open(operator, address="10.0.0.7", now_ms=NOW_MS)
    sessions.close(token)
    sessions.close(token)
    assert sessions.find(token, now_ms=NOW_MS) is None


def test_a_session_left_alone_for_a_shift_ends(sessions, operator):
    token = sessions.open(operator, address="10.0.0.7", now_ms=NOW_MS)
    assert sessions.find(token, now_ms=NOW_MS + IDLE_S * 1000 + 1) is None


def test_a_session_in_use_goes_on_but_not_for_ever(sessions, operator):
    token = sessions.open(operator, address="10.0.0.7", now_ms=NOW_MS)
    at_ms = NOW_MS
    while at_ms + IDLE_S * 500 < NOW_MS + LONGEST_S * 1000:
        at_ms += IDLE_S * 500
        assert sessions.find(token, now_ms=at_ms) == operator
    assert sessions.find(token, now_ms=NOW_MS + LONGEST_S * 1000 + 1) is None


def test_a_changed_password_and_a_disabled_account_end_their_sessions(sessions, people, operator):
    token = sessions.open(operator, address="10.0.0.7", now_ms=NOW_MS)
    people.set_password("hoa", "another long password", now_ms=NOW_MS)
    assert sessions.find(token, now_ms=NOW_MS) is None
    token = sessions.open(operator, address="10.0.0.7", now_ms=NOW_MS)
    people.disable("hoa")
    assert sessions.find(token, now_ms=NOW_MS) is None


def test_who_may_ask_is_there_while_a_page_of_theirs_is_heard_of(engine, sessions, operator):
    def is_there(right: Right, at_ms: float) -> bool:
        return is_somebody_there(engine, right, since_ms=at_ms)

    assert not is_there(Right.RUN_TWINS, NOW_MS)
    sessions.open(operator, address="::1", now_ms=NOW_MS)
    assert is_there(Right.RUN_TWINS, NOW_MS - 1000)
    assert not is_there(Right.RUN_TWINS, NOW_MS + 1000)
    assert not is_there(Right.READ_AUDIT, NOW_MS - 1000)
