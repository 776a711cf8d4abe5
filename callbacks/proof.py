"""What a wall showed when, for people and other systems: the page, its picture, and the address
`/api/walls/<wall>/shown`. Every reading is audited.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, jsonify, request

from callbacks import page_setting, session
from callbacks.desk import Desk, desk
from callbacks.names import people_names
from language import date as date_words
from language import text
from language import time as time_words
from layouts.pages import notice, proof, proof_glass
from layouts.pages.proof import Asked
from layouts.tiles.registry import kinds
from permissions.errors import Forbidden
from permissions.roles import Person, Right
from wall.errors import ServiceError

ANSWER_S = 10.0
VERIFY_S = 60.0
NOW_MS = 1_500.0  # before the page's own now: the controller's clock may be behind
LATEST_MS = 4e12  # of the year 2096: later is a slip of the hand
DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?")
PROBLEMS = ("when", "future", "notKept", "proofBroken", "unavailable")
STATUS = {"invalidArgs": 400, "notKept": 404, "unknownWall": 404, "unavailable": 503}

log = logging.getLogger(__name__)
routes = Blueprint("proof", __name__, url_prefix="/api")


class NoInstant(ValueError):
    """What was typed is no date and time."""


def attach(app: Flask) -> None:
    """Serve the address of this module from `app`."""
    app.register_blueprint(routes)


def layout(
    wall: str | None = None,
    at: str | None = None,
    date: str | None = None,
    time: str | None = None,
    verify: str | None = None,
) -> Any:
    """Build the page for a wall and an instant: `at` (ISO 8601), or `date` and `time` as typed."""
    reach, setting = desk(), page_setting.setting()
    who = _reader()
    if not reach.walls:
        return notice.no_walls(setting)
    wall_id = wall if wall is not None and wall in reach.walls else next(iter(reach.walls))
    zone = setting.timezone
    problem: str | None = None
    oldest_ms: float | None = None
    shown = verdict = None
    try:
        at_ms: float | None = _asked_ms(reach, at, date, time, zone)
    except NoInstant:
        at_ms, problem = None, "when"
    if at_ms is not None:
        try:
            shown = ask(who, wall_id, at_ms, with_contents=False, with_pictures=True)
            verdict = _verify(who, wall_id) if verify == "1" else None
        except ServiceError as error:
            problem, oldest_ms = _problem_of(error, at_ms, reach), _oldest_ms(error)
    asked = Asked(
        wall_id=wall_id,
        date=date if at_ms is None and date else _typed_date(at_ms, reach, zone),
        time=time if at_ms is None and time else _typed_time(at_ms, reach, zone),
        at_ms=at_ms,
        problem=problem,
        oldest_at_ms=oldest_ms,
    )
    return proof.page(
        [(each.wall_id, each.name) for each in reach.walls.values()],
        asked,
        shown,
        names=people_names(reach),
        kinds={name: kind.name for name, kind in kinds().items()},
        verdict=verdict,
        setting=setting,
        **page_setting.link(),
    )


def glass(wall: str | None = None, at: str | None = None) -> Any:
    """Build the picture alone; `at` in milliseconds, as the page's own frame asks."""
    reach, language = desk(), session.page_language()
    who = _reader()
    try:
        shown = ask(who, wall or "", float(at or "nan"), with_contents=True)
    except (ServiceError, ValueError) as error:
        log.info("no picture: %s", error)
        return proof_glass.no_glass(text("pages.proof.no_picture", language), language)
    folder = reach.settings.geometry_dir
    return proof_glass.glass(
        shown, language=language, has_geometry=lambda name: (folder / name).is_file()
    )


@routes.get("/walls/<wall_id>/shown")
def shown_at(wall_id: str) -> Response:
    """Answer what a wall showed at `?at=` (ISO 8601; local time without an offset) as JSON."""
    who = session.person()
    if who is None or not who.may(Right.READ_PROOF):
        session.audit(who, "proof.at", "refused", target=f"wall/{wall_id}", code="forbidden")
        return session.error("forbidden", 403)
    reach = desk()
    if wall_id not in reach.walls:
        return session.error("unknownWall", 404)
    try:
        at_ms = iso_ms(request.args.get("at", ""), reach.city.timezone)
    except NoInstant:
        expected = "at: expected such as 2026-09-21T09:14:00+07:00"
        return session.error("invalidArgs", 400, message=expected)
    with_contents = request.args.get("contents", "1") != "0"
    try:
        found = ask(who, wall_id, at_ms, with_contents=with_contents, with_pictures=with_contents)
        return jsonify(found)
    except ServiceError as error:
        body = {name: each for name, each in error.body.items() if name != "code"}
        return session.error(error.code, STATUS.get(error.code, 502), **body)


def ask(
    who: Person, wall_id: str, at_ms: float, *, with_contents: bool, with_pictures: bool = False
) -> dict[str, Any]:
    """Return the controller's answer, within the person's ceiling; audited; raises ServiceError."""
    ceiling = {"level": who.ceiling.level, "compartments": sorted(who.ceiling.compartments)}
    args = {"wallId": wall_id, "atMs": at_ms, "ceiling": ceiling, "contents": with_contents}
    args |= {"thumbnails": True} if with_pictures else {}
    return _audited(who, "proof.at", args, timeout_s=ANSWER_S)


def iso_ms(typed: str, timezone: str) -> float:
    """Return Unix milliseconds of ISO 8601; raises NoInstant."""
    # A plus that was not escaped comes as a blank.
    mended = re.sub(r" (\d{2}:?\d{2})$", r"+\1", typed.strip())
    try:
        found = datetime.fromisoformat(mended)
        return _ms(found if found.tzinfo else found.replace(tzinfo=ZoneInfo(timezone)))
    except (ValueError, OverflowError) as error:
        raise NoInstant(typed) from error


def typed_ms(date: str, time: str, timezone: str) -> float:
    """Return Unix milliseconds of `21/09/2026` and `09:14`, `09:14:05` or `09:14:05,250`.

    Raises NoInstant for what is none of them.
    """
    day, clock = DATE.fullmatch(date.strip()), TIME.fullmatch(time.strip())
    if day is None or clock is None:
        raise NoInstant(f"{date} {time}")
    hour, minute, second, part = (each or "0" for each in clock.groups())
    try:
        found = datetime(
            int(day[3]),
            int(day[2]),
            int(day[1]),
            int(hour),
            int(minute),
            int(second),
            int(part.ljust(3, "0")) * 1000,
            tzinfo=ZoneInfo(timezone),
        )
        return _ms(found)
    except (ValueError, OverflowError) as error:
        raise NoInstant(f"{date} {time}") from error


def _ms(found: datetime) -> float:
    at_ms = found.timestamp() * 1000
    if not 0 <= at_ms <= LATEST_MS:
        raise ValueError(f"{found} is no time of this room")
    return at_ms


def _reader() -> Person:
    who = session.person()
    if who is None or not who.may(Right.READ_PROOF):
        session.audit(who, "proof.at", "refused", code="forbidden")
        raise Forbidden("not for this role")
    return who


def _asked_ms(
    reach: Desk, at: str | None, date: str | None, time: str | None, timezone: str
) -> float:
    if at:
        return iso_ms(at, timezone)
    if date or time:
        return typed_ms(date or "", time or "", timezone)
    return reach.now_ms() - NOW_MS


def _verify(who: Person, wall_id: str) -> dict[str, Any]:
    return _audited(who, "proof.verify", {"wallId": wall_id}, timeout_s=VERIFY_S)


def _audited(who: Person, op: str, args: Mapping[str, Any], *, timeout_s: float) -> dict[str, Any]:
    target = f"wall/{args['wallId']}"
    asked = session.audit(who, op, "asked", target=target, detail=dict(args))
    try:
        answer = desk().link.request(op, args, who.actor(), timeout_s=timeout_s)
    except ServiceError as error:
        session.audit(who, op, "failed", target=target, code=error.code, answers=asked)
        raise
    session.audit(who, op, "ok", target=target, answers=asked)
    return answer


def _problem_of(error: ServiceError, at_ms: float, reach: Desk) -> str:
    if error.code == "invalidArgs" and at_ms > reach.now_ms() - NOW_MS:
        return "future"
    return error.code if error.code in PROBLEMS else "unavailable"


def _oldest_ms(error: ServiceError) -> float | None:
    found = error.body.get("oldestAtMs")
    return float(found) if found is not None else None


def _typed_date(at_ms: float | None, reach: Desk, timezone: str) -> str:
    at = at_ms if at_ms is not None else reach.now_ms()
    return date_words(at, language="vi", timezone=timezone)


def _typed_time(at_ms: float | None, reach: Desk, timezone: str) -> str:
    at = at_ms if at_ms is not None else reach.now_ms()
    return time_words(at, language="vi", timezone=timezone, seconds=True)
