"""Files from packages and geometry by hash; health without data."""

from __future__ import annotations

import pytest

from callbacks.files import BOOTSTRAP, FACE, ICONS
from tests.pages.stand_in import envelope
from wall.errors import ServiceError


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (BOOTSTRAP, "text/css"),
        (ICONS, "text/css"),
        ("/vendor/bootstrap5/css/font/fonts/bootstrap-icons.woff2", "font/woff2"),
        (FACE, "font/ttf"),
        ("/assets/40-walls.css", "text/css"),
        ("/assets/console-link.mjs", "text/javascript"),
        ("/assets/mark.svg", "image/svg+xml"),
    ],
)
def test_strangers_get_the_files_a_page_needs(stranger, path, kind):
    with stranger.get(path) as answer:
        assert answer.status_code == 200
        assert answer.mimetype == kind


def test_geometry_is_served_for_good_by_its_hash(stranger, settings):
    settings.geometry_dir.mkdir(parents=True)
    (settings.geometry_dir / "areas-0123456789abcdef.json").write_text("{}")
    with stranger.get("/geometry/areas-0123456789abcdef.json") as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert "max-age=31536000" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["areas.json", "..%2Foperations.sqlite", "areas-0123456789abcdef.sqlite", "x-0.json"]
)
def test_nothing_else_of_the_data_folder_is_served(stranger, settings, name):
    settings.geometry_dir.mkdir(parents=True, exist_ok=True)
    answer = stranger.get(f"/geometry/{name}")
    assert answer.status_code == 404 or answer.text.startswith("<!DOCTYPE html>")  # the index


def test_alive_is_said_at_once(stranger):
    assert stranger.get("/healthz").text == "OK"


def test_ready_needs_cache_store_and_controller(stranger, reach, link):
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["cache"]["ok"] is False
    reach.cache.write(envelope("data.quality"))
    answer = stranger.get("/readyz")
    assert (answer.status_code, answer.get_json()["ready"]) == (200, True)
    cache = answer.get_json()["checks"]["cache"]
    assert (cache["ok"], cache["aggregates"], cache["ageS"]) == (True, 1, 0.0)
    link.refuses["*"] = ServiceError("unavailable", "secret detail")
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    assert "secret" not in answer.text


def test_while_the_link_is_lost_versions_are_asked_for(operator, reach):
    reach.cache.write(envelope("transport.speed", version=812))
    answer = operator.call("versions.data", {"live-poll.n_intervals": 1})
    assert answer.get_json()["response"]["versions"]["data"] == {"transport.speed": 812}
