"""Figures for other systems: the same as on walls, consoles and paper, within one's ceiling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest
from reportlab.platypus import Paragraph

from analytics.brief.finding import Approval, envelope_of
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
from tests.pages.test_brief import RULES, draft

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
        if asked.status_code == 403:  # above this reader
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
    for name in ("forecast.none", "detection.none", "twin.run.none", "forecast..", "brief.morning"):
        answer = viewer.get(f"/api/aggregates/{name}")
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "unknownAggregate")


FOUND = ("detection.alerts", "forecast.air", "twin.latest.traffic")


def test_what_work_has_found_is_answered_and_listed_like_any_aggregate(
    viewer: Client, reach: Desk
) -> None:
    made = [everything()[name] for name in FOUND]
    reach.cache.write_many([*made, replace(made[-1], aggregate="twin.run.a")])
    for each in made:
        answer = viewer.get(f"/api/aggregates/{each.aggregate}")
        assert Envelope.decode(answer.data) == Envelope.decode(each.encode())
        where = f"/api/aggregates/{each.aggregate}"
        assert viewer.get(where, If_None_Match=answer.headers["ETag"]).status_code == 304
    assert viewer.get("/api/aggregates/twin.run.a").status_code == 200
    listed = viewer.get("/api/aggregates").get_json()["aggregates"]
    told = {each["aggregate"]: each for each in listed}
    assert sorted(told) == sorted(FOUND)  # a single run is asked for by its name
    for each in made:
        head = told[each.aggregate]
        assert (head["as_of_ms"], head["stale_after_ms"]) == (each.as_of_ms, each.stale_after_ms)
        assert head["origin"] == each.origin


def test_what_work_has_found_is_as_secret_as_it_says(viewer: Client, reach: Desk) -> None:
    secret = Classification("restricted", frozenset({"party"}))
    forecast, alerts = everything()["forecast.air"], everything()["detection.alerts"]
    private = replace(alerts, datasets=("transport.speed", "security.logins"))
    reach.cache.write_many([replace(forecast, classification=secret), private])
    for name, code in (("forecast.air", "forbidden"), ("detection.alerts", "notShared")):
        answer = viewer.get(f"/api/aggregates/{name}")
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, code)
        assert reach.audit.recent(action="aggregate.read")[0]["target"] == f"aggregate/{name}"
    assert viewer.get("/api/aggregates").get_json()["aggregates"] == []


def test_a_brief_is_answered_once_it_is_let_out_and_a_draft_to_who_may_do_that(
    viewer: Client, leader: Client, reach: Desk
) -> None:
    made = draft(reach)
    open_ = [each for each in made.sentences if each.head.aggregate in ("environment.air",)]
    brief_ = replace(made, sentences=tuple(open_))
    rules = RULES["morning"]
    letting = Approval("leader", {"vi": "Lãnh đạo", "en": "Leader"}, 1.0, brief_.digest)
    reach.cache.write_many(
        replace(
            envelope_of(brief_, rules, reach.city, approval=approval),
            version=1,
            classification=Classification("public"),
        )
        for approval in (None, letting)
    )
    assert open_
    assert viewer.get("/api/aggregates/brief.morning").status_code == 200
    assert viewer.get("/api/aggregates/brief.morning.draft").status_code == 403
    assert leader.get("/api/aggregates/brief.morning.draft").status_code == 200
    listed = viewer.get("/api/aggregates").get_json()["aggregates"]
    assert "brief.morning.draft" not in {each["aggregate"] for each in listed}
    told = replace(open_[0], head=replace(open_[0].head, aggregate="security.logins"))
    shut = replace(made, sentences=(told,))
    letting = replace(letting, digest=shut.digest)
    private = envelope_of(shut, rules, reach.city, approval=letting)
    reach.cache.write(replace(private, version=2))
    answer = leader.get("/api/aggregates/brief.morning")
    assert answer.get_json()["error"]["code"] == "notShared"


def test_nothing_of_an_exercise_is_answered(viewer: Client, reach: Desk) -> None:
    reach.cache.write(replace(everything()["forecast.air"], realm="exercise:ngap"))
    assert viewer.get("/api/aggregates/forecast.air").status_code == 404
    assert viewer.get("/api/aggregates").get_json()["aggregates"] == []
