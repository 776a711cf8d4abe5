"""When a rule would have fired: asked for on the page, looked after, dropped, and told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callbacks.desk import put
from callbacks.replays import Replays
from data_access.classification import Classification
from tests.pages.a_day import a_day, answers, program
from tests.pages.automatic import automate
from tests.pages.browse import Client, as_text, nodes
from tests.pages.stand_in import envelope
from tests.pages.test_automation import LE_LAI, NUMBERS, _part, words
from wall.errors import ServiceError

PAGE = "/rule?rule=heavy-rain&wall=le-lai"
RESULT = "rule-day-result.children"
TYPED = {
    "rule-day-day.value": "21/09/2026",
    "rule-day-threshold.value": "",
    "rule-day-rule.data": "heavy-rain",
    "rule-day-job.data": None,
}


@pytest.fixture(autouse=True)
def busy(link, reach):
    automate(link)
    reach.cache.write(envelope("rules.sample", payload=NUMBERS))


@pytest.fixture
def replays(tmp_path, server, reach):
    """Begin to answer by a program."""
    made: list[Replays] = []

    def use(command: tuple[str, str]) -> Replays:
        made.append(Replays(command))
        put(server, replace(reach, replays=made[-1]))
        return made[-1]

    yield use
    for each in made:
        each.close()


def _call(client: Client, changed: str, **typed):
    given = {**TYPED, changed: 1, **{f"rule-day-{k}": v for k, v in typed.items()}}
    answer = client.call(RESULT, given, changed=changed)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def _ask(client: Client, **typed):
    return _call(client, "rule-day-ask.n_clicks", **typed)


def _poll(client: Client, job_id: str):
    return _call(client, "rule-day-poll.n_intervals", **{"job.data": job_id})


def _found(client: Client, replays: Replays, **typed):
    """Ask, wait until it is found out, and look; what is found out at once is the first answer."""
    told = _ask(client, **typed)
    if (job_id := told["rule-day-job"]["data"]) is None:
        return told
    job = replays.find(job_id, "operator")
    assert job is not None
    assert job.ended.wait(30)
    return _poll(client, job_id)


def _begun(client: Client, replays: Replays):
    """Ask, anew where it was found out at once, and return what is or was at work."""
    while (job_id := _ask(client)["rule-day-job"]["data"]) is None:
        pass
    job = replays.find(job_id, "operator")
    assert job is not None
    return job


def test_the_way_there_is_in_the_rules_own_row(operator):
    rows = _part(operator.page(LE_LAI), "op-automation")
    ways = [each["props"]["href"] for each in nodes(rows) if each["type"] == "A"]
    assert PAGE in ways
    assert len(ways) == 5  # the rules of this wall


def test_the_page_tells_the_rule_and_begins_with_yesterday(operator):
    tree = operator.page(PAGE)
    assert "Mưa rất to ngưỡng trên 50\u00a0mm" in words(_part(tree, "rule-day-name"))
    typed = [each["props"] for each in nodes(tree) if each["type"] == "Input"]
    day = next(each for each in typed if each.get("id") == "rule-day-day")
    assert day["value"] == "20/09/2026"
    back = next(
        each for each in nodes(tree) if each["props"].get("href") == "/operator?wall=le-lai"
    )
    assert "Điều khiển" in words(back)


def test_a_rule_is_tried_on_the_day_one_looked_at_in_the_past(operator):
    tree = operator.page(f"{PAGE}&date=03/09/2026&time=09:14")
    typed = [each["props"] for each in nodes(tree) if each["type"] == "Input"]
    assert [each["value"] for each in typed if each.get("id") == "rule-day-day"] == ["03/09/2026"]


def test_what_was_found_is_told(operator, replays, tmp_path):
    kept = replays(answers(tmp_path, a_day()))
    shown = _found(operator, kept)
    told = words(shown["rule-day-result"]["children"])
    assert "Thứ Hai, 21/09/2026 Lên cảnh báo 1 lần." in told
    assert "07:23–09:05 · 1 giờ 42 phút" in told
    assert "Mưa 1 giờ (mm)" in told
    assert "07:21:00 Đề xuất cảnh báo" in told
    assert "Không tính phủ quyết của người trực." in told
    assert shown["rule-day-poll"]["disabled"] is True
    assert "--threshold" not in (tmp_path / "asked.txt").read_text()


def test_the_course_has_the_threshold_the_clearing_line_and_the_alarm(operator, replays, tmp_path):
    shown = _found(operator, replays(answers(tmp_path, a_day())))
    graph = next(
        each["props"]["figure"]
        for each in nodes(shown["rule-day-result"]["children"])
        if each["props"].get("id") == "rule-day-graph"
    )
    layout = graph["layout"]
    lines = [each["y0"] for each in layout["shapes"] if each["type"] == "line"]
    assert lines == [50.0, 40.0]
    assert [each["text"] for each in layout["annotations"]] == [
        "ngưỡng 50\u00a0mm",
        "hết khi 40\u00a0mm",
    ]
    day = a_day()
    bands = [(each["x0"], each["x1"]) for each in layout["shapes"] if each["type"] == "rect"]
    times = {each.phase: each.at_ms for each in day.moments[:4]}
    assert bands == [
        (times["proposed"], times["firing"]),
        (times["firing"], times["cooling"]),
    ]
    assert None in graph["data"][0]["y"]  # the hours nobody knows
    assert layout["xaxis"]["ticktext"][:3] == ["00:00", "02:00", "04:00"]


def test_a_calm_day_is_said_to_be_calm(operator, replays, tmp_path):
    shown = _found(operator, replays(answers(tmp_path, a_day(is_calm=True))))
    told = words(shown["rule-day-result"]["children"])
    assert "Lên cảnh báo 0 lần." in told
    assert "Cả ngày quy tắc không đổi trạng thái." in told
    assert "Số liệu là dữ liệu phát lại." in told


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("52,5", "52.5"), ("1.500", "1500.0"), ("52.5", "52.5"), (" -3 ", "-3.0"), ("0", "0.0")],
)
def test_another_threshold_is_read_as_people_here_write_it(
    operator, replays, tmp_path, typed, asked
):
    _found(operator, replays(answers(tmp_path, a_day())), **{"threshold.value": typed})
    assert f"--threshold={asked} " in (tmp_path / "asked.txt").read_text()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"day.value": "2026-09-21"}, "Ngày phải viết như 25/02/2025."),
        ({"day.value": "31/02/2026"}, "Ngày phải viết như 25/02/2025."),
        ({"day.value": "01/01/0000"}, "Ngày phải viết như 25/02/2025."),
        ({"day.value": None}, "Ngày phải viết như 25/02/2025."),
        ({"threshold.value": "nhiều"}, "Ngưỡng phải là một con số."),
        ({"threshold.value": "nan"}, "Ngưỡng phải là một con số."),
        ({"threshold.value": "1e99"}, "Ngưỡng phải là một con số."),
        ({"threshold.value": "1" * 400}, "Ngưỡng phải là một con số."),
        ({"rule.data": "no-such"}, "Không còn quy tắc này."),
        ({"rule.data": "--day"}, "Không còn quy tắc này."),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(operator, reach, typed, says):
    answer = _ask(operator, **typed)
    assert says in words(answer["rule-day-status"]["children"])
    assert answer["rule-day-poll"]["disabled"] is True
    assert reach.replays.find("", "operator") is None


def test_a_question_is_begun_and_can_be_dropped(operator, replays, tmp_path):
    kept = replays(program(tmp_path, "signal.pause()"))
    begun = _ask(operator)
    assert begun["rule-day-poll"]["disabled"] is False
    assert begun["rule-day-cancel"]["disabled"] is False
    assert begun["rule-day-busy"]["hidden"] is False
    job_id = begun["rule-day-job"]["data"]
    assert _poll(operator, job_id)["rule-day-poll"]["disabled"] is False
    answer = _call(operator, "rule-day-cancel.n_clicks", **{"job.data": job_id})
    assert "Đã dừng." in words(answer["rule-day-status"]["children"])
    job = kept.find(job_id, "operator")
    assert job is not None
    assert job.ended.wait(30)


def test_while_somebody_elses_day_is_gone_through_one_waits(operator, server, replays, tmp_path):
    replays(program(tmp_path, "signal.pause()"))
    _ask(operator)
    answer = _ask(Client(server).sign_in("administrator"))
    assert "Một người khác đang tính lại một ngày." in words(answer["rule-day-status"]["children"])


def test_another_persons_answer_is_not_told(operator, server, replays, tmp_path):
    kept = replays(answers(tmp_path, a_day()))
    job = _begun(operator, kept)
    assert job.ended.wait(30)
    answer = _poll(Client(server).sign_in("administrator"), job.job_id)
    assert "hãy hỏi lại" in words(answer["rule-day-status"]["children"])


def test_a_rule_above_the_persons_ceiling_is_not_there(operator, reach, replays, tmp_path):
    secret = Classification("restricted", frozenset({"nobody"}))
    hidden = envelope("rules.sample", payload=NUMBERS, classification=secret, version=2)
    kept = replays(answers(tmp_path, a_day()))
    job = _begun(operator, kept)
    assert job.ended.wait(30)
    reach.cache.write(hidden)
    assert "Không còn quy tắc này." in words(
        _poll(operator, job.job_id)["rule-day-status"]["children"]
    )
    assert "Không còn quy tắc này." in words(operator.page(PAGE))
    assert "Không còn quy tắc này." in words(_ask(operator)["rule-day-status"]["children"])


@pytest.mark.parametrize("user", ["viewer", "leader", "presenter"])
def test_it_is_for_operators(server, user):
    client = Client(server).sign_in(user)
    assert "Mưa rất to" not in words(client.page(PAGE))
    assert client.call(RESULT, {"rule-day-ask.n_clicks": 1, **TYPED}).status_code in (200, 204)
    assert "rule-day-job" not in as_text(client.call(RESULT, {"rule-day-ask.n_clicks": 1, **TYPED}))


def test_without_a_controller_the_page_says_so(operator, link):
    link.refuses["*"] = ServiceError("unavailable", "away")
    assert "bộ điều khiển không trả lời" in words(operator.page(PAGE))
