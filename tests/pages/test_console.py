"""The console on every aggregate there is: built in both languages, drawn anew where it changed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from callbacks.console_tiles import as_source
from data_access.classification import Classification
from language import text
from layouts.pages.console_place import GROUPS, Place
from layouts.pages.console_plan import planned
from layouts.pages.console_topics import BOTTLENECKS, GROUP_TILES, TOPICS
from tests.layouts.tiles.sample import NOW_MS, everything
from tests.pages.answerable import tell
from tests.pages.browse import Client, as_text, nodes, words
from wall.errors import ServiceError

SIZE = {"width": 1872, "height": 936}


@pytest.fixture
def cache(reach):
    reach.cache.write_many(everything().values())
    return reach.cache


def _open(client: Client, address: str, size=SIZE):
    answer = client.call(
        "console-bar.children",
        {"console-place.hash": address, "console-size.data": size},
    )
    assert answer.status_code == 200, answer.text
    drawn = answer.get_json()["response"]
    return drawn["console-bar"]["children"], drawn["console-body"]["children"]


def _tiles(tree) -> dict[str, dict]:
    return {
        node["props"]["id"]["tile"]: node
        for node in nodes(tree)
        if isinstance(node["props"].get("id"), dict) and "tile" in node["props"]["id"]
    }


def test_before_the_screen_has_told_its_size_nothing_is_drawn(leader):
    answer = leader.call("console-bar.children", {"console-place.hash": "#/"})
    assert answer.get_json()["response"] == {}


def test_the_city_shows_its_stage_five_bottlenecks_and_five_groups(leader, cache):
    bar, body = _open(leader, "#/")
    assert words(bar).startswith("Thành phố Hà Nội Chạm vào con số")
    for name in ("Úng ngập", "Ùn tắc", "Kinh tế - xã hội", "Phản ánh của dân"):
        assert name in words(body)
    links = [node["props"]["href"] for node in nodes(body) if node["type"] == "A"]
    assert links == [
        "#/g/security/t/stage",
        "#/g/environment/t/b.flooding", "#/g/transport/t/b.congestion", "#/g/environment/t/b.air",
        "#/g/environment/t/b.food_safety", "#/g/security/t/b.urban_order",
        *(f"#/g/{group}" for group in GROUPS),
    ]  # fmt: skip
    assert len(_tiles(body)) == 16


def test_a_bottleneck_names_the_owner_of_its_own_source(leader, cache):
    five = everything()["city.bottlenecks"]
    congestion = {**five.payload["numbers"]["congestion"], "owner": "cong-an"}
    cache.write(replace(five, payload={"numbers": {"congestion": congestion}}))
    _, body = _open(leader, "#/")
    assert "Công an TP Hà Nội" in words(_tiles(body)["b.congestion"])


def test_a_bottleneck_is_doubted_for_its_own_source_alone(leader, cache):
    five = everything()["city.bottlenecks"]
    dataset = five.payload["numbers"]["flooding"]["source"]["dataset"]
    cache.write(replace(five, quality={**five.quality, "below": {dataset: {"accurate": 95.0}}}))
    _, body = _open(leader, "#/")
    shown = {key: words(tree) for key, tree in _tiles(body).items()}
    doubted = {key for key, said in shown.items() if "dưới" in said and "sàn 95%" in said}
    assert doubted == {"b.flooding"}


def test_r10_one_tap_from_a_tile_are_agency_steward_and_due_time(leader, cache, reach):
    tell(reach)
    speed = reach.city.datasets["transport.speed"]
    _, body = _open(leader, "#/g/transport/t/speed/worst_speed")
    told = words(body)
    for agency in (speed.owner, speed.steward):
        assert reach.city.agencies[agency].name["vi"] in told
    assert text("pages.fact.due", "vi") in told


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("group", GROUPS)
def test_every_place_of_a_group_can_be_shown(leader, cache, caplog, group, language):
    leader.post("/session/language", {"language": language})
    places = [Place("group", group), Place("areas", group), Place("area", group, area="00070")]
    places += [Place("tile", group, tile=spec.key) for spec in GROUP_TILES[group]]
    places += [Place("group", group, topic=topic) for topic in TOPICS[group]]
    places += [place.send for place in places[:1]]
    for place in places:
        bar, body = _open(leader, place.href)
        assert words(bar)
        assert words(body)
    assert [record.getMessage() for record in caplog.records] == []


def test_behind_a_camera_are_the_rows_of_that_camera_alone(leader, cache):
    _, body = _open(leader, "#/g/transport/t/picture")
    assert words(body).count("CAM-N16 ·") == 3


def test_a_place_nobody_feeds_says_why(leader):
    _, body = _open(leader, "#/g/transport")
    assert "Đang chờ" in words(body) or "chờ" in words(body).lower()


def test_a_place_this_city_has_no_dataset_for_says_so(leader, reach):
    without = {n: c for n, c in reach.city.datasets.items() if not n.startswith("transport.")}
    object.__setattr__(reach, "city", replace(reach.city, datasets=without))
    _, body = _open(leader, "#/g/transport")
    assert "Thành phố chưa khai báo bộ dữ liệu này" in words(body)
    assert "Đang chờ dữ liệu" not in words(body)


def test_a_bottleneck_without_a_figure_has_no_age_and_comes_from_nowhere(reach):
    shown = everything()[BOTTLENECKS]
    food = {**shown.payload["numbers"]["food_safety"], "value": None, "owner": "y-te"}
    food.pop("source", None)
    shown = replace(shown, payload={"numbers": {"food_safety": food}}, origin="simulated")
    found = as_source(shown, "food_safety", {}, reach.city)
    assert (found.as_of_ms, found.source_at_ms, found.origin) == (None, None, "live")
    assert (found.owner, found.owner_label["vi"]) == ("y-te", "Sở Y tế")


def test_a_tile_leads_to_its_rows_with_owner_and_age(leader, cache):
    bar, body = _open(leader, "#/g/environment/t/air/pm25_median")
    told = words(body)
    assert "Sở Nông nghiệp và Môi trường" in told
    assert "chưa khai báo số điện thoại" in told
    assert "aqiin.csv:1200" in told
    assert "Dòng dữ liệu nguồn" in told
    assert words(bar).startswith("Quay lại Thành phố Hà Nội Môi trường, y tế")


def test_a_unit_shows_everything_known_of_it(leader, cache):
    rain = everything()["environment.rain"].payload["maps"]["areas"]["values"]
    code = next(iter(rain))
    bar, body = _open(leader, f"#/g/environment/a/{code}/environment.rain")
    assert "Mã " + code in words(body)
    assert "mm" in words(body)
    back = next(node for node in nodes(bar) if node["type"] == "A")
    assert back["props"]["href"] == "#/g/environment/areas/environment.rain"


def test_r34_a_department_leads_to_its_projects(leader, cache):
    _, body = _open(leader, "#/g/economy/p/projects/t/investors")
    links = {words(node): node["props"]["href"] for node in nodes(body) if node["type"] == "A"}
    assert links["Ban QLDA Giao thông"].endswith("/t/investors/of.ban-qlda-giao-thong")
    bar, body = _open(leader, links["Ban QLDA Giao thông"])
    assert "Cầu vượt Long Biên (số 12)" in words(body)
    assert "Các dự án khác" in words(body)
    back = next(node for node in nodes(bar) if node["type"] == "A")
    assert back["props"]["href"] == "#/g/economy/p/projects"


def test_r35_a_sector_and_a_unit_show_what_the_map_shows(leader, cache):
    _, body = _open(leader, "#/g/economy/p/business/areas/economy.business")
    links = {words(node): node["props"]["href"] for node in nodes(body) if node["type"] == "A"}
    _, body = _open(leader, links["Bán buôn, bán lẻ"])
    values = everything()["economy.business_sectors"].payload["maps"]["areas.g"]["values"]
    rows = [node for node in nodes(body) if node["props"].get("className") == "unit-row"]
    told = {row["props"]["href"].split("/a/")[1][:5]: words(row) for row in rows}
    assert len(told) == 126
    for code, value in values.items():
        assert told[code].endswith(f" {value['value']}\N{NO-BREAK SPACE}doanh nghiệp")
    assert rows[0]["props"]["href"].endswith("/economy.business")


def test_r42_each_disease_lists_its_units_and_the_map_shows_the_same(leader, cache):
    _, body = _open(leader, "#/g/environment/p/epidemics/areas/health.epidemics")
    links = {words(node): node["props"] for node in nodes(body) if node["type"] == "A"}
    maps = everything()["health.epidemics"].payload["maps"]
    diseases = [each["label"]["vi"] for each in maps.values()]
    assert [name for name in links if name in diseases] == diseases
    assert "is-chosen" in links[diseases[0]]["className"]
    name, layer = list(maps.items())[1]
    _, body = _open(leader, links[layer["label"]["vi"]]["href"])
    rows = [node for node in nodes(body) if node["props"].get("className") == "unit-row"]
    told = {row["props"]["href"].split("/a/")[1][:5]: words(row) for row in rows}
    shown = {code: each["value"] for code, each in layer["values"].items() if each["value"]}
    assert shown, name
    for code, value in shown.items():
        assert f" {value:g}\N{NO-BREAK SPACE}" in told[code]


def test_a_topic_is_chosen_by_its_key(leader, cache):
    _, body = _open(leader, "#/g/economy")
    links = [node["props"] for node in nodes(body) if node["type"] == "A"]
    keys = [each["href"] for each in links if "choice" in each.get("className", "")]
    assert keys == [f"#/g/economy/p/{topic}" for topic in TOPICS["economy"]]
    _, body = _open(leader, keys[3])
    assert "Chi ngân sách" in words(body)


def test_all_units_are_listed_the_highest_first(leader, cache):
    values = everything()["environment.rain"].payload["maps"]["areas"]["values"]
    _, body = _open(leader, "#/g/environment/areas/environment.rain")
    rows = [node for node in nodes(body) if node["props"].get("className") == "unit-row"]
    assert len(rows) == 126
    top = max(values, key=lambda code: values[code]["value"])
    assert f"/a/{top}/" in rows[0]["props"]["href"]


@pytest.mark.parametrize("user", ["viewer", "presenter"])
def test_source_rows_are_for_some_roles_only(server, reach, cache, user):
    client = Client(server).sign_in(user)
    _, body = _open(client, "#/g/environment/t/air")
    assert "Vai trò của bạn không xem được dòng dữ liệu nguồn." in words(body)
    assert "aqiin.csv" not in words(body)


def test_what_is_above_ones_ceiling_is_withheld(viewer, leader, reach, cache):
    secret = replace(everything()["security.logins"], classification=Classification("restricted"))
    cache.write(secret)
    _, body = _open(viewer, "#/g/security")
    assert "Số liệu này cao hơn mức được xem của tài khoản" in words(body)
    _, body = _open(leader, "#/g/security")
    assert "Số liệu này cao hơn" not in words(body)


def test_r45_places_of_incidents_are_sent_to_the_police_alone(viewer, leader, reach, cache):
    body = everything()["security.order"]
    where = {"vi": "Số 5 phố thử nghiệm", "en": "Số 5 phố thử nghiệm"}
    item = {
        "id": "V-1",
        "title": {"vi": "Trộm cắp", "en": "Theft"},
        "severity": "caution",
        "kind": {"vi": "Trật tự", "en": "Order"},
        "atMs": NOW_MS - 60_000.0,
        "place": where,
    }
    points = {
        "label": where,
        "layer": "points",
        "unit": "",
        "decimals": 0,
        "scale": "incident",
        "values": {"V-1": {"value": None, "band": "order", "label": where}},
        "points": {"V-1": [21.03151, 105.85012]},
        "worst": ["V-1"],
    }
    police = Classification("restricted", frozenset({"police"}))
    told = {"items": {"active": [item]}, "maps": {"points": points}}
    cache.write(replace(body, aggregate="security.points", classification=police, payload=told))
    bar, seen = _open(leader, "#/g/security/p/incidents")
    assert "Số 5" in json.dumps(seen, ensure_ascii=False)
    assert "105.85012" in json.dumps(seen, ensure_ascii=False)
    bar, seen = _open(viewer, "#/g/security/p/incidents")
    assert "Số liệu này cao hơn mức được xem của tài khoản" in words(seen)
    assert "Vụ việc trật tự, 24 giờ" in words(seen)  # what is released is there
    for secret in ("Số 5", "105.85012", "V-1"):
        assert secret not in json.dumps(seen, ensure_ascii=False)
        assert secret not in json.dumps(bar, ensure_ascii=False)


def _refresh(client: Client, address: str, versions: dict, shown: dict):
    keys = [tile.key for tile in planned(Place("group", "transport"), 1872, 936)]
    ids = [{"id": {"part": "console-tile", "tile": key}, "property": "id",
            "value": {"part": "console-tile", "tile": key}} for key in keys]  # fmt: skip
    answer = client.call(
        'console-tile","tile":["ALL"]',
        {
            "versions.data": versions,
            '{"part":"console-tile","tile":["ALL"]}.id': ids,
            "console-place.hash": address,
            "console-size.data": SIZE,
            "console-shown.data": shown,
        },
    )
    assert answer.status_code in (200, 204), answer.text
    return answer.get_json()["response"] if answer.status_code == 200 else {}


def _drawn(response: dict) -> set[str]:
    return {
        name.split('"tile":"')[1].split('"')[0]
        for name in response
        if name.startswith("{") and "children" in response[name]
    }


def test_only_tiles_of_what_changed_are_drawn_anew(leader, cache):
    shown = cache.versions()
    response = _refresh(leader, "#/g/transport", shown | {"transport.situations": 8}, shown)
    assert _drawn(response) == {"t.situations"}
    assert response["console-shown"]["data"]["transport.situations"] == 8
    response = _refresh(leader, "#/g/transport", shown | {"transport.speed": 8}, shown)
    assert _drawn(response) == {"t.links", "t.speed", "t.day", "t.worst"}


def test_what_concerns_another_place_draws_nothing(leader, cache):
    shown = cache.versions()
    response = _refresh(leader, "#/g/transport", shown | {"health.dengue": 8}, shown)
    assert _drawn(response) == set()
    assert _refresh(leader, "#/g/transport", shown, shown) == {}


def _send(client: Client, pressed: dict, address="#/g/transport/send"):
    part = pressed["part"]
    keys = "wall" if part == "console-undo" else "scene"
    group = (
        '{"part":"console-undo","wall":["ALL"]}.n_clicks'
        if keys == "wall"
        else '{"part":"console-send","scene":["ALL"],"wall":["ALL"]}.n_clicks'
    )
    import json

    name = json.dumps(pressed, sort_keys=True, separators=(",", ":")) + ".n_clicks"
    value = {"id": pressed, "property": "n_clicks", "value": 1}
    here = {"console-place.hash": address}
    sent = client.call("console-send-result.data", {group: [value], **here}, changed=name)
    assert sent.status_code == 200, sent.text
    result = sent.get_json()["response"]["console-send-result"]["data"]
    return _refreshed(client, {"console-send-result.data": result, **here})


def _refreshed(client: Client, given: dict, **more):
    """Ask for the parts beside the walls' pictures anew."""
    ids = [{"part": "console-offer", "wall": wall} for wall in ("le-lai", "ngo-quyen")]
    shown = [{"id": each, "property": "id", "value": each} for each in ids]
    parts = {'{"part":"console-offer","wall":["ALL"]}.id': shown}
    return client.call("console-offer", {**given, **parts}, **more)


def test_a_leader_sends_a_scene_where_the_wall_lets_leaders(leader, link, reach):
    pressed = {"part": "console-send", "scene": "traffic", "wall": "le-lai"}
    answer = _send(leader, pressed)
    assert answer.status_code == 200, answer.text
    assert link.commands() == ["wall.take"]
    assert "màn đúng lúc" in as_text(answer)
    assert reach.audit.recent(action="wall.take")[0]["actor"] == "leader"


def test_what_was_sent_is_taken_back(leader, link):
    answer = _send(leader, {"part": "console-undo", "wall": "le-lai"})
    assert link.commands() == ["wall.clear"]
    assert "Đã gỡ cảnh thủ công" in as_text(answer)


def test_what_came_of_it_outlives_the_event_of_it_and_stays_where_it_was_asked(leader, link):
    sent = {"place": "#/g/transport/send", "wall": "le-lai", "done": True, "words": "Xong rồi",
            "details": [], "at_ms": NOW_MS}  # fmt: skip
    event = {"console-send-result.data": sent, "wall-event.data": {"count": 1}}
    for address, is_said in (("#/g/transport/send", True), ("#/g/economy/send", False)):
        place = {"console-place.hash": address}
        answer = _refreshed(leader, event | place, changed="wall-event.data")
        assert ("Xong rồi" in as_text(answer)) is is_said


def test_a_viewer_sends_nothing(viewer, link):
    answer = _send(viewer, {"part": "console-send", "scene": "traffic", "wall": "le-lai"})
    assert link.commands() == []
    assert "Vai trò của bạn không được làm việc này." in as_text(answer)
    assert "Vai trò của bạn không được điều khiển màn hình này." in as_text(answer)


def test_a_controller_away_is_not_said_to_be_a_matter_of_roles(leader, link):
    link.refuses["*"] = ServiceError("unavailable", "away")
    _, body = _open(leader, "#/g/transport/send")
    assert "Màn hình vẫn giữ hình đang có." in words(body)
    assert "Vai trò của bạn" not in words(body)


def test_a_bottleneck_leads_to_owner_age_and_rows_of_its_source(leader, cache):
    five = everything()["city.bottlenecks"]
    source = {"dataset": "environment.rain", "indicator": "rain_mm"}
    flooding = {**five.payload["numbers"]["flooding"], "source": source}
    cache.write(replace(five, payload={"numbers": {"flooding": flooding}}))
    bar, body = _open(leader, "#/g/environment/t/b.flooding")
    assert words(bar).startswith("Quay lại Thành phố Hà Nội Môi trường, y tế Úng ngập")
    assert "Sở Xây dựng" in words(body)
    assert "Dòng dữ liệu nguồn" in words(body)
    links = [node["props"]["href"] for node in nodes(body) if node["type"] == "A"]
    assert "#/g/environment/p/nature/areas/environment.rain" in links


def test_away_from_sending_an_event_changes_nothing(leader, link):
    given = {"wall-event.data": {"count": 1}, "console-place.hash": "#/"}
    answer = _refreshed(leader, given)
    assert answer.get_json()["response"] == {}
