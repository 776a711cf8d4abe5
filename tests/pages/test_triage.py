"""Requests without a category: a person decides on what is suggested; that is kept as a label."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.voices.labels import CategoryLabels
from data_access.classification import Classification
from tests.layouts.tiles.sample import voices
from tests.pages.browse import Client, words


@pytest.fixture
def suggested(reach):
    made = voices.quality()
    reach.cache.write(made)
    return made


def decide(client: Client, **form: str) -> str:
    answer = client.post("/data/triage/labels", {"request": "request-0", **form})
    assert answer.status_code == 303
    return answer.location


def test_each_suggestion_stands_with_how_sure_it_is_and_how_often_such_ones_were_right(
    operator, suggested
):
    told = words(operator.page("/data/triage"))

    assert (
        "Mô hình chắc 96%; gợi ý lĩnh vực này đúng 91% (84\u00a0–\u00a095) trong 100 nội dung"
        in told
    )
    assert "Gợi ý đúng: 91,5%" in told
    assert "Chưa ai quyết định gợi ý nào" in told


def test_what_somebody_takes_or_changes_is_kept_counted_and_waits_no_more(
    operator, reach, suggested
):
    assert decide(operator, take="drainage").endswith("/data/triage")
    decide(operator, request="request-1", category="trees", take="")
    decide(operator, request="request-2", take="other")

    assert [(each.request_id, each.suggested, each.chosen, each.sure)
            for each in CategoryLabels(reach.engine).newest()] == [
        ("request-0", "drainage", "drainage", 96),
        ("request-1", "waste", "trees", 89),
        ("request-2", "lighting", "other", 82),
    ]  # fmt: skip
    assert [row["outcome"] for row in reach.audit.recent(action="feedback.triage")[:2]] == [
        "ok",
        "asked",
    ]
    page = operator.page("/data/triage")
    assert "Nhận 33% (6\u00a0–\u00a079) gợi ý (1/3)" in words(page)
    assert "chọn “Cây xanh” thay “Rác thải - vệ sinh”" in words(page)
    assert 'value": "request-0' not in str(page)


def test_a_leader_sees_and_does_not_decide(leader, reach, suggested):
    assert "triage-form" not in str(leader.page("/data/triage"))
    assert "problem=forbidden" in decide(leader, take="drainage")
    assert reach.audit.recent(action="feedback.triage")[0]["outcome"] == "refused"
    assert CategoryLabels(reach.engine).newest() == []


@pytest.mark.parametrize(
    "form", [{"take": "nonsense"}, {}, {"category": ""}, {"request": "x", "take": "waste"}]
)
def test_what_is_no_category_or_no_suggestion_is_refused(operator, reach, suggested, form):
    assert "problem=unknown" in decide(operator, **form)
    assert CategoryLabels(reach.engine).newest() == []


def test_what_is_above_ones_ceiling_is_neither_seen_nor_decided(operator, reach, suggested):
    secret = Classification("restricted", frozenset({"x"}))
    reach.cache.write(replace(suggested, classification=secret, version=suggested.version + 1))

    assert "Mô hình chắc" not in words(operator.page("/data/triage"))
    assert "problem=unknown" in decide(operator, take="drainage")


def test_before_anything_was_learned_the_page_says_so(operator):
    told = words(operator.page("/data/triage"))
    assert "Chưa học lần nào" in told
    assert "Gợi ý tốt đến đâu Chưa đo được." in told
