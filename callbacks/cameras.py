"""Pictures of cameras for displays and people: where they are played from, snapshots, WHEP.

Addresses and secrets come from contracts and settings, never from a scene, and only to whoever may
see the camera: a signed-in person within their ceiling, a display by its token within its own.
HLS and MJPEG are played from their own address, which the page's policy allows. Not for how a
picture looks: layouts/tiles/camera.py and assets/camera.mjs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from functools import partial
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, jsonify, request

from callbacks import session
from callbacks.camera_sketch import sketch
from callbacks.desk import Desk, desk
from data_access.aggregates.pictures import DRAWN, PICTURES
from data_access.city import City
from data_access.classification import Classification
from data_access.durations import duration_s
from data_access.errors import PictureError
from data_access.picture import LARGEST_SDP, Picture, offer, snapshot
from data_access.pictures import PLAYED, Camera
from language import LANGUAGES
from settings import Settings, SettingsError
from wall.errors import ServiceError, TokenError
from wall.tokens import read_device_token

OFFERS_AT_ONCE = 2  # of eight threads: an offer is waited for, for seconds

log = logging.getLogger(__name__)
routes = Blueprint("cameras", __name__, url_prefix="/camera")
_offers = threading.BoundedSemaphore(OFFERS_AT_ONCE)


def attach(app: Flask) -> None:
    """Serve cameras from `app`."""
    app.register_blueprint(routes)


def played_from(city: City) -> dict[str, tuple[str, ...]]:
    """Return the origins from which browsers play the city's cameras, by way."""
    cameras = [
        camera
        for contract in city.datasets.values()
        if contract.pictures is not None
        for camera in contract.pictures.cameras.values()
    ]
    return {way: _origins(getattr(camera, way) for camera in cameras) for way in PLAYED}


@routes.get("/<dataset>/<name>")
def ways(dataset: str, name: str) -> Response:
    """Tell from where a browser plays a camera itself, by way."""
    found = _permitted(dataset, name)
    return jsonify({way: getattr(found, way) for way in PLAYED if found and getattr(found, way)})


@routes.get("/<dataset>/<name>/snapshot")
def snapshot_of(dataset: str, name: str) -> Response:
    """Return the newest snapshot there is, with its age; 503 while there is none."""
    reach, camera = desk(), _permitted(dataset, name)
    if camera is None:
        asked = request.args.get("language", "")
        language = asked if asked in LANGUAGES else reach.settings.language
        return _picture(sketch(reach, dataset, name, language=language), age_s=0.0)
    if camera.snapshot is None:
        abort(404)
    secret = _secret(reach.settings, camera)
    fetch = partial(snapshot, camera, secret=secret)
    known = reach.stills.get(f"{dataset} {name}", fetch, every_s=duration_s(camera.every))
    if known.picture is None:
        if known.failing:
            log.info("camera %s of %s: %s", name, dataset, known.failing)
        return _refused("noPicture" if known.failing else "pending", 503)
    return _picture(known.picture, age_s=reach.stills.age_s(known))


@routes.post("/<dataset>/<name>/whep")
def whep(dataset: str, name: str) -> Response:
    """Hand a browser's offer on, and return the answer of the camera's server."""
    camera = _permitted(dataset, name)
    if camera is None or camera.whep is None:
        abort(404)
    if (request.content_length or 0) > LARGEST_SDP:
        abort(413)
    if not _offers.acquire(blocking=False):
        return _refused("busy", 503)
    try:
        answer = offer(camera, request.get_data(), secret=_secret(desk().settings, camera))
    except PictureError as error:
        log.info("camera %s of %s: %s", name, dataset, error)
        return _refused("noPicture", 502)
    finally:
        _offers.release()
    return Response(answer, 201, mimetype="application/sdp")


def _permitted(dataset: str, name: str) -> Camera | None:
    """Return the camera for whoever may see it, None for one whose picture we draw.

    Else ends the request: 401, 403 or 404.
    """
    reach = desk()
    who = session.person()
    ceiling = None if who is not None else _ceiling(reach)
    if who is None and ceiling is None:
        abort(_refused("signedOut", 401))
    contract = reach.city.datasets.get(dataset)
    if contract is None or contract.pictures is None:
        abort(404)
    secrecy = contract.pictures.classification
    if not (who.may_see(secrecy) if who is not None else ceiling and secrecy.within(ceiling)):
        abort(_refused("forbidden", 403))
    camera = contract.pictures.cameras.get(name)
    if camera is None and not _is_drawn(reach, dataset, name):
        abort(404)
    return camera


def _ceiling(reach: Desk) -> Classification | None:
    """Return up to what the display that asks may show, as the controller says; None of none."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        device = read_device_token(reach.settings.secret(), shown)
        asked = {"wallId": device.wall_id, "token": shown}
        told = reach.link.request("device.check", asked, timeout_s=2.0)["ceiling"]
        return None if told is None else Classification.from_json(told)
    except (TokenError, ServiceError):
        return None


def _is_drawn(reach: Desk, dataset: str, name: str) -> bool:
    envelope = reach.cache.read(PICTURES)
    tables = envelope.payload.get("tables", {}) if envelope is not None else {}
    source = {"dataset": dataset, "entity": name}
    rows = tables["cameras"]["rows"] if "cameras" in tables else []
    return any(row["source"] == source and row["ways"] == DRAWN for row in rows)


def _secret(settings: Settings, camera: Camera) -> str | None:
    if camera.secret is None:
        return None
    try:
        return settings.source_secret(camera.secret)
    except SettingsError as error:
        log.error("a camera cannot be asked: %s", error)
        abort(_refused("noSecret", 503))


def _picture(picture: Picture, *, age_s: float) -> Response:
    response = Response(picture.body, mimetype=picture.mimetype)
    response.headers["X-Picture-Age-S"] = f"{age_s:.1f}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(code: str, status: int) -> Response:
    response = jsonify(error={"code": code})
    response.status_code = status
    return response


def _origins(addresses: Iterable[str | None]) -> tuple[str, ...]:
    found = (urlsplit(address) for address in addresses if address is not None)
    return tuple(dict.fromkeys(f"{each.scheme}://{each.netloc}" for each in found))
