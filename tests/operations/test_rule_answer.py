"""A replay as JSON: the same when it is read again; nothing else is read."""

from __future__ import annotations

import orjson
import pytest

from operations.rule_answer import answer_json, error_json, read_answer, read_error
from tests.operations.a_rule import MINUTE
from tests.operations.test_rule_table import DAY, DAY_MS, replayed

COURSE = ((DAY_MS, 3.0), (DAY_MS + 420 * MINUTE, 25.0), (DAY_MS + 800 * MINUTE, None))
WHOLE = replayed(*DAY.moments, course=COURSE)


def test_an_answer_is_the_same_when_it_is_read_again():
    assert read_answer(answer_json(WHOLE)) == WHOLE
    empty = replayed(seen=0, lowest=None, highest=None)
    assert read_answer(answer_json(empty).encode()) == empty


@pytest.mark.parametrize(
    "change",
    [
        {"looks": "many"},
        {"course": [[DAY_MS, float("inf")]]},
        {"moments": [{"atMs": 1}]},
        {"more": 1},
        {"basis": "guessed"},
        {"decimals": 400},
    ],
)
def test_anything_else_is_refused(change):
    body = {**orjson.loads(answer_json(WHOLE)), **change}
    with pytest.raises(ValueError, match="no answer of a replay"):
        read_answer(str(body) if "course" in change else orjson.dumps(body))


@pytest.mark.parametrize("told", [b"", b"{", b"[]", b'{"rule": 1}', b"Traceback"])
def test_what_is_no_answer_is_refused(told):
    with pytest.raises(ValueError, match="no answer of a replay"):
        read_answer(told)
    assert read_error(told) == "unknown"


def test_why_there_is_no_answer_has_a_code():
    assert read_error(error_json("noPast", "it has no past")) == "noPast"
