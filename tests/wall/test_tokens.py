from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wall.classification import Classification
from wall.errors import TokenError
from wall.tokens import (
    Device,
    Person,
    Viewer,
    console_token,
    device_token,
    is_service_token,
    read_console_token,
    read_device_token,
    read_view_token,
    view_token,
)

SECRET = "s3cret"
DEVICE = Device("north", "a1", None, 3)
PERSON = Person("binh", "operator", "east", Classification("restricted", frozenset({"health"})))
VIEWER = Viewer("north", "program", "binh")


def test_a_device_token_says_what_it_opens_and_is_the_same_each_time() -> None:
    token = device_token(SECRET, DEVICE)
    assert read_device_token(SECRET, token) == DEVICE
    assert device_token(SECRET, DEVICE) == token


def test_a_console_token_lives_sixty_seconds() -> None:
    token = console_token(SECRET, PERSON, now_s=1000)
    assert read_console_token(SECRET, token, now_s=1060) == PERSON
    with pytest.raises(TokenError, match="expired"):
        read_console_token(SECRET, token, now_s=1066)


def test_a_view_token_lives_a_day() -> None:
    token = view_token(SECRET, VIEWER, now_s=1000)
    assert read_view_token(SECRET, token, now_s=1000 + 86_400) == VIEWER
    with pytest.raises(TokenError):
        read_view_token(SECRET, token, now_s=1000 + 86_500)


def test_each_kind_has_its_own_key() -> None:
    token = device_token(SECRET, DEVICE)
    with pytest.raises(TokenError):
        read_console_token(SECRET, token, now_s=0)
    with pytest.raises(TokenError):
        read_view_token(SECRET, token, now_s=0)
    with pytest.raises(TokenError):
        read_device_token("another", token)


@given(st.text(max_size=60))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    for read in (
        lambda: read_device_token(SECRET, text),
        lambda: read_view_token(SECRET, text, now_s=0),
        lambda: read_console_token(SECRET, text, now_s=0),
    ):
        with pytest.raises(TokenError):
            read()
    assert not is_service_token(SECRET, text)


def test_a_token_cannot_be_bent() -> None:
    token = device_token(SECRET, DEVICE)
    with pytest.raises(TokenError):
        read_device_token(SECRET, token[:-2] + ("AA" if token[-2:] != "AA" else "BB"))


def test_the_service_token_is_compared_whole() -> None:
    assert is_service_token(SECRET, SECRET)
    assert not is_service_token(SECRET, SECRET + "x")
