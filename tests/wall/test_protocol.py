from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wall.errors import BadFields, BadFrame
from wall.protocol import (
    Clock,
    ContentFields,
    Heartbeat,
    Kinds,
    Need,
    Publish,
    Ready,
    Request,
    Shown,
    Staged,
    Subscribe,
    check,
    decode,
    encode,
    encode_to_keep,
)

MODELS = (
    Clock,
    ContentFields,
    Heartbeat,
    Kinds,
    Need,
    Publish,
    Ready,
    Request,
    Shown,
    Staged,
    Subscribe,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = sorted(
    {field.alias or name for model in MODELS for name, field in model.model_fields.items()}
)


def test_a_frame_is_split_into_type_and_fields() -> None:
    assert decode('{"type":"clock","d":{"t0AtMs":1},"unknown":2}') == ("clock", {"t0AtMs": 1})


def test_missing_or_odd_fields_count_as_empty() -> None:
    assert decode('{"type":"x"}') == ("x", {})
    assert decode('{"type":"x","d":[1]}') == ("x", {})


@pytest.mark.parametrize(
    "frame",
    [
        b"\xff\xfe",
        b'{"type":"\xff"}',
        "",
        "null",
        "7",
        '"x"',
        "{}",
        '{"type":null}',
        "{" * 10_000,
        "[" * 100_000,
        '{"type":"x","d":1e999}',
        '{"type":"x","d":NaN}',
        '{"type":"\\ud800"}',
    ],
)
def test_what_is_no_frame_is_refused(frame: str | bytes) -> None:
    with pytest.raises(BadFrame):
        decode(frame)


@given(st.text() | st.binary())
def test_any_bytes_are_a_frame_or_refused(frame: str | bytes) -> None:
    try:
        kind, fields = decode(frame)
    except BadFrame:
        return
    assert isinstance(kind, str)
    assert isinstance(fields, dict)


@given(st.sampled_from(MODELS), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8))
def test_any_fields_are_a_message_or_refused(model: Any, fields: dict[str, Any]) -> None:
    with suppress(BadFields):
        check(model, fields)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Clock, {"t0AtMs": float("inf")}),
        (Clock, {"t0AtMs": True}),
        (Clock, {"t0AtMs": "5"}),
        (Clock, {"t0AtMs": 10**40}),
        (Ready, {"switchId": "s", "status": "perhaps"}),
        (Ready, {"switchId": "", "status": "ok"}),
        (Heartbeat, {"clock": {"offsetMs": 0, "uncertaintyMs": -1}}),
        (Heartbeat, {"clock": {"offsetMs": 0, "uncertaintyMs": 1e9}}),
        (Need, {"renderIds": ["x"] * 1001}),
        (ContentFields, {"renderId": "r", "version": 2**70}),
    ],
)
def test_numbers_and_names_out_of_range_are_refused(model: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(BadFields):
        check(model, fields)


def test_unknown_fields_are_ignored() -> None:
    assert check(Clock, {"t0AtMs": 1, "mood": "good"}).t0_at_ms == 1


def test_frames_of_the_controller_are_compact_json_with_their_epoch() -> None:
    frame = encode("hello", 7, {"a": "ữ"})
    assert json.loads(frame) == {"type": "hello", "epoch": 7, "d": {"a": "ữ"}}
    assert b" " not in frame


def test_what_is_encoded_to_be_kept_takes_no_more_memory_than_it_holds() -> None:
    entry = {"words": "thông báo " * 40}
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = [encode_to_keep(entry) for _ in range(100)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 1.3 * sum(map(len, kept))
