"""An output that is far too slow, or lies: no other is harmed by it, and no figure."""

from __future__ import annotations

import pytest

from tests.wall.table import FullTable


@pytest.mark.parametrize("clock", [{"roundTripMs": 10_000}, {"uncertaintyMs": 5_000}])
def test_a_link_that_is_slow_beyond_measure_or_says_so_holds_up_no_other(
    full: FullTable, clock: dict[str, float]
) -> None:
    told = {"offsetMs": 0, "uncertaintyMs": 2, "roundTripMs": 30, **clock}
    full.left.say("heartbeat", showing=full.showing("overview"), clock=told)
    result = full.taken("rain")
    assert result["showAtMs"] == pytest.approx(full.now_ms - 70 + 60.5)
    assert result["promisedSkewMs"] is None


@pytest.mark.parametrize("lie", [{"shownAtMs": 1e15}, {"shownAtMs": 0.0}, {"lateMs": -1e9}])
def test_an_output_that_says_what_cannot_be_has_not_answered_and_spoils_no_figure(
    full: FullTable, lie: dict[str, float]
) -> None:
    request_id = full.take("rain")
    for each in full.players():
        each.ready()
    full.wait(70)
    commit = full.left.last("commit")
    told = {"switchId": commit["switchId"], "shownAtMs": commit["showAtMs"], "lateMs": 0.0}
    full.left.say("shown", **{**told, **lie})
    full.right.shown()
    full.wait(2_100)
    result = full.web.result(request_id)
    assert [each["status"] for each in result["outputs"]] == ["noAnswer", "shown"]
    assert (result["skewMs"], full.state.counts["shownImpossible"]) == (0.0, 1)
