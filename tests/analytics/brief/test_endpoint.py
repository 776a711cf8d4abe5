"""The endpoint is asked within bounds, sent no more than its ceiling, and believed nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from analytics.brief.brief import Brief
from analytics.brief.endpoint import MOST_BYTES, Endpoint, endpoint_of
from analytics.brief.errors import EndpointError
from analytics.brief.rephrase import answer, rephrase
from data_access.classification import Classification
from settings import load_settings
from tests.analytics.brief.making import brief, envelope, number, rules, sentence, text
from tests.analytics.brief.speaking import Speaking, speaking

INTERNAL = Classification("internal")


@pytest.fixture(scope="module")
def shared() -> Iterator[Speaking]:
    with speaking() as server:
        yield server


@pytest.fixture
def server(shared: Speaking) -> Speaking:
    shared.asked.clear()
    shared.keys.clear()
    return shared


@pytest.fixture
def two() -> Brief:
    of = rules(
        sentence(),
        sentence(id="beds", aggregate="health.capacity", group="environment",
                 say=[{"words": text("Giường trống: {speed}", "Free beds: {speed}")}]),
    )  # fmt: skip
    beds = {"numbers": {"mean_speed": number(44, "giường", 0)}}
    return brief(envelope(level="public"), envelope("health.capacity", beds), of=of)


def at(server: Speaking, **more: Any) -> Endpoint:
    return Endpoint(server.url, "qwen", **({"ceiling": INTERNAL, "timeout_s": 5.0} | more))


def texts(made: Brief) -> list[str]:
    return [each.text("vi").replace("\u00a0", " ") for each in made.sentences]


RULES = ["Tốc độ trung bình 35,6 km/h.", "Giường trống: 44 giường."]
BETTER = "Xe chạy trung bình 35,6 km/h."


def test_sentences_that_keep_their_figures_are_taken_with_their_marks(
    server: Speaking, two: Brief
) -> None:
    server.answers([{"id": "speed", "text": BETTER}, {"id": "beds", "text": RULES[1]}])
    done = rephrase(two, at(server, key="k-1"), language="vi")
    assert texts(done.brief) == [BETTER, RULES[1]]
    assert (done.accepted, done.refused) == (("speed",), ())
    (figure,) = [p for p in done.brief.sentences[0].pieces["vi"] if p.figure is not None]
    assert figure.words == two.sentences[0].figures[0].written["vi"]
    assert done.brief.sentences[0].text("en") == two.sentences[0].text("en")
    assert server.keys == ["Bearer k-1"]
    assert server.asked[0]["model"] == "qwen"


@pytest.mark.parametrize(
    "lie",
    ["Xe chạy 36,5 km/h.", "Xe chạy 35,6 %.", "Xe chạy ba mươi lăm km/h.", "Xe chạy chậm.",
     "Xe chạy 35,6 km/h vào 30/11/2026.", "Xe chạy 35,6 km/h, giảm so với hôm qua."],
)  # fmt: skip
def test_a_lie_is_refused_and_what_the_rules_wrote_stands(
    server: Speaking, two: Brief, lie: str
) -> None:
    server.answers([{"id": "speed", "text": lie}, {"id": "nobody", "text": "44 giường"}])
    done = rephrase(two, at(server), language="vi")
    assert (texts(done.brief), done.accepted) == (RULES, ())
    assert [(each.sentence_id, each.text) for each in done.refused] == [("speed", lie)]
    assert done.refused[0].refusals


def test_nothing_above_its_ceiling_is_sent(server: Speaking, two: Brief) -> None:
    server.answers([{"id": "beds", "text": "Giường trống: 44 giường, đủ dùng."}])
    done = rephrase(two, at(server, ceiling=Classification("public")), language="vi")
    assert [each["id"] for each in server.told] == ["speed"]
    assert "giường" not in str(server.asked)
    assert (done.sent, texts(done.brief)) == (("speed",), RULES)
    secret = brief(envelope(level="restricted"), of=rules(ceiling={"level": "restricted"}))
    server.asked.clear()
    assert rephrase(secret, at(server), language="vi").sent == ()
    assert answer("?", secret, at(server), language="vi").sent == ()
    assert server.asked == []


async def _slow(_asked: Any) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.json_response({})


async def _huge(_asked: Any) -> web.StreamResponse:
    return web.Response(body=b" " * (MOST_BYTES + 1))


async def _error(_asked: Any) -> web.StreamResponse:
    return web.Response(status=500)


async def _elsewhere(_asked: Any) -> web.StreamResponse:
    raise web.HTTPTemporaryRedirect("http://127.0.0.1:1/v1/chat/completions")


async def _no_json(_asked: Any) -> web.StreamResponse:
    return web.Response(body=b"<html>")


@pytest.mark.parametrize(
    ("reply", "code"),
    [(_slow, "late"), (_huge, "large"), (_error, "refused"), (_elsewhere, "refused"),
     (_no_json, "broken")],
)  # fmt: skip
def test_what_is_slow_huge_or_broken_ends_in_time(
    server: Speaking, two: Brief, reply: Any, code: str
) -> None:
    server.reply = reply
    with pytest.raises(EndpointError) as caught:
        rephrase(two, at(server, timeout_s=0.3 if code == "late" else 5.0), language="vi")
    assert caught.value.code == code


@pytest.mark.parametrize(
    "content", ["", "Xin chào", "[]", '{"sentences": [{"text": 3}]}', '{"sentences": "x"}', None]
)
def test_what_is_not_of_the_shape_asked_for_is_broken(
    server: Speaking, two: Brief, content: Any
) -> None:
    server.says(content)
    with pytest.raises(EndpointError) as caught:
        rephrase(two, at(server), language="vi")
    assert caught.value.code == "broken"


def test_an_answer_that_was_cut_off_is_broken(server: Speaking, two: Brief) -> None:
    server.says('{"sentences": []}', "length")
    with pytest.raises(EndpointError):
        rephrase(two, at(server), language="vi")


def test_one_that_is_not_there_is_unreachable(two: Brief) -> None:
    with pytest.raises(EndpointError) as caught:
        rephrase(two, Endpoint("http://127.0.0.1:9/v1", "qwen", INTERNAL), language="vi")
    assert caught.value.code == "unreachable"


def test_an_answer_has_the_figures_of_the_sentences_it_names_and_no_others(
    server: Speaking, two: Brief
) -> None:
    server.answers(
        [
            {"text": "Còn 44 giường trống.", "of": ["beds"]},
            {"text": "Xe chạy 35,6 km/h.", "of": ["beds"]},
            {"text": "Xe chạy 44 km/h.", "of": ["speed", "beds"]},
            {"text": "Mọi việc ổn.", "of": []},
        ]
    )
    told = answer("Còn bao nhiêu giường?\u0000" + "x" * 9000, two, at(server), language="vi")
    assert told.parts == (("Còn 44 giường trống.", ("beds",)),)
    assert len(told.refused) == 3
    assert len(server.asked[0]["messages"][2]["content"]) <= 400


def test_r17_without_the_settings_there_is_none_and_both_belong_together() -> None:
    assert endpoint_of(load_settings({}, env_file=None)) is None
    given = {"IOC_AI_URL": "https://ai.example.org/v1", "IOC_AI_MODEL": "qwen",
             "IOC_SECRET_AI_KEY": "k", "IOC_AI_CEILING": "internal"}  # fmt: skip
    found = endpoint_of(load_settings(given, env_file=None))
    assert found == Endpoint("https://ai.example.org/v1", "qwen", INTERNAL, "k")
    assert endpoint_of(load_settings(given | {"IOC_SECRET_AI_KEY": ""}, env_file=None)) is not None
