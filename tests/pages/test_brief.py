"""The page of briefs: read within one's ceiling, approved as it was read, audited, each."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from analytics.brief.brief import Brief
from analytics.brief.compose import compose
from analytics.brief.finding import envelope_of, finding_in, mark_of
from analytics.brief.rules import read_rules
from callbacks.brief_deeds import published
from callbacks.desk import Desk, put
from data_access.classification import Classification
from jobs.findings import FindingStore
from jobs.store import JobStore
from language import text
from tests.analytics.brief.speaking import speaking
from tests.conftest import ROOT
from tests.layouts.tiles import sample
from tests.pages.browse import Client, nodes, words
from tests.pages.stand_in import NOW_MS

RULES = read_rules(ROOT / "city")
DRAFT = "/brief?kind=morning&state=draft&language=vi"
APPROVED = "/brief?kind=morning&state=approved&language=vi"
SECRET = ("environment.air",)
ABOVE = Classification("restricted")
HOUR_MS = 3_600_000.0


def draft(reach: Desk, kind: Any = "morning", *, age_ms: float = 0.0) -> Brief:
    """Publish a draft of the samples, as the work does."""
    at_ms = NOW_MS - age_ms
    given = {
        name: replace(
            each,
            as_of_ms=at_ms,
            made_at_ms=at_ms,
            classification=Classification("restricted" if name in SECRET else "internal"),
        )
        for name, each in sample.everything().items()
    }
    reach.cache.write_many(e for n, e in given.items() if not n.startswith("brief."))
    about = None
    if kind == "flash":
        about = ("feedback.calls", given["feedback.calls"].payload["items"]["active"][0])
    made = compose(RULES[kind], given, now_ms=at_ms, ceiling=ABOVE, about=about)
    FindingStore(reach.engine).publish(envelope_of(made, RULES[kind], reach.city), "job", NOW_MS)
    return made


def press(client: Client, deed: str, about: str = "", **seen: str) -> Any:
    """Press a key of the page, and return what the callback answers."""
    key = {"about": about, "deed": deed, "part": "brief-deed"}
    name = json.dumps(key, separators=(",", ":"), sort_keys=True)
    pattern = json.dumps({"about": ["ALL"], "deed": ["ALL"], "part": "brief-deed"},
                         separators=(",", ":"))  # fmt: skip
    here = {"kind": "morning", "state": "draft", "language": "vi", "digest": ""} | seen
    answer = client.call(
        "brief-result.children...brief-job.data",
        {
            f"{pattern}.n_clicks": [{"id": key, "property": "n_clicks", "value": 1}],
            "brief-seen.data": here,
        },
        changed=f"{name}.n_clicks",
    )
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def marks(tree: Any) -> set[str]:
    return {n["props"]["data-figure"] for n in nodes(tree) if "data-figure" in n["props"]}


def keys(tree: Any) -> set[str]:
    found = [n["props"].get("id") for n in nodes(tree)]
    return {each["deed"] for each in found if isinstance(each, dict) and "deed" in each}


def actions(reach: Desk, action: str) -> list[tuple[str, str | None]]:
    return [(row["outcome"], row["code"]) for row in reach.audit.recent(action=action)][::-1]


def test_r57_every_figure_of_a_sentence_is_a_tap_away_from_its_rows(
    operator: Client, reach: Desk
) -> None:
    made = draft(reach)
    tree = operator.page(DRAFT)
    found = finding_in(published(reach, "brief.morning.draft"))
    assert found is not None
    wanted = {
        mark_of(found, s, p.figure)
        for s in made.sentences for p in s.pieces["vi"] if p.figure is not None
    }  # fmt: skip
    assert marks(tree) == wanted
    told = words(tree)
    assert text("brief.draft", "vi") in told
    assert made.digest in told
    for silence in made.silences:
        assert silence.label["vi"] in told
    mark = next(mark for mark in sorted(wanted) if "/closures/" in mark)
    answer = operator.call("passport-body.children", {"passport-asked.data": {"mark": mark}})
    body = words(answer.get_json()["response"]["passport-body"]["children"])
    assert text("passport.part.formula", "vi") in body


def test_r57_a_mark_of_a_brief_that_is_another_by_now_has_no_passport(
    operator: Client, reach: Desk
) -> None:
    draft(reach)
    marked = {"mark": "brief.morning.draft:000000000000/speed/0"}
    answer = operator.call("passport-body.children", {"passport-asked.data": marked})
    known = {"mark": "nothing:numbers/x"}
    unknown = operator.call("passport-body.children", {"passport-asked.data": known})
    assert answer.get_json() == unknown.get_json()


def test_r17_a_leader_approves_what_was_read_and_it_is_published_with_its_text_in_the_audit(
    leader: Client, reach: Desk
) -> None:
    made = draft(reach)
    assert "approve" in keys(leader.page(DRAFT))
    told = press(leader, "approve", digest=made.digest)
    assert text("brief.done.approved", "vi") in words(told["brief-result"]["children"])
    assert told["brief-seen"]["data"]["state"] == "approved"
    envelope = published(reach, "brief.morning")
    found = finding_in(envelope)
    assert found is not None
    assert found.approval is not None
    assert (found.approval.user_id, found.digest) == ("leader", made.digest)
    (_, done) = reach.audit.recent(action="brief.approve")[::-1]
    assert done["outcome"] == "ok"
    assert done["detail"]["digest"] == made.digest
    assert done["detail"]["text"]["vi"] == [each.text("vi") for each in made.sentences]
    for path in (APPROVED, DRAFT):  # the draft that was read is no draft any more
        tree = leader.page(path)
        assert "approve" not in keys(tree)
        assert text("brief.draft", "vi") not in words(tree)


def test_r17_a_draft_that_has_changed_or_is_old_is_not_approved(
    leader: Client, reach: Desk
) -> None:
    draft(reach)
    told = press(leader, "approve", digest="0" * 64)
    assert text("brief.error.changed", "vi") in words(told["brief-result"]["children"])
    old = draft(reach, age_ms=25 * HOUR_MS)
    told = press(leader, "approve", digest=old.digest)
    assert text("brief.error.stale", "vi") in words(told["brief-result"]["children"])
    assert published(reach, "brief.morning") is None
    assert actions(reach, "brief.approve") == [("refused", "changed"), ("refused", "stale")]


def test_a_viewer_reads_only_what_is_approved_and_may_not_approve(
    viewer: Client, leader: Client, reach: Desk
) -> None:
    made = draft(reach)
    assert text("brief.none.morning", "vi") in words(viewer.page(DRAFT))
    told = press(viewer, "approve", digest=made.digest)
    assert text("brief.error.forbidden", "vi") in words(told["brief-result"]["children"])
    assert viewer.get("/brief/pdf?kind=morning&state=draft&language=vi").status_code == 403
    press(leader, "approve", digest=made.digest)
    tree = viewer.page(DRAFT)
    assert marks(tree)
    assert keys(tree) == set()


def test_a_reader_with_a_lower_ceiling_gets_the_brief_without_what_is_above(
    viewer: Client, leader: Client, reach: Desk
) -> None:
    made = draft(reach)
    press(leader, "approve", digest=made.digest)
    secret = [each.id for each in made.sentences if each.head.aggregate in SECRET]
    assert secret == ["air"]
    told, whole = marks(viewer.page(APPROVED)), marks(leader.page(APPROVED))
    hidden = {mark for mark in whole if "/air/" in mark}
    assert hidden
    assert told == whole - hidden
    answer = viewer.call("passport-body.children", {"passport-asked.data": {"mark": hidden.pop()}})
    body = words(answer.get_json()["response"]["passport-body"]["children"])
    assert text("passport.refused.forbidden", "vi") in body


def test_a_brief_is_asked_for_as_a_job_and_the_page_follows_it(
    operator: Client, reach: Desk
) -> None:
    told = press(operator, "make", "morning")
    job = JobStore(reach.engine).find(told["brief-job"]["data"])
    assert job is not None
    assert job.inputs == {"what": "morning", "rephrase": False, "atMs": NOW_MS}
    assert (job.person_id, told["brief-again"]["disabled"]) == ("operator", False)
    assert actions(reach, "brief.make") == [("asked", None), ("ok", None)]
    here = {"kind": "morning", "state": "draft", "language": "vi", "digest": ""}
    answer = operator.call(
        "brief-result.children@",
        {"brief-again.n_intervals": 1, "brief-job.data": job.id, "brief-seen.data": here},
    )
    said = words(answer.get_json()["response"]["brief-result"]["children"])
    assert said == text("brief.page.waiting", "vi")
    JobStore(reach.engine).cancel(job.id, NOW_MS)
    answer = operator.call(
        "brief-result.children@",
        {"brief-again.n_intervals": 2, "brief-job.data": job.id, "brief-seen.data": here},
    )
    assert answer.get_json()["response"]["brief-again"] == {"disabled": True}


def test_a_flash_brief_is_made_of_an_alert_that_is_tapped(operator: Client, reach: Desk) -> None:
    draft(reach, "flash")
    tree = operator.page("/brief?kind=flash")
    assert "flash" in keys(tree)
    told = press(operator, "flash", "feedback.calls:calls-drainage", kind="flash")
    job = JobStore(reach.engine).find(told["brief-job"]["data"])
    assert job is not None
    assert job.inputs["about"] == {"aggregate": "feedback.calls", "item": "calls-drainage"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_r17_the_brief_is_a_pdf_in_both_languages(
    operator: Client, reach: Desk, language: str
) -> None:
    draft(reach)
    answer = operator.get(f"/brief/pdf?kind=morning&state=draft&language={language}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    again = operator.get(f"/brief/pdf?kind=morning&state=draft&language={language}")
    assert again.data == answer.data
    assert actions(reach, "brief.pdf") == [("ok", None), ("ok", None)]
    assert operator.get("/brief/pdf?kind=evening&language=vi").status_code == 400
    assert operator.get("/brief/pdf?kind=flash&language=vi").status_code == 404


def test_what_the_address_asks_for_and_is_not_there_is_the_default(operator: Client) -> None:
    tree = operator.page("/brief?kind=x&state=y&language=zz")
    assert text("brief.none.draft", "vi") in words(tree)


def test_nothing_is_made_anew_before_there_is_a_draft(operator: Client, reach: Desk) -> None:
    assert "Lập bản nháp" in words(operator.page("/brief"))
    draft(reach, "morning")
    told = words(operator.page("/brief"))
    assert "Lập lại" in told
    assert "Lập bản nháp" not in told


def test_questions_are_there_only_with_an_endpoint_and_their_answers_are_held_to_the_rows(
    server: Flask, reach: Desk
) -> None:
    operator = Client(server).sign_in("operator")
    made = draft(reach)
    assert "brief-question" not in str(operator.page(DRAFT))
    sentence = next(s for s in made.sentences if s.id == "closures")
    with speaking() as endpoint:
        ai = {"ai_url": endpoint.url, "ai_model": "qwen", "ai_ceiling": "internal"}
        put(server, replace(reach, settings=reach.settings.model_copy(update=ai)))
        assert "brief-question" in str(operator.page(DRAFT))
        endpoint.answers([{"text": sentence.text("vi"), "of": ["closures"]},
                          {"text": "Có 999 trường.", "of": ["closures"]}])  # fmt: skip
        here = {"kind": "morning", "state": "draft", "language": "vi", "digest": made.digest}
        values = {
            "brief-ask.n_clicks": 1,
            "brief-question.value": "Trường nào đóng cửa?",
            "brief-seen.data": here,
        }
        answer = operator.call("brief-answer.children", values)
        told = words(answer.get_json()["response"]["brief-answer"]["children"])
        assert sentence.text("vi").replace("\u00a0", " ") in told
        assert "999" not in told
        assert text("brief.page.answer_refused", "vi", count=1) in told
        endpoint.says("nonsense")
        answer = operator.call("brief-answer.children", values)
        assert text("brief.endpoint.broken", "vi") in words(
            answer.get_json()["response"]["brief-answer"]["children"]
        )
    assert actions(reach, "brief.ask") == [("asked", None), ("ok", None),
                                           ("asked", None), ("failed", "broken")]  # fmt: skip


def test_a_brief_of_then_is_read_as_it_was_and_nothing_is_done_with_it(operator, reach):
    then_ms = NOW_MS - 6 * HOUR_MS
    made = draft(reach, age_ms=6 * HOUR_MS)
    findings = FindingStore(reach.engine)
    old = envelope_of(made, RULES["morning"], reach.city)
    findings.publish(replace(old, aggregate="brief.morning.draft"), "job", then_ms - 60_000)
    new = draft(reach)
    assert made.made_at_ms != new.made_at_ms
    tree = operator.page(f"{DRAFT}&date=21/09/2026&time=15:13")
    assert "NHƯ ĐÃ BIẾT LÚC 15:13 21/09/2026" in words(tree)
    assert keys(tree) == set()
    assert not [n for n in nodes(tree) if "/brief/pdf" in str(n["props"].get("href"))]
    assert keys(operator.page(DRAFT))
