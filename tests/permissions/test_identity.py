"""Accounts: made whole or refused, signed in with the right password only."""

from __future__ import annotations

import pytest

from permissions import demo
from permissions.errors import AccountError, SignInRefused
from permissions.identity import HASHER, Accounts
from permissions.roles import Person
from settings import Settings
from tests.permissions.conftest import CHEAP, KEY, NOW_MS, PASSWORD


def _sign_in(people, user_id="hoa", password=PASSWORD):
    return people.sign_in(user_id, password, address="10.0.0.7", now_ms=NOW_MS)


def test_the_right_password_tells_who_it_is(people, operator):
    assert _sign_in(people) == operator
    assert _sign_in(people, " Hoa ") == operator


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", PASSWORD.upper()])
def test_a_wrong_password_is_refused(people, operator, password):
    with pytest.raises(SignInRefused):
        _sign_in(people, password=password)


def test_an_unknown_account_is_refused_in_the_same_words(people, operator):
    with pytest.raises(SignInRefused) as unknown:
        _sign_in(people, "nobody")
    with pytest.raises(SignInRefused) as wrong:
        _sign_in(people, password="wrong password")
    assert str(unknown.value) == str(wrong.value)


def test_an_unknown_account_costs_a_verification_too(people, operator, monkeypatch):
    verified = []
    monkeypatch.setattr(people, "_verify", lambda hashed, _: verified.append(hashed) or False)
    for user_id in ("hoa", "nobody"):
        with pytest.raises(SignInRefused):
            _sign_in(people, user_id)
    assert len(verified) == 2
    assert all(hashed.startswith("$argon2id$") for hashed in verified)


def test_a_disabled_account_is_refused(people, operator):
    people.disable("hoa")
    with pytest.raises(SignInRefused):
        _sign_in(people)
    assert people.find("hoa") is None


@pytest.mark.parametrize(
    ("person", "password", "says"),
    [
        (Person("Hoa!", "Hoa", "operator"), PASSWORD, "account"),
        (Person("hoa", "Hoa", "mayor"), PASSWORD, "role"),
        (Person("hoa", " ", "operator"), PASSWORD, "name"),
        (Person("hoa", "Hoa", "operator", language="fr"), PASSWORD, "language"),
        (Person("hoa", "Hoa", "operator"), "short", "password"),
    ],
)
def test_a_wrong_account_is_refused_whole(people, person, password, says):
    with pytest.raises(AccountError, match=says):
        people.add(person, password, now_ms=NOW_MS)
    assert people.everyone() == []


def test_an_account_is_made_once(people, operator):
    with pytest.raises(AccountError, match="exists"):
        people.add(operator, PASSWORD, now_ms=NOW_MS)


def test_a_changed_password_replaces_the_old_one(people, operator):
    people.set_password("hoa", "another long password", now_ms=NOW_MS)
    with pytest.raises(SignInRefused):
        _sign_in(people)
    assert _sign_in(people, password="another long password") == operator


def test_the_chosen_language_is_kept(people, operator):
    people.set_language("hoa", "en")
    assert people.find("hoa").language == "en"
    with pytest.raises(AccountError):
        people.set_language("hoa", "fr")


def test_a_hash_of_older_cost_is_renewed_at_sign_in(people, engine, operator):
    stronger = Accounts(engine, key=KEY, hasher=HASHER)
    _sign_in(stronger)
    assert _sign_in(stronger) == operator
    with pytest.raises(SignInRefused):
        _sign_in(stronger, password="wrong password")


def _demo(engine, settings: Settings) -> Accounts:
    people = Accounts(engine, key=KEY, demo_allowed=demo.demo_allowed(settings), hasher=CHEAP)
    if demo.demo_allowed(settings):
        demo.add_demo_accounts(people, site_id=None, now_ms=NOW_MS)
    return people


def test_demo_accounts_sign_in_on_loopback(engine):
    people = _demo(engine, Settings())
    for account in demo.DEMO_ACCOUNTS:
        assert _sign_in(people, account.user_id, account.password).role == account.role
    _demo(engine, Settings())  # a second start adds none
    assert len(people.everyone()) == len(demo.DEMO_ACCOUNTS)


@pytest.mark.parametrize(
    "settings",
    [Settings(host="0.0.0.0"), Settings(wall_public_url="https://ioc.example.org")],
    ids=["any address", "behind a public address"],
)
def test_demo_accounts_of_an_earlier_start_are_dead_where_others_can_reach_us(engine, settings):
    _demo(engine, Settings())
    people = _demo(engine, settings)
    with pytest.raises(SignInRefused):
        _sign_in(people, "administrator", "administrator-demo")
    assert people.everyone() == []
