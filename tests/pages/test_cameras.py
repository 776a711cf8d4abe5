"""R37: who gets a camera's picture, from where, and that no secret and no dead camera matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import pytest
from flask import Flask
from pydantic import SecretStr

from callbacks.cameras import played_from
from callbacks.desk import Desk, put
from callbacks.security import policy
from callbacks.stills import Stills
from data_access.city import City
from data_access.classification import Classification
from data_access.errors import PictureError
from data_access.picture import Picture, snapshot
from data_access.pictures import Camera, Pictures
from settings import Settings
from tests.data_access.intake.web_server import Asked, Says, WebServer, web_server
from tests.layouts.tiles import sample
from tests.pages.browse import Client
from tests.pages.conftest import SECRET
from tests.pages.stand_in import StandInLink
from wall.tokens import Device, device_token

CAMERAS = "transport.cameras"
PATH = f"/camera/{CAMERAS}/CAM-1"
JPEG = b"\xff\xd8a picture\xff\xd9"
DISPLAY = device_token(SECRET, Device("le-lai", "a1", None, 1))


@pytest.fixture
def source() -> Iterator[WebServer]:
    """A camera with its WHEP server."""

    def answer(asked: Asked) -> Says:
        if asked.path == "/whep":
            return Says(201, b"v=0 answer", {"Content-Type": "application/sdp"})
        return Says(200, JPEG, {"Content-Type": "image/jpeg"})

    with web_server(answer) as server:
        yield server


@pytest.fixture
def cameras(server: Flask, reach: Desk, source: WebServer) -> Iterator[Desk]:
    """A desk of a city with a camera behind a secret."""
    camera = Camera(
        snapshot=f"{source.url}/now.jpg",
        whep=f"{source.url}/whep",
        secret="gate",
        secret_in="bearer",
    )
    contract = reach.city.datasets[CAMERAS]
    pictures = Pictures(classification=Classification("internal"), cameras={"CAM-1": camera})
    datasets = {**reach.city.datasets, CAMERAS: replace(contract, pictures=pictures)}
    settings = reach.settings.model_copy(
        update={"source_secrets": {"GATE": SecretStr("open-sesame")}}
    )
    made = replace(reach, city=replace(reach.city, datasets=datasets), settings=settings)
    put(server, made)
    yield made
    made.stills.close()


def _until_there(client: Client, path: str = f"{PATH}/snapshot", **headers: str) -> bytes:
    """Ask as a page does until the first picture was fetched."""
    pause = Event()
    for _ in range(200):
        answer = client.get(path, **headers)
        if answer.status_code == 200:
            assert float(answer.headers["X-Picture-Age-S"]) < 60
            return answer.data
        assert (answer.status_code, answer.json) == (503, {"error": {"code": "pending"}})
        pause.wait(0.01)
    raise AssertionError("never")


def test_a_picture_comes_through_us_and_its_address_and_secret_stay(
    cameras: Desk, operator: Client, source: WebServer
) -> None:
    assert _until_there(operator) == JPEG
    assert source.asked[0].headers["Authorization"] == "Bearer open-sesame"
    told = operator.get(PATH)
    assert told.json == {}
    assert source.url not in str(operator.get(f"{PATH}/snapshot").headers)


def test_many_displays_ask_a_camera_once(
    cameras: Desk, stranger: Client, source: WebServer
) -> None:
    headers = {"Authorization": f"Bearer {DISPLAY}"}
    _until_there(stranger, **headers)
    for _ in range(20):
        assert stranger.get(f"{PATH}/snapshot", **headers).data == JPEG
    assert len(source.asked) == 1


def test_a_stranger_and_a_revoked_display_see_nothing(
    cameras: Desk, stranger: Client, link: StandInLink, source: WebServer
) -> None:
    for headers in ({}, {"Authorization": "Bearer forged"}):
        assert stranger.get(f"{PATH}/snapshot", **headers).status_code == 401
    link.revoked.add(DISPLAY)
    answer = stranger.get(f"{PATH}/snapshot", Authorization=f"Bearer {DISPLAY}")
    assert answer.status_code == 401
    assert source.asked == []


def test_a_picture_above_the_ceiling_is_refused(
    cameras: Desk, server: Flask, operator: Client, stranger: Client, source: WebServer
) -> None:
    contract = cameras.city.datasets[CAMERAS]
    assert contract.pictures is not None
    above = Classification("restricted", frozenset({"nobody"}))
    secret = replace(contract.pictures, classification=above)
    datasets = {**cameras.city.datasets, CAMERAS: replace(contract, pictures=secret)}
    put(server, replace(cameras, city=replace(cameras.city, datasets=datasets)))
    assert operator.get(f"{PATH}/snapshot").status_code == 403
    assert stranger.get(PATH, Authorization=f"Bearer {DISPLAY}").status_code == 403
    assert source.asked == []


def test_an_offer_goes_to_the_cameras_server_with_its_secret(
    cameras: Desk, operator: Client, source: WebServer
) -> None:
    answer = operator.post(f"{PATH}/whep", X_CSRF_Token=operator.csrf())
    assert (answer.status_code, answer.data) == (201, b"v=0 answer")
    assert answer.mimetype == "application/sdp"
    assert source.asked[0].headers["Authorization"] == "Bearer open-sesame"


def test_nobody_waits_for_a_dead_camera_and_it_is_asked_less_and_less() -> None:
    now_s, asked, done = [0.0], [], Event()

    def dead() -> Picture:
        asked.append(now_s[0])
        done.set()
        raise PictureError("no answer")

    stills = Stills(lambda: now_s[0])
    for now_s[0] in range(0, 40):
        done.clear()
        due = stills.get("one", dead, every_s=1.0)
        if due.is_asked:
            done.wait(5)
        while due.is_asked:
            Event().wait(0.001)
    stills.close()
    assert asked == [0, 2, 6, 14, 30]


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (Says(404), "HTTP 404"),
        (Says(302, headers={"Location": "http://127.0.0.1:1/"}), "HTTP 302"),
        (Says(200, b"<html>", {"Content-Type": "text/html"}), "text/html"),
        (Says(200, b"x" * 4_000_001, {"Content-Type": "image/jpeg"}), "more than"),
        (Says(200, b"", {"Content-Type": "image/jpeg"}), "expected image/jpeg"),
    ],
)
def test_what_is_no_picture_is_refused_without_the_secret(says: Says, why: str) -> None:
    with web_server(lambda _: says) as server:
        camera = Camera(snapshot=f"{server.url}/x?a=1", secret="s", secret_in="query:key")
        with pytest.raises(PictureError, match=why) as caught:
            snapshot(camera, secret="open-sesame")
    assert "open-sesame" not in str(caught.value)


def test_pages_may_play_from_the_hosts_of_the_contracts_and_no_others(
    application: Flask, settings: Settings, reach: Desk
) -> None:
    camera = Camera(hls="https://media.example.vn/1/index.m3u8", mjpeg="http://10.1.2.3:8080/m")
    with application.test_request_context(base_url="http://127.0.0.1:8050"):
        found = policy(settings, (), played_from(_with(reach.city, camera)))
    parts = {name: sources for name, *sources in (each.split() for each in found.split("; "))}
    assert parts["media-src"] == ["'self'", "blob:", "https://media.example.vn"]
    assert parts["connect-src"][-1] == "http://10.1.2.3:8080"
    assert parts["img-src"] == ["'self'", "data:", "blob:"]


def _with(city: City, camera: Camera) -> City:
    contract = replace(city.datasets[CAMERAS], pictures=Pictures(cameras={"CAM-1": camera}))
    return replace(city, datasets={CAMERAS: contract})


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"hls": "https://user:secret@media.example.vn/1.m3u8"},
        {"hls": "https://media.example.vn/1.m3u8", "secret": "gate"},
        {"snapshot": "file:///etc/passwd"},
        {"snapshot": "http://10.1.2.3/", "every": "PT20S", "frozen_after": "PT10S"},
    ],
)
def test_a_contract_keeps_secrets_out_of_what_browsers_play(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        Camera(**wrong)


def test_a_simulated_camera_is_drawn_and_says_so(
    operator: Client, reach: Desk, server: Flask
) -> None:
    reach.cache.write_many(
        [sample.everything()[name] for name in ("city.pictures", "transport.cameras")]
    )
    answer = operator.get(f"/camera/{CAMERAS}/CAM-N16/snapshot?language=en")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert "Simulated drawing" in answer.text
    assert operator.get(f"/camera/{CAMERAS}/CAM-unknown").status_code == 404
