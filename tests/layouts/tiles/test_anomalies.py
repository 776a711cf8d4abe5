"""The list of what is unusual: how many it has room for, and what people said of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from data_access.envelope import Envelope
from data_access.figure import figure_at
from layouts.tiles.anomalies import GAP
from layouts.tiles.entry import ABOUT, LINE
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.layouts.tiles.sample import unusual
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, words

UNIT_PX = 40
LEAST = LINE + ABOUT  # of an entry without its evidence


def listed(count: int, **of_first: Any) -> Envelope:
    made = unusual.alerts()
    first, *others = made.payload["items"]["active"]
    items = {"active": [{**first, **of_first}, *others][:count], "faults": []}
    return replace(made, payload={**made.payload, "items": items, "tables": {}})  # type: ignore[typeddict-item]


def shown(envelope: Envelope, *, height_u: float, width_u: float = 30) -> Any:
    frame = Frame(width_px=round(width_u * UNIT_PX), height_px=round(height_u * UNIT_PX),
                  unit_px=UNIT_PX)  # fmt: skip
    return build("anomalies", {}, frame, {envelope.aggregate: envelope}, context())


def room_u(tree: Any) -> float:
    height = having(tree, "tile-body")[0]["props"]["style"]["height"]
    found = re.search(r"\*([\d.]+)\)", height)
    assert found is not None
    return float(found[1])


def evidence(tree: Any) -> Sequence[int]:
    return [len(having(entry, "t-anomaly-why")) for entry in having(tree, "t-anomaly")]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_none_is_left_out_where_all_have_room(count: int) -> None:
    seen = set()
    for quarters in range(16, 120):
        tree = shown(listed(count), height_u=quarters / 4)
        if room_u(tree) >= count * LEAST + (count - 1) * GAP:
            assert len(having(tree, "t-anomaly")) == count, quarters
            assert not having(tree, "t-more")
            seen.add(tuple(evidence(tree)))
    assert (0,) * count in seen or count == 1
    assert max(seen)[0] == 3  # with more room there is more evidence, the gravest's first


def test_where_not_all_have_room_those_that_do_have_evidence_and_the_others_are_counted() -> None:
    few = [shown(listed(3), height_u=quarters / 4) for quarters in range(16, 60)]
    cramped = [tree for tree in few if len(having(tree, "t-anomaly")) < 3]
    assert cramped
    for tree in cramped:
        hidden = 3 - len(having(tree, "t-anomaly"))
        assert str(hidden) in words(having(tree, "t-more")) or f"còn {hidden}" in words(tree)
    assert any(evidence(tree)[0] for tree in cramped)


def test_what_is_said_of_muted_detectors_takes_no_alert_its_place() -> None:
    made = unusual.alerts()
    faults = {**made.payload["items"], "faults": []}
    loud = replace(made, payload={**made.payload, "items": faults})  # type: ignore[typeddict-item]
    for quarters in range(16, 60):
        tree = shown(loud, height_u=quarters / 4, width_u=18)
        told = having(tree, "t-anomaly-muted")
        hidden = 3 - len(having(tree, "t-anomaly"))
        assert len(told) <= (1 if hidden else 2), quarters
        if room_u(tree) >= LEAST + GAP + ABOUT:
            assert told, quarters
            assert "…" not in words(told)  # in short where it has no room in full
            assert "(đúng 4/12)" in words(told) or "1 loại" in words(told)


def test_what_a_person_judged_is_said_and_what_was_wrong_alarms_nobody() -> None:
    right = shown(listed(1, verdict="right"), height_u=16)
    wrong = shown(listed(1, verdict="wrong"), height_u=16)
    fault = shown(listed(1, verdict="fault"), height_u=16)

    assert "người trực: đúng" in words(right)
    assert "Người trực: báo nhầm" in words(wrong)
    assert "Người trực: do cảm biến lỗi" in words(fault)
    assert "status-warning" in right.className
    assert "status-normal" in wrong.className
    assert "status-normal" in fault.className
    assert having(right, "t-mark-warning")
    assert not having(wrong, "t-mark-warning")


def test_r57_an_alert_leads_to_its_newest_value_with_its_series() -> None:
    envelope = listed(3)
    marks = [node["props"].get("data-figure") for node in
             having(shown(envelope, height_u=24), "t-anomaly")]  # fmt: skip
    assert marks == [f"detection.alerts:items/found-{n}" for n in range(3)]
    figure = figure_at(envelope.payload, "items/found-0")
    assert figure is not None
    item: Any = envelope.payload["items"]["active"][0]
    assert [figure["atMs"], figure["value"]] == item["line"]["points"][-1]
    assert (figure["unit"], figure["label"]) == ("km/h", item["title"])
    other: Any = envelope.payload["items"]["active"][1]
    assert "line" not in other
    bare = figure_at(envelope.payload, "items/found-1")
    assert bare is not None
    assert (bare["value"], bare["atMs"], bare["label"]) == (None, other["atMs"], other["title"])
    assert figure_at(envelope.payload, "items/gone") is None
