"""Commands to the walls: right, audit, controller, audit, and what came of it in words.

Every command of a page goes through `command`. The controller checks role and ceiling again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from callbacks import session
from callbacks.desk import desk
from language import has, number, text, time
from layouts.pages.outcome import Outcome
from layouts.pages.outputs import ICONS
from permissions.roles import Person
from wall.errors import ServiceError

log = logging.getLogger(__name__)
NAMED = (*ICONS, "unframed")
AUDITED_RESULT = ("switchId", "committed", "skewMs", "latencyMs", "stageId", "untilAtMs", "realm")


class CommandRefused(Exception):
    """A command was not carried out; `code` is one of the protocol's."""

    def __init__(self, code: str, body: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.body = body or {}


def command(who: Person | None, op: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Carry `op` out for `who` and return the controller's result; raises CommandRefused."""
    wall_id = str(args.get("wallId", ""))
    target = f"wall/{wall_id}"
    for sort in ("rule", "exercise"):
        target = f"{sort}/{args[f'{sort}Id']}" if f"{sort}Id" in args else target
    wall = desk().walls.get(wall_id)
    # A rule is for several walls: it is for those to veto who may command all of them.
    if who is None or not who.may_command(wall.control if wall is not None else ()):
        session.audit(who, op, "refused", target=target, code="forbidden", detail=dict(args))
        raise CommandRefused("forbidden")
    asked = session.audit(who, op, "asked", target=target, detail=dict(args))
    try:
        result = desk().link.request(op, args, who.actor())
    except ServiceError as error:
        session.audit(who, op, "failed", target=target, code=error.code, answers=asked)
        raise CommandRefused(error.code, getattr(error, "body", None)) from error
    detail = {name: result[name] for name in AUDITED_RESULT if name in result}
    session.audit(who, op, "ok", target=target, answers=asked, detail=detail)
    return result


def troubles(result: Mapping[str, Any], language: str) -> tuple[str, ...]:
    """Name each output that did not show a switch in time, and what was with it."""
    outputs = result.get("outputs", ())
    return tuple(_output_words(each, language) for each in outputs if each["status"] != "shown")


def refused(error: CommandRefused, language: str) -> Outcome:
    """Say why a command was not carried out, and on which outputs it failed."""
    key = f"pages.error.{error.code}"
    words = text(key, language) if has(key) else text("pages.error.unknown", language,
                                                      code=error.code)  # fmt: skip
    outputs = [each for each in error.body.get("outputs", ()) if each.get("status") != "ready"]
    return Outcome(False, words, tuple(_output_words(each, language) for each in outputs))


def taken(result: Mapping[str, Any], scene: str, language: str) -> Outcome:
    """Say how a take went: how many in time, skew, latency, and each output that was not well."""
    outputs = result.get("outputs", [])
    if result.get("showAtMs") is None:
        return Outcome(True, text("pages.done.kept", language, scene=scene))
    asked = [each for each in outputs if each["status"] != "offline"]
    if not asked:
        return Outcome(True, text("pages.done.take_none", language, scene=scene))
    in_time = [each for each in outputs if each["status"] == "shown"]
    words = text(
        "pages.done.take",
        language,
        scene=scene,
        shown=len(in_time),
        of=len(outputs),
        skew=number(result.get("skewMs"), "ms", decimals=1, language=language),
        latency=number(result.get("latencyMs"), "ms", decimals=0, language=language),
    )
    return Outcome(True, words, troubles(result, language))


def previewed(result: Mapping[str, Any], scene: str, language: str) -> Outcome:
    """Say on how many outputs the preview is ready, and what speaks against showing it."""
    of = int(result.get("of", 0))
    key = "pages.done.preview" if of else "pages.done.preview_none"
    words = text(key, language, scene=scene, staged=result.get("staged", 0), of=of)
    against = [
        text("pages.done.not_fit", language, why=why)
        for why in _why(result.get("why", ()), language)
    ]
    return Outcome(True, words, tuple(against))


def extended(result: Mapping[str, Any], language: str, timezone: str) -> Outcome:
    """Say until when the manual layer now stands."""
    until_ms = result.get("untilAtMs")
    if until_ms is None:
        return Outcome(True, text("pages.done.extend_held", language))
    at = time(until_ms, language=language, timezone=timezone)
    return Outcome(True, text("pages.done.extend", language, at=at))


def _output_words(answer: Mapping[str, Any], language: str) -> str:
    output, status = str(answer.get("outputId")), str(answer.get("status"))
    if status == "late" and answer.get("lateMs") is not None:
        late = number(answer["lateMs"], "ms", decimals=0, language=language)
        return text("pages.done.output_late", language, output=output, late=late)
    state = text(f"pages.output.{status}", language) if status in NAMED else status
    comment = str(answer.get("comment") or answer.get("code") or "")
    words = text("pages.done.output", language, output=output, state=state)
    return f"{words} ({comment})" if comment else words


def _why(reasons: Iterable[Mapping[str, Any]], language: str) -> list[str]:
    """Say what speaks against showing a scene: each reason once, with the outputs or tiles."""
    names: dict[str, list[str]] = {}
    for reason in reasons:
        where = str(reason.get("outputId") or reason.get("tileId") or "")
        names.setdefault(str(reason.get("code")), []).append(where)
    said = []
    for code, found in names.items():
        key = f"pages.why.{code}" if has(f"pages.why.{code}") else "pages.why.other"
        said.append(text(key, language, names=", ".join(filter(None, found)), code=code))
    return said
