"""The render role: one tree a render and version, whoever shows it; what fails harms no other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from callbacks.render import NEVER_STALE_MS, Renderer
from data_access.cache import EnvelopeCache, open_cache
from data_access.city import City, load_city
from data_access.classification import Classification
from data_access.envelope import Envelope
from layouts.tiles import kpi
from layouts.tiles.registry import kinds
from settings import Settings
from tests.callbacks.rendered import AIR, PRICES, RAIN, other_figure, words
from tests.conftest import ROOT
from tests.layouts.tiles.sample import NOW_MS, everything


def wanted(
    render_id: str, kind: str = "kpi", options: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Return an entry of `wanted` as the controller says it."""
    body = {
        "renderId": render_id,
        "realm": "live",
        "kind": kind,
        "options": {"aggregate": AIR, "numbers": ["aqi"]} if options is None else options,
        "sizePx": {"width": 960, "height": 540},
        "unitPx": 32,
        "detail": "wall",
        "language": "vi",
    }
    return body | more


def of(aggregate: str, number: str) -> dict[str, Any]:
    return {"aggregate": aggregate, "numbers": [number]}


@dataclass
class Desk:
    """A renderer over a cache in a folder, with a clock of its own."""

    cache: EnvelopeCache
    city: City
    now_s: float = NOW_MS / 1000
    envelopes: dict[str, Envelope] = field(default_factory=lambda: dict(everything()))

    def __post_init__(self) -> None:
        self.cache.write_many(self.envelopes.values())
        self.renderer = Renderer(self.cache, self.city, clock=lambda: self.now_s)

    def write(self, aggregate: str, **changed: Any) -> None:
        """Write the next version of an envelope."""
        old = self.envelopes[aggregate]
        self.envelopes[aggregate] = replace(old, version=old.version + 1, **changed)
        self.cache.write(self.envelopes[aggregate])

    def want(self, *renders: Any) -> dict[str, dict[str, Any]]:
        return {fields["renderId"]: fields for fields in self.renderer.want(renders)}

    def changed(self, *names: str) -> dict[str, dict[str, Any]]:
        return {fields["renderId"]: fields for fields in self.renderer.changed(names)}


@pytest.fixture(scope="session")
def city() -> City:
    return load_city(ROOT / "city")


@pytest.fixture
def desk(tmp_path: Path, city: City) -> Desk:
    return Desk(open_cache(Settings(data_dir=tmp_path)), city)


def test_each_wanted_render_is_answered_with_a_tree_of_its_envelopes(desk: Desk) -> None:
    found = desk.want(wanted("a"), wanted("b", options=of(PRICES, "cpi_yoy")))
    assert set(found) == {"a", "b"}
    assert desk.renderer.rendered == 2
    for fields in found.values():
        assert fields["content"]["type"] == "Section"
        json.dumps(fields, allow_nan=False)


def test_a_version_is_rendered_once_whoever_asks_and_told_once_a_link(desk: Desk) -> None:
    first = desk.want(wanted("a"))
    assert desk.want(wanted("a"), wanted("b")).keys() == {"b"}
    assert desk.changed(AIR) == {}
    assert desk.renderer.rendered == 2
    desk.renderer.link_is_new()
    assert desk.want(wanted("a")) == first
    assert desk.renderer.rendered == 2


def test_a_changed_envelope_renders_only_what_is_made_of_it(desk: Desk) -> None:
    before = desk.want(
        wanted("air"),
        wanted("prices", options=of(PRICES, "cpi_yoy")),
        wanted("words", "text", {"text": {"vi": "Chào", "en": "Hello"}}),
    )
    desk.write(AIR, payload=other_figure(desk.envelopes[AIR], "aqi", 321.0))
    found = desk.changed(AIR, "transport.situations")
    assert found.keys() == {"air"}
    assert "321" in words(found["air"]["content"])
    assert found["air"]["version"] > before["air"]["version"]
    assert found["air"]["contentHash"] != before["air"]["contentHash"]
    assert desk.renderer.rendered == 4


def test_a_realm_is_drawn_of_its_own_envelopes_at_its_own_versions(desk: Desk) -> None:
    drill = "exercise:drill"
    exercised = replace(
        desk.envelopes[AIR],
        realm=drill,
        payload=other_figure(desk.envelopes[AIR], "aqi", 123.0),
    )
    desk.cache.write(exercised)
    found = desk.want(wanted("live"), wanted("drill", realm=drill))
    assert "123" in words(found["drill"]["content"])
    assert "123" not in words(found["live"]["content"])
    desk.cache.write(
        replace(
            exercised,
            version=exercised.version + 1,
            payload=other_figure(desk.envelopes[AIR], "aqi", 456.0),
        )
    )
    assert desk.changed(AIR) == {}
    after = desk.changed(f"{drill}:{AIR}")
    assert after.keys() == {"drill"}
    assert "456" in words(after["drill"]["content"])
    desk.write(AIR, payload=other_figure(desk.envelopes[AIR], "aqi", 321.0))
    assert desk.changed(AIR).keys() == {"live"}


def test_what_looks_the_same_keeps_its_hash_under_a_new_version(desk: Desk) -> None:
    before = desk.want(wanted("a"))["a"]
    desk.write(AIR, made_at_ms=NOW_MS + 5)
    after = desk.changed(AIR)["a"]
    assert after["contentHash"] == before["contentHash"]
    assert after["version"] > before["version"]


def test_versions_rise_though_the_clock_stands_still_or_falls_back(desk: Desk) -> None:
    seen = [desk.want(wanted("a"))["a"]["version"]]
    for _ in range(3):
        desk.now_s -= 100
        desk.write(AIR)
        seen.append(desk.changed(AIR)["a"]["version"])
    desk.want()
    desk.write(AIR)
    seen.append(desk.want(wanted("a"))["a"]["version"])
    assert seen == sorted(set(seen))
    assert seen[0] >= int(NOW_MS)


def test_what_is_no_longer_wanted_is_not_rendered(desk: Desk) -> None:
    desk.want(wanted("a"), wanted("b", options=of(RAIN, "max_day")))
    desk.want(wanted("b", options=of(RAIN, "max_day")))
    desk.write(AIR)
    assert desk.changed(AIR) == {}
    assert desk.renderer.rendered == 2


def test_each_display_has_its_own_language_and_size(desk: Desk) -> None:
    found = desk.want(wanted("vi"), wanted("en", language="en"), wanted("big", unitPx=64))
    assert "Sở Nông nghiệp" in words(found["vi"]["content"])
    assert "Department of Agriculture" in words(found["en"]["content"])
    assert len({fields["contentHash"] for fields in found.values()}) == 3


def test_the_age_of_a_tile_is_that_of_the_first_to_turn_stale(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = replace(kinds()["kpi"], needs=lambda options: (AIR, PRICES))
    monkeypatch.setitem(kinds(), "kpi", both)
    desk.write(AIR, as_of_ms=NOW_MS - 1_000, stale_after_ms=10_000.0, source_at_ms=77.0)
    desk.write(PRICES, as_of_ms=NOW_MS - 900_000, stale_after_ms=9e9, source_at_ms=88.0)
    fields = desk.want(wanted("a"))["a"]
    assert (fields["asOfAtMs"], fields["staleAfterMs"]) == (NOW_MS - 1_000, 10_000.0)
    assert fields["sourceAtMs"] == 77.0
    desk.write(PRICES, as_of_ms=NOW_MS - 900_000, stale_after_ms=900_001.0, source_at_ms=None)
    fields = desk.changed(PRICES)["a"]
    assert (fields["asOfAtMs"], fields["staleAfterMs"]) == (NOW_MS - 900_000, 900_001.0)
    assert "sourceAtMs" not in fields


def test_words_never_turn_stale_and_are_public(desk: Desk) -> None:
    fields = desk.want(wanted("w", "text", {"text": {"vi": "Chào", "en": "Hello"}}))["w"]
    assert (fields["asOfAtMs"], fields["staleAfterMs"]) == (NOW_MS, NEVER_STALE_MS)
    assert fields["classification"] == {"level": "public", "compartments": []}
    assert "origin" not in fields


def test_a_tile_is_as_secret_as_the_most_secret_it_is_made_of(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = replace(kinds()["kpi"], needs=lambda options: (AIR, PRICES))
    monkeypatch.setitem(kinds(), "kpi", both)
    desk.write(AIR, classification=Classification("internal", frozenset({"health"})))
    desk.write(PRICES, classification=Classification("restricted", frozenset({"party"})))
    fields = desk.want(wanted("a"))["a"]
    assert fields["classification"] == {"level": "restricted", "compartments": ["health", "party"]}


def test_the_absence_of_secret_data_is_as_secret_as_the_data(desk: Desk) -> None:
    desk.write(AIR, state="absent", payload={}, classification=Classification("restricted"))
    fields = desk.want(wanted("a"))["a"]
    assert fields["classification"]["level"] == "restricted"
    assert fields["why"] == ["noSource"]
    assert "origin" not in fields


@pytest.mark.parametrize("origin", ["live", "replay", "simulated"])
def test_content_says_where_its_data_comes_from(desk: Desk, origin: str) -> None:
    desk.write(AIR, origin=origin)
    fields = desk.want(wanted("a"))["a"]
    assert fields["origin"] == origin
    assert fields.get("simulated", False) is (origin == "simulated")


def test_before_anything_is_written_a_tile_says_that_it_waits(tmp_path: Path, city: City) -> None:
    renderer = Renderer(open_cache(Settings(data_dir=tmp_path)), city)
    (fields,) = renderer.want([wanted("a")])
    assert "Đang chờ dữ liệu" in words(fields["content"])
    assert fields["why"] == ["noSource"]


def test_what_a_city_has_no_dataset_for_says_so_and_nobody_waits_for_it(
    tmp_path: Path, city: City
) -> None:
    without = replace(city, datasets={n: c for n, c in city.datasets.items() if n != AIR})
    renderer = Renderer(open_cache(Settings(data_dir=tmp_path)), without)
    (fields,) = renderer.want([wanted("a")])
    told = words(fields["content"])
    assert "Chất lượng không khí" in told
    assert "Thành phố chưa khai báo bộ dữ liệu này" in told
    assert city.agencies[city.data_office].name["vi"] in told
    assert fields["why"] == ["noSource"]


BAD_TILES = {
    "an unknown kind": wanted("bad", "carousel"),
    "an unknown option": wanted("bad", options=of(AIR, "aqi") | {"colour": "pink"}),
    "a missing option": wanted("bad", options={"aggregate": AIR}),
}


@pytest.mark.parametrize("bad", BAD_TILES.values(), ids=BAD_TILES)
def test_a_tile_asked_for_wrongly_says_so_and_harms_no_other(desk: Desk, bad: Any) -> None:
    found = desk.want(bad, wanted("good"))
    assert "Không vẽ được ô này" in words(found["bad"]["content"])
    assert found["good"]["content"] == desk_alone(desk)["content"]


def desk_alone(desk: Desk) -> dict[str, Any]:
    (fields,) = Renderer(desk.cache, desk.city, clock=lambda: desk.now_s).want([wanted("good")])
    return fields


@pytest.mark.parametrize("part", ["build", "needs"])
def test_a_tile_kind_that_raises_says_so_and_harms_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setitem(kinds(), "kpi", replace(kpi.KIND, **{part: broken}))
    found = desk.want(wanted("bad"), wanted("good", "text", {"text": {"vi": "Chào"}}))
    assert words(found["bad"]["content"]).strip() == "Không vẽ được ô này"
    assert "Chào" in words(found["good"]["content"])


def test_a_tree_that_is_no_json_is_no_content(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = replace(kpi.KIND, build=lambda *_: {"props": {1, 2}})
    monkeypatch.setitem(kinds(), "kpi", odd)
    found = desk.want(wanted("bad"), wanted("good", "text", {"text": {"vi": "Chào"}}))
    assert "Không vẽ được ô này" in words(found["bad"]["content"])
    assert "Chào" in words(found["good"]["content"])


def test_a_payload_of_another_shape_gives_a_reason(desk: Desk) -> None:
    desk.write(AIR, payload={"numbers": {"aqi": {"odd": True}}})
    found = desk.want(wanted("bad"), wanted("good", options=of(PRICES, "cpi_yoy")))
    assert "Nguồn chưa gửi phần dữ liệu này" in words(found["bad"]["content"])
    assert desk.envelopes[AIR].owner_label["vi"] in words(found["bad"]["content"])
    assert desk.envelopes[PRICES].owner_label["vi"] in words(found["good"]["content"])


BROKEN = {
    "no object": 5,
    "text": "renderId",
    "nothing": {},
    "no size": {**wanted("x"), "sizePx": None},
    "no room": {**wanted("x"), "sizePx": {"width": 0, "height": 10}},
    "no unit": {**wanted("x"), "unitPx": 0},
    "an endless unit": {**wanted("x"), "unitPx": float("inf")},
    "no options": {**wanted("x"), "options": None},
    "a strange language": {**wanted("x"), "language": "xx"},
    "bezels as a list": {**wanted("x"), "seamsPx": [1, 2]},
    "half a bezel": {**wanted("x"), "seamsPx": {"x": [[1]]}},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_an_entry_that_cannot_be_read_is_left_out(desk: Desk, broken: Any) -> None:
    assert desk.want(broken, wanted("good")).keys() == {"good"}


def test_a_cache_that_is_gone_is_no_end(desk: Desk, tmp_path: Path) -> None:
    desk.want(wanted("a"))
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    desk.renderer.link_is_new()
    assert desk.want(wanted("a"), wanted("b")).keys() == {"a", "b"}
