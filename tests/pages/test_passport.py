"""The passport of a number (R57): one tap, what it says, and to whom it says what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callbacks.passport_view import RULES, formula
from data_access.aggregates.registry import aggregates
from data_access.classification import Classification
from data_access.limits import Limit
from language import LANGUAGES, catalogue
from tests.layouts.tiles.sample import everything
from tests.pages.automatic import exercise
from tests.pages.browse import Client, nodes, words

AIR = "environment.air:numbers/pm25_median"


@pytest.fixture
def cache(reach):
    reach.cache.write_many(everything().values())
    return reach.cache


def ask(client: Client, mark: str, realm: str = ""):
    answer = client.call(
        "passport-body.children", {"passport-asked.data": {"mark": mark, "realm": realm}}
    )
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]["passport-body"]["children"]


def test_r57_a_passport_says_what_whose_how_old_how_good_and_how_made(leader, cache):
    told = words(ask(leader, AIR))
    for expected in (
        "PM2.5 trung vị",
        "đúng bằng số đang hiện",
        "Trung vị nồng độ PM2.5",  # the formula in a sentence
        "Sở Nông nghiệp và Môi trường",
        "chưa khai báo số điện thoại",
        "cập nhật mỗi 1 giờ",
        "61,2%",
        "nhận 20.416 dòng",
        "tram_00.csv:1200",
        "Hiện 20 dòng mới nhất trong 1284 dòng.",
    ):
        assert expected in told


def test_r57_one_that_is_not_the_same_again_says_so(leader, cache):
    tree = ask(leader, "environment.rain:numbers/median_day")
    verdict = next(node for node in nodes(tree) if "data-verdict" in node["props"])
    assert verdict["props"]["data-verdict"] == "differs"
    assert "khác số đang hiện" in words(verdict)


def test_one_that_went_on_from_a_state_nobody_keeps_says_so(leader, reach, cache):
    traced = reach.trace
    object.__setattr__(reach, "trace", lambda *of: replace(traced(*of), agrees=None))
    told = words(ask(leader, AIR))
    assert "không tính lại được như khi đã nói" in told
    assert "đúng bằng số" not in told


def test_r57_cells_and_the_ends_of_lines_have_passports_too(leader, cache):
    assert "PM2.5" in words(ask(leader, "environment.air:tables/stations/0/pm25"))
    line = everything()["environment.air"].payload["series"]["pm25"]["lines"][0]["id"]
    assert "Điểm mới nhất" in words(ask(leader, f"environment.air:series/pm25/{line}"))


def test_r23_a_failing_source_is_said_with_its_reason_and_the_age_of_what_is_left(leader, cache):
    why = "no pm25 in air.csv; expected pm25 (number)"
    air = everything()["environment.air"]
    cache.write(replace(air, quality={**air.quality, "failing": {"environment.air": {"vi": why}}}))
    tree = ask(leader, AIR)
    failing = next(n for n in nodes(tree) if "passport-failing" in n["props"].get("className", ""))
    assert why in words(failing)
    assert any("ioc-age" in n["props"].get("className", "") for n in nodes(tree))


def test_r23_a_failing_source_is_marked_on_its_tile_and_beside_its_owner(leader, cache):
    why = "no pm25 in air.csv; expected pm25 (number)"
    air = everything()["environment.air"]
    cache.write(replace(air, quality={**air.quality, "failing": {"environment.air": {"vi": why}}}))
    answer = leader.call(
        "console-bar.children",
        {
            "console-place.hash": "#/g/environment/t/air/pm25_median",
            "console-size.data": {"width": 1872, "height": 936},
        },
    )
    told = words(answer.get_json()["response"]["console-body"]["children"])
    for expected in ("Nguồn có lỗi", why, "Sở Nông nghiệp và Môi trường", "PM2.5 trung vị"):
        assert expected in told


@pytest.mark.parametrize("user", ["viewer", "presenter"])
def test_source_rows_are_for_some_roles_only(server, reach, cache, user):
    told = words(ask(Client(server).sign_in(user), AIR))
    assert "Vai trò của bạn không xem được dòng dữ liệu nguồn." in told
    assert ".csv:" not in told


def test_a_number_above_ones_ceiling_is_refused_and_that_is_kept(viewer, reach, cache):
    secret = Classification("restricted")
    cache.write(replace(everything()["environment.air"], classification=secret))
    told = words(ask(viewer, AIR))
    assert told == "Số liệu này cao hơn mức được xem của tài khoản."
    assert reach.audit.recent(action="passport")[0]["outcome"] == "refused"


def test_a_number_of_an_exercise_has_one_in_its_frame(leader, reach, cache, link):
    exercise(link)
    there = "exercise:ngap"
    cache.write(replace(everything()["environment.air"], realm=there))
    tree = ask(leader, AIR, there)
    told = words(tree)
    for expected in ("DIỄN TẬP", "PM2.5 trung vị", "đúng bằng số đang hiện", "tram_00.csv:1200"):
        assert expected in told
    assert "61,2%" in told  # as it was when the last whole hour there was over
    frame = next(n for n in nodes(tree) if n["props"].get("data-realm") == there)
    assert "passport-exercise" in frame["props"]["className"]
    assert frame["props"]["data-realm-clock"]


def test_a_number_of_then_has_one_in_the_frame_of_then(leader, reach, cache):
    then = "known:20260921T0214Z"
    cache.write(replace(everything()["environment.air"], realm=then))
    tree = ask(leader, AIR, then)
    assert "NHƯ ĐÃ BIẾT LÚC 09:14 21/09/2026 Không phải số liệu hiện tại." in words(tree)
    frame = next(n for n in nodes(tree) if n["props"].get("data-realm") == then)
    assert "passport-exercise" in frame["props"]["className"]
    assert '"speed": 0' in frame["props"]["data-realm-clock"]


def test_what_nobody_had_measured_by_then_has_no_scores_and_says_so(leader, reach, cache):
    then, traced = "known:20260921T0214Z", reach.trace
    cache.write(replace(everything()["environment.air"], realm=then))

    def unmeasured(*of):
        found = traced(*of)
        return replace(found, origins=tuple(replace(o, scores={}) for o in found.origins))

    object.__setattr__(reach, "trace", unmeasured)
    told = words(ask(leader, AIR, then))
    assert "Lúc ấy chưa đo điểm." in told
    assert "61,2%" not in told


@pytest.mark.parametrize(
    ("mark", "realm", "told"),
    [
        ("environment.air:numbers/mood", "", "không còn"),
        ("no.such:numbers/aqi", "", "không còn"),
        ("environment.air", "", "không còn"),
        (":" * 500, "", "không còn"),
        (AIR, "../live", "không còn"),
        (AIR, "exercise:flood", "diễn tập"),
    ],
)
def test_what_nobody_shows_has_none(leader, cache, mark, realm, told):
    assert told in words(ask(leader, mark, realm))


@pytest.mark.parametrize("path", ["/", "/operator", "/console"])
def test_the_drawer_is_a_dialog_with_a_name_and_a_key_to_close_it(operator, cache, path):
    found = {str(n["props"].get("id")): n for n in nodes(operator.page(path))}
    dialog = found["passport"]
    assert dialog["type"] == "Dialog"
    assert found[dialog["props"]["aria-labelledby"]]["type"] == "H2"
    keys = [n["props"] for n in nodes(dialog) if n["type"] == "Button"]
    assert keys[0]["aria-label"] == "Đóng hộ chiếu"


def test_a_tile_has_a_key_for_its_passport_where_its_rows_are(leader, cache):
    answer = leader.call(
        "console-bar.children",
        {
            "console-place.hash": "#/g/environment/t/air/pm25_median",
            "console-size.data": {"width": 1872, "height": 936},
        },
    )
    body = answer.get_json()["response"]["console-body"]["children"]
    marks = [n["props"]["data-passport"] for n in nodes(body) if "data-passport" in n["props"]]
    assert marks == [AIR]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_formula_is_of_an_aggregate_there_is(language):
    names = {key.rpartition(".")[0] for key in catalogue.load(language, "formulas").words}
    assert names - aggregates().keys() == set()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("vi", "Số bệnh viện có công suất vượt 92% liên tục từ 2 giờ; hết khi từ 85% trở xuống"),
        ("en", "Hospitals over 92% for 2 hours or longer; over once at 85% or less for 45 minutes"),
    ],
)
def test_r57_a_formula_names_the_thresholds_of_this_city(reach, language, told):
    envelope = everything()["health.capacity"]
    rule = Limit(warning=92, after="PT2H", clear=85, clear_after="PT45M")
    city = replace(reach.city, limits={"health.capacity": {"occupancy": rule}})
    assert formula(city, envelope, "numbers/overloaded", language).startswith(told)


def test_r57_without_a_threshold_no_formula_speaks_of_one(reach):
    city = replace(reach.city, limits={})
    for aggregate, number in RULES:
        told = formula(city, everything()[aggregate], f"numbers/{number}", "en")
        assert told == formula(city, everything()[aggregate], "numbers/without_a_sentence", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_r57_every_formula_is_filled(reach, language):
    some = everything()["environment.air"]
    for key in catalogue.load(language, "formulas").words:
        aggregate, _, number = key.rpartition(".")
        told = formula(
            reach.city, replace(some, aggregate=aggregate), f"numbers/{number}", language
        )
        assert told
        assert "{" not in told
        assert "–%" not in told
