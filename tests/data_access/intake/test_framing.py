"""Messages of a syslog stream, however it is cut into packets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.intake.framing import Frames, FramingError

SAID = [b"<34>1 2026-11-22T10:00:00Z h a - - - one", b"<13>Nov 22 10:00:00 h su: two", b"<1>x\ny"]
LINES = [each.replace(b"\n", b"#012") for each in SAID]


def counted(message: bytes) -> bytes:
    return b"%d %s" % (len(message), message)


@given(
    st.lists(st.tuples(st.integers(0, 1), st.booleans()), max_size=12),
    st.lists(st.integers(1, 40), min_size=1, max_size=30),
)
def test_any_mixture_comes_out_whole_however_it_is_cut(
    order: list[tuple[int, bool]], cuts: list[int]
) -> None:
    stream = b"".join(
        counted(SAID[w]) if is_counted else SAID[w] + b"\n" for w, is_counted in order
    )
    frames, found = Frames(), []
    while stream:
        size = cuts[len(found) % len(cuts)]
        found += frames.feed(stream[:size])
        stream = stream[size:]
    assert found == [LINES[which] for which, _ in order]
    assert frames.end() == []


def test_a_counted_message_may_hold_line_ends_and_nothing_else_that_ends_a_line() -> None:
    assert Frames().feed(counted(SAID[2])) == [LINES[2]]
    assert Frames().feed(counted(b"<1>a\rb\0c")) == [b"<1>a#015b#000c"]


def test_ends_that_senders_add_are_not_messages() -> None:
    assert Frames().feed(counted(SAID[0]) + b"\n" + SAID[1] + b"\r\n\0\n") == LINES[:2]


def test_what_was_said_last_counts_without_its_end() -> None:
    frames = Frames()
    assert frames.feed(SAID[0]) == []
    assert frames.end() == [LINES[0]]


@pytest.mark.parametrize("stream", [b"1234567", b"12a<34>", b"99999 <1>", b"12"])
def test_a_stream_that_cannot_be_followed_is_given_up(stream: bytes) -> None:
    frames = Frames(longest=1000)
    if stream == b"12":
        assert frames.feed(stream) == []
        return
    with pytest.raises(FramingError):
        frames.feed(stream)


def test_a_line_that_never_ends_is_given_up() -> None:
    frames = Frames(longest=1000)
    frames.feed(b"<1>" + b"x" * 500)
    with pytest.raises(FramingError, match="more than 1000 octets"):
        frames.feed(b"x" * 600)
