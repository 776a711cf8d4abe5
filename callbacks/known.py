"""What was known at a minute, for pages: asked for, and asked for again while it is shown."""

from __future__ import annotations

import logging
from typing import Any

from callbacks import session
from callbacks.desk import Desk
from callbacks.typed import typed_minute_ms
from data_access.realms.realm import known_at_ms, known_realm
from language import date as date_words
from language import time as time_words
from layouts.pages.known import KnownAsked, KnownView
from layouts.pages.shell import Setting
from wall.errors import ServiceError

ANSWER_S = 3.0
MINUTE_MS = 60_000.0
PHASES = ("waiting", "preparing", "running", "failed")

log = logging.getLogger(__name__)


def asked(
    reach: Desk, realm: str | None, date: str | None, time: str | None, *, setting: Setting
) -> KnownAsked:
    """Return what an address asks for: by `date` and `time` as typed, or by a realm of a minute."""
    now_ms = reach.now_ms()
    if not date and not time:
        at_ms = known_at_ms(realm or "")
        is_past = at_ms is not None and at_ms < now_ms
        shown_ms = at_ms if at_ms is not None and is_past else now_ms - MINUTE_MS
        typed = _typed(shown_ms, setting)
        return KnownAsked(*typed, realm if is_past else None)
    try:
        found_ms = typed_minute_ms(date, time, timezone=setting.timezone)
        found = known_realm(found_ms)
    except (ValueError, OverflowError):
        return KnownAsked((date or "")[:12], (time or "")[:12], problem="when")
    if found_ms >= now_ms:
        return KnownAsked(*_typed(found_ms, setting), problem="future")
    return KnownAsked(*_typed(found_ms, setting), found)


def known(reach: Desk, realm: str) -> KnownView | None:
    """Return how it goes with a minute, asking for it; None of a realm that is none."""
    at_ms, who = known_at_ms(realm), session.person()
    if at_ms is None or who is None:
        return None
    try:
        answer = reach.link.request("known.ask", {"atMs": at_ms}, who.actor(), timeout_s=ANSWER_S)
    except ServiceError as error:
        log.info("%s cannot be asked for: %s", realm, error)
        return KnownView(at_ms, "unavailable")
    found: Any = answer.get("known")
    phase = found.get("phase") if isinstance(found, dict) else None
    if phase not in PHASES:
        return KnownView(at_ms, "unavailable")
    return KnownView(at_ms, phase, float(found.get("progress") or 0.0))


def _typed(at_ms: float, setting: Setting) -> tuple[str, str]:
    zone = setting.timezone
    return (
        date_words(at_ms, language="vi", timezone=zone),  # as it is to be typed
        time_words(at_ms, language="vi", timezone=zone),
    )
