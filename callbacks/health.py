"""Alive, and ready: what the parent of the roles and a proxy ask. No data, no sign-in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify
from sqlalchemy import text as sql

from callbacks.desk import Desk, desk
from data_access.envelope import Envelope

log = logging.getLogger(__name__)
QUALITY = "data.quality"  # written at every tick of the feed


def attach(app: Flask) -> None:
    """Serve `/healthz` and `/readyz` from `app`."""
    app.add_url_rule("/healthz", "healthz", _alive)
    app.add_url_rule("/readyz", "readyz", _ready)


def _alive() -> Response:
    return Response("OK", mimetype="text/plain")


def _ready() -> Response:
    checks = {
        "cache": _checked(_cache),
        "store": _checked(_store),
        "controller": _checked(_controller),
    }
    ready = all(check["ok"] for check in checks.values())
    response = jsonify(ready=ready, checks=checks)
    response.status_code = 200 if ready else 503
    return response


def _checked(check: Callable[[Desk], dict[str, Any]]) -> dict[str, Any]:
    try:
        return {"ok": True, **check(desk())}
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not ready
        log.warning("not ready: %s: %s", check.__name__, error)
        return {"ok": False}


def _cache(reach: Desk) -> dict[str, Any]:
    versions = reach.cache.versions()
    quality = reach.cache.read(QUALITY)
    age_s = round((reach.now_ms() - quality.made_at_ms) / 1000, 1) if quality else None
    return {
        "ok": bool(versions),
        "aggregates": len(versions),
        "ageS": age_s,
        "datasets": _datasets(quality),
    }


def _datasets(quality: Envelope | None) -> dict[str, int] | None:
    """Return how many datasets are in which state, as the feed counted them."""
    numbers = quality.payload.get("numbers", {}) if quality else {}
    counted = {state: numbers.get(f"datasets_{state}") for state in ("ok", "stale", "absent")}
    if not any(counted.values()):
        return None
    return {state: int(number["value"] or 0) for state, number in counted.items() if number}


def _store(reach: Desk) -> dict[str, Any]:
    with reach.engine.connect() as connection:
        connection.execute(sql("SELECT 1"))
    return {}


def _controller(reach: Desk) -> dict[str, Any]:
    return {"walls": len(reach.link.request("walls.list", timeout_s=1.0)["walls"])}
