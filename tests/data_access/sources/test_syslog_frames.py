"""Messages of a stream, however its bytes arrive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.sources.syslog_frames import FrameFault, Frames, one_line

MESSAGE = b"<34>1 2026-08-01T07:00:15Z h a - - - x"


def _counted(message: bytes) -> bytes:
    return b"%d %b" % (len(message), message)


def test_counted_and_ended_messages_may_be_mixed() -> None:
    stream = _counted(MESSAGE) + MESSAGE + b"\n" + _counted(b"<1>two\nlines") + b"<2>z\0<3>l\r\n"
    assert Frames().feed(stream) == [MESSAGE, MESSAGE, b"<1>two\nlines", b"<2>z", b"<3>l"]


texts = st.binary(max_size=40).map(lambda b: b.replace(b"\n", b"").replace(b"\0", b"").rstrip())


@given(
    messages=st.lists(st.tuples(st.booleans(), texts), max_size=12),
    cuts=st.lists(st.integers(0, 800), max_size=20),
)
def test_where_the_bytes_are_cut_makes_no_difference(
    messages: list[tuple[bool, bytes]], cuts: list[int]
) -> None:
    whole = [b"<34>" + text for _, text in messages]
    stream = b"".join(
        _counted(message) if is_counted else message + b"\n"
        for (is_counted, _), message in zip(messages, whole, strict=True)
    )
    frames, found, at = Frames(), [], 0
    for cut in [*sorted(cuts), len(stream)]:
        found += frames.feed(stream[at:cut])
        at = max(at, cut)
    assert found + frames.end() == whole


def test_a_line_that_begins_with_a_year_is_a_line() -> None:
    line = b"2026-08-01T07:00:15Z web nginx: x"
    assert Frames().feed(line + b"\n1 2026 x\n") == [line, b"1 2026 x"]


def test_a_line_that_is_too_long_is_dropped_and_counted_and_the_next_is_read() -> None:
    frames = Frames(max_message=10)
    assert frames.feed(b"<1>" + b"x" * 20) == []
    assert frames.feed(b"x" * 20 + b"\n<2>y\n") == [b"<2>y"]
    assert frames.feed(b"<3>" + b"x" * 8 + b"\n<4>z\n") == [b"<4>z"]
    assert frames.dropped == 2


@pytest.mark.parametrize("stream", [b"9999999 <1>x", b"70000 <1>"])
def test_a_count_that_is_absurd_ends_the_stream(stream: bytes) -> None:
    with pytest.raises(FrameFault, match="octets"):
        Frames().feed(stream)


def test_a_stream_that_ends_in_the_middle_says_so() -> None:
    frames = Frames()
    assert frames.feed(b"20 <1>half") == []
    with pytest.raises(FrameFault, match="within a message"):
        frames.end()
    frames = Frames()
    assert frames.feed(b"<1>last") == []
    assert frames.end() == [b"<1>last"]


def test_a_message_of_several_lines_becomes_one() -> None:
    assert one_line(b"a\nb\r\0") == b"a#012b#015#000"
