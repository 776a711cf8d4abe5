"""Guessing slows down, for the guesser only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permissions import throttle
from permissions.errors import SignInRefused, TooManyAttempts
from permissions.throttle import ADDRESS, FORGOTTEN_AFTER_S, LONGEST_WAIT_S, PAIR
from tests.permissions.conftest import NOW_MS, PASSWORD


def _fail(people, times, *, address="10.0.0.7", user_id="hoa", now_ms=NOW_MS):
    for _ in range(times):
        with pytest.raises(SignInRefused) as refused:
            people.sign_in(user_id, "wrong", address=address, now_ms=now_ms)
        assert not isinstance(refused.value, TooManyAttempts)


def test_the_wait_doubles_up_to_a_quarter_of_an_hour():
    assert [throttle.wait_s(count, PAIR) for count in range(9)] == [0, 0, 0, 0, 0, 2, 4, 8, 16]
    assert throttle.wait_s(1_000, PAIR) == LONGEST_WAIT_S


@given(st.integers(0, 10_000))
def test_more_failures_never_wait_less(failures):
    for allowance in (PAIR, ADDRESS):
        assert throttle.wait_s(failures, allowance) <= throttle.wait_s(failures + 1, allowance)


def test_after_the_free_failures_even_the_right_password_waits(people, operator):
    _fail(people, PAIR.free)
    with pytest.raises(TooManyAttempts) as refused:
        people.sign_in("hoa", PASSWORD, address="10.0.0.7", now_ms=NOW_MS + 500)
    assert refused.value.retry_after_s == 2
    assert people.sign_in("hoa", PASSWORD, address="10.0.0.7", now_ms=NOW_MS + 2_000) == operator


def test_success_starts_the_count_anew(people, operator):
    _fail(people, PAIR.free - 1)
    people.sign_in("hoa", PASSWORD, address="10.0.0.7", now_ms=NOW_MS)
    _fail(people, PAIR.free - 1)


def test_a_guesser_elsewhere_does_not_shut_the_owner_out(people, operator):
    _fail(people, PAIR.free, address="10.9.9.9")
    assert people.sign_in("hoa", PASSWORD, address="10.0.0.7", now_ms=NOW_MS) == operator


def test_one_address_trying_many_accounts_waits_too(people, operator):
    for number in range(ADDRESS.free):
        _fail(people, 1, user_id=f"nobody{number}")
    with pytest.raises(TooManyAttempts):
        people.sign_in("hoa", PASSWORD, address="10.0.0.7", now_ms=NOW_MS)


def test_a_success_does_not_clear_the_address(people, operator):
    for number in range(ADDRESS.free - 1):
        _fail(people, 1, user_id=f"nobody{number}")
    people.sign_in("hoa", PASSWORD, address="10.0.0.7", now_ms=NOW_MS)
    _fail(people, 1, user_id="nobody-else")
    with pytest.raises(TooManyAttempts):
        people.sign_in("hoa", PASSWORD, address="10.0.0.7", now_ms=NOW_MS)


def test_failures_are_forgotten_after_a_day(people, operator):
    _fail(people, PAIR.free)
    later_ms = NOW_MS + (FORGOTTEN_AFTER_S + 1) * 1000
    _fail(people, PAIR.free, now_ms=later_ms)


def test_what_was_typed_is_not_kept(people, operator, engine):
    _fail(people, 1, user_id="my secret password")
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT subject FROM sign_in_failures").fetchall()
    assert kept
    assert all("secret" not in subject for (subject,) in kept)
