"""Figures for other systems: the same as on walls, consoles and paper, within one's ceiling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest
from reportlab.platypus import Paragraph

from callbacks.desk import Desk
from data_access.classification import Classification
from data_access.envelope import Envelope
from data_access.figure import figure_at
from language import number
from layouts.documents import brief, sheet
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.layouts.tiles.sample import everything
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, words
from tests.pages.browse import Client
from tests.pages.test_brief import draft

AIR = "environment.air"
WHERE = f"/api/aggregates/{AIR}"


def _bare(text: str) -> str:
    """Return a text without blanks: paper breaks lines where it must."""
    return "".join(text.split())


def _printed(story: Iterable[Any]) -> Iterator[str]:
    """Yield the words of what is laid out on paper."""
    for each in story:
        if isinstance(each, Paragraph):
            yield each.getPlainText()
        else:
            yield from _printed(getattr(each, "_content", ()))


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was laid out on paper; the paper is made all the same."""
    said: list[str] = []

    def noted(story: list[Any], **more: Any) -> bytes:
        said.extend(_printed(story))
        return sheet.document(story, **more)

    monkeypatch.setattr(brief, "document", noted)
    return said


@pytest.mark.parametrize("language", ["vi", "en"])
def test_r07_a_number_is_the_same_on_a_wall_on_paper_and_for_other_systems(
    leader: Client, reach: Desk, paper: list[str], language: Literal["vi", "en"]
) -> None:
    made = draft(reach)
    answer = leader.get(f"/brief/pdf?kind=morning&state=draft&language={language}")
    assert (answer.status_code, answer.data[:5]) == (200, b"%PDF-")
    printed, compared = _bare("".join(paper)), 0
    for sentence in made.sentences:
        head = sentence.head
        asked = leader.get(f"/api/aggregates/{head.aggregate}")
        if asked.status_code in (403, 404):  # above this reader, or a finding of work
            continue
        told: Any = asked.get_json()
        assert (told["as_of_ms"], told["version"]) == (head.as_of_ms, head.version)
        shown = reach.cache.read(head.aggregate)
        assert shown is not None
        for figure in sentence.figures:
            kind, _, name = figure.address.partition("/")
            found = figure_at(told["payload"], figure.address)
            if found is None or (kind, figure.part) != ("numbers", "value"):
                continue
            assert found["value"] == figure.value
            tile = build(
                "kpi",
                {"aggregate": head.aggregate, "numbers": [name]},
                Frame(1920, 1080, 76, language=language),
                {head.aggregate: shown},
                context(),
            )
            written = number(found["value"], decimals=found["decimals"], language=language)
            (large,) = [words(each) for each in having(tile, "t-kpi-main")]
            assert written in large
            assert figure.written[language].startswith(written)
            assert _bare(figure.written[language]) in printed
            compared += 1
    assert compared > 8


def test_an_aggregate_is_answered_as_it_was_made(viewer: Client, reach: Desk) -> None:
    made = everything()[AIR]
    reach.cache.write_many([made])
    answer = viewer.get(WHERE)
    assert answer.mimetype == "application/json"
    assert Envelope.decode(answer.data) == Envelope.decode(made.encode())
    assert viewer.get(WHERE, If_None_Match=answer.headers["ETag"]).status_code == 304
    reach.cache.write_many([replace(made, version=made.version + 1)])
    assert viewer.get(WHERE, If_None_Match=answer.headers["ETag"]).status_code == 200


def test_what_is_above_a_ceiling_is_refused_and_in_no_list(viewer: Client, reach: Desk) -> None:
    secret = Classification("restricted", frozenset({"party"}))
    made = everything()
    reach.cache.write_many([made["transport.speed"], replace(made[AIR], classification=secret)])
    listed = viewer.get("/api/aggregates").get_json()["aggregates"]
    assert [each["aggregate"] for each in listed] == ["transport.speed"]
    answer = viewer.get(WHERE)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "forbidden")
    row = reach.audit.recent(action="aggregate.read")[0]
    assert (row["actor"], row["outcome"]) == ("viewer", "refused")
    assert row["target"] == f"aggregate/{AIR}"
    used = reach.usage.of(AIR, now_ms=reach.now_ms(), days=1)
    assert [(each.answered, each.refused) for each in used] == [(0, 1)]


def test_of_what_is_private_only_what_was_released_is_answered(
    operator: Client, reach: Desk
) -> None:
    made = everything()
    names = ("security.logins", "security.order")  # both of datasets that are private
    reach.cache.write_many(made[each] for each in names)
    answer = operator.get("/api/aggregates/security.logins")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "notShared")
    assert reach.audit.recent(action="aggregate.read")[0]["code"] == "notShared"
    assert operator.get("/api/aggregates/security.order").status_code == 200
    listed = operator.get("/api/aggregates").get_json()["aggregates"]
    assert [each["aggregate"] for each in listed] == ["security.order"]


def test_what_there_is_not_is_told_apart_from_what_is_not_there_yet(
    viewer: Client, stranger: Client
) -> None:
    assert viewer.get("/api/aggregates/no.such").status_code == 404
    assert viewer.get(WHERE).status_code == 503
    assert stranger.get(WHERE, Accept="application/json").status_code == 401
