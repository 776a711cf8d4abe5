"""Exercises on the operator's page: seen, started, steered, and brought to a wall and back."""

from __future__ import annotations

import json

import pytest

from callbacks.typed import typed_stretch_ms
from tests.pages.automatic import exercise, exercise_body
from tests.pages.browse import Client, as_text, nodes
from tests.pages.stand_in import NOW_MS
from tests.pages.test_automation import LE_LAI, _keys, _part, _press, words
from wall.errors import ServiceError

DAY_MS = 86_400_000.0


@pytest.fixture(autouse=True)
def played(link):
    exercise(link)


def _view(client: Client):
    return _part(client.page(LE_LAI), "exercises")


def _asked(link) -> list[tuple[str, dict]]:
    return [(op, args) for op, args, _ in link.asked if op in link.commands()]


def _start(client: Client, **typed: str):
    fields = {"day": "20/09/2026", "from": "7:00", "until": "9:30", "speed": "60", **typed}
    values = {"exercise-start.n_clicks": 1}
    values |= {f"exercise-{name}.value": each for name, each in fields.items()}
    return client.call("operator-done.data@", values, changed="exercise-start.n_clicks")


def _named(tree, name: str) -> list:
    return [each for each in nodes(tree) if name in str(each["props"].get("className")).split()]


def test_what_is_played_says_what_time_it_is_there_and_how_it_goes(operator):
    first, second = _named(_view(operator), "exercise")
    assert "Ngập 21/09/2026" in words(first)
    assert "× 60" in words(_part(first, "exercise-pace"))
    clock = json.loads(_part(first, "exercise-time")["props"]["data-realm-clock"])
    assert (clock["speed"], clock["glassAtMs"]) == (60, NOW_MS - DAY_MS + 600_000)
    assert "đang chuẩn bị, 42" in words(second)


def test_the_wall_says_that_it_is_exercised_and_can_be_brought_back(operator):
    page = operator.page(LE_LAI)
    assert "DIỄN TẬP Ngập 21/09/2026" in words(_part(page, "guard-exercise"))
    assert ("wall.realm", "live") in _keys(_part(page, "op-guard"))
    assert "DIỄN TẬP" in words(_part(page, "tally-exercise"))
    keys = _keys(_view(operator))
    assert ("wall.realm", "exercise:ket-xe") in keys
    assert ("wall.realm", "exercise:ngap") not in keys  # it is there


@pytest.mark.parametrize(
    ("do", "about", "op", "args"),
    [
        ("exercise.pause", "ngap", "exercise.pause", {"exerciseId": "ngap", "on": True}),
        ("exercise.resume", "ngap", "exercise.pause", {"exerciseId": "ngap", "on": False}),
        ("exercise.speed", "ngap|30", "exercise.speed", {"exerciseId": "ngap", "speed": 30.0}),
        (
            "exercise.again",
            "ngap",
            "exercise.go",
            {"exerciseId": "ngap", "glassAtMs": NOW_MS - DAY_MS},
        ),
        ("exercise.end", "ngap", "exercise.end", {"exerciseId": "ngap"}),
        ("wall.realm", "live", "wall.realm", {"wallId": "le-lai", "realm": "live"}),
    ],
)
def test_a_key_does_what_it_says(operator, link, reach, do, about, op, args):
    answer = _press(operator, do, about)
    assert _asked(link) == [(op, args)]
    assert "is-refused" not in as_text(answer)
    kept = reach.audit.recent(action=op)[0]
    assert kept["outcome"] == "ok"
    assert kept["target"] == ("wall/le-lai" if "wallId" in args else "exercise/ngap")


def test_who_brought_a_wall_there_and_back_is_told(operator, link):
    for each in ("exercise:ngap", "live"):
        _press(operator, "wall.realm", each)
    link.switches["le-lai"][0]["realm"] = "exercise:ngap"
    page = operator.page(LE_LAI)
    deeds = words(_part(page, "op-deeds"))
    assert "vào diễn tập" in deeds
    assert "về trực tiếp" in deeds
    assert "DIỄN TẬP" in words(_part(page, "op-switches"))


def test_a_recorded_day_is_started_at_a_speed(operator, link):
    answer = _start(operator)
    ((op, args),) = _asked(link)
    assert op == "exercise.start"
    assert (args["fromAtMs"], args["toAtMs"]) == typed_stretch_ms(
        "20/09/2026", "7:00", "9:30", timezone="Asia/Ho_Chi_Minh"
    )
    assert (args["speed"], args["name"]) == (60.0, "20/09/2026 07:00")
    assert args["exerciseId"].startswith("260920-0700-")
    assert "Đã bắt đầu diễn tập" in as_text(answer)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day": "31/02/2026"}, "dd/mm/yyyy"),
        ({"from": "25:00"}, "dd/mm/yyyy"),
        ({"speed": "fast"}, "dd/mm/yyyy"),
        ({"day": "20/09/9999"}, "chưa diễn ra"),
    ],
)
def test_what_cannot_be_played_is_said(operator, link, typed, said):
    assert said in as_text(_start(operator, **typed))
    assert _asked(link) == []


def test_a_stretch_over_midnight_ends_on_the_next_day():
    for ends, hours in (("6:00", 11), ("24:00", 5), ("19:00", 24)):
        begin, end = typed_stretch_ms("20/09/2026", "19:00", ends, timezone="Asia/Ho_Chi_Minh")
        assert (end - begin) / 3_600_000 == hours


def test_outputs_that_cannot_mark_an_exercise_are_named(operator, link):
    outputs = [{"outputId": "a3", "status": "unframed"}]
    link.refuses["wall.realm"] = ServiceError("cannotFrame", "no", {"outputs": outputs})
    told = as_text(_press(operator, "wall.realm", "exercise:ngap"))
    assert "DIỄN TẬP" in told
    assert "a3" in told
    assert "không đánh dấu được" in told


def test_who_may_not_command_starts_nothing(server, link):
    leader = Client(server).sign_in("leader")
    assert "is-refused" in as_text(_start(leader))
    assert _asked(link) == []


def test_an_exercise_that_is_over_or_stands_says_so(operator, link):
    link.exercises = [
        exercise_body("a", "A", isPaused=True),
        exercise_body("b", "B", speed=60, now_ms=NOW_MS - 10 * DAY_MS),
        exercise_body("c", "C", phase="failed"),
    ]
    told = words(_view(operator))
    for each in ("tạm dừng", "hết đoạn đã ghi", "không phát được"):
        assert each in told
