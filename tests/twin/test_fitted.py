"""A calibration holds for what it was fitted to: another network, assumption or engine is said."""

from __future__ import annotations

import pytest

from twin.fitted import Fitted, outdated

THEN = Fitted(network="a" * 16, assumed="b", engine="eclipse-sumo 1.28.0")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"engine": "eclipse-sumo 1.29.0"}, "eclipse-sumo 1.28.0, now eclipse-sumo 1.29.0"),
        ({"network": "c" * 16}, "its network has changed"),
        ({"assumed": "d"}, "what it assumes has changed"),
    ],
)
def test_what_is_another_now_is_named(changed: dict[str, str], said: str) -> None:
    why = outdated(THEN, THEN.model_copy(update=changed))
    assert why is not None
    assert said in why["en"]
    assert why["en"].endswith("calibrate anew")
    assert "hiệu chỉnh lại" in why["vi"]


def test_one_of_before_it_was_kept_is_outdated_and_the_same_is_not() -> None:
    assert outdated(THEN, THEN.model_copy()) is None
    why = outdated(None, THEN)
    assert why is not None
    assert "nobody knows which" in why["en"]
