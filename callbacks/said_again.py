"""A forecast said once more: asked for from its passport, done as a job, and what came of it.

What is compared are all figures of the finding (analytics/forecast/again.py); a passport is of one.
In an exercise, and as it was known then, stands what was published before: that is said again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.forecast.declared import DRIFT, PREFIX
from analytics.forecast.figures import hash_of_figures
from callbacks import runs, session
from callbacks.desk import Desk
from data_access.classification import highest
from data_access.envelope import LIVE, Envelope
from data_access.figure import figure_at
from data_access.finding import SAID_AS, secrecy_of
from jobs.errors import JobError
from jobs.findings import FindingStore
from jobs.job import Job, State
from language import datetime_
from layouts.pages.passport import Verdict
from layouts.pages.passport_made import Again
from layouts.pages.shell import Setting
from permissions.roles import Person, Right

AGAIN = "forecast.again"
LOOKED_AT = 40
TITLE = {"vi": "Tính lại dự báo", "en": "A forecast once more"}


def is_forecast(aggregate: str) -> bool:
    """Tell whether a finding is a forecast."""
    return aggregate.startswith(PREFIX) and aggregate != DRIFT


def name_of(envelope: Envelope) -> str:
    """Return how a page names this very forecast, which gives way to another every hour."""
    return f"{envelope.aggregate}@{envelope.version}"


def find(reach: Desk, name: str, who: Person) -> Envelope | None:
    """Return the forecast a page named; None where it is not kept, or above the ceiling."""
    aggregate, _, version = name.partition("@")
    if not is_forecast(aggregate) or not version.isdecimal():
        return None
    envelope = reach.cache.read(aggregate)
    if envelope is None or str(envelope.version) != version:
        envelope = FindingStore(reach.engine).said(aggregate, int(version))
    if envelope is None:
        return None
    secrecy = highest([envelope.classification, secrecy_of(reach.city, envelope.datasets)])
    return envelope if who.may_see(secrecy) else None


def as_published(reach: Desk, envelope: Envelope) -> Envelope | None:
    """Return a forecast as it was published, in whichever world it stands; None: not kept."""
    if envelope.realm == LIVE:
        return envelope
    version = int(envelope.quality.get(SAID_AS, envelope.version))
    return FindingStore(reach.engine).said(envelope.aggregate, version)


def again_of(reach: Desk, envelope: Envelope, *, who: Person, setting: Setting) -> Again:
    """Return how it stands with saying a forecast, as it was published, again."""
    asked = _newest(reach, envelope)
    ended_ms = None if asked is None else asked.finished_at_ms
    at = "" if ended_ms is None else datetime_(
        ended_ms, language=setting.language, timezone=setting.timezone)  # fmt: skip
    digest = hash_of_figures(envelope.payload)
    may_ask = who.may(Right.RUN_TWINS)
    return Again(name_of(envelope), digest, may_ask, asked, at, words="said")


def ask(reach: Desk, envelope: Envelope, who: Person) -> None:
    """Ask for a forecast to be said again; refused, failed or done, it is in the audit."""
    target = f"number/{envelope.aggregate}"
    if not who.may(Right.RUN_TWINS):
        session.audit(who, AGAIN, "refused", target=target, code="forbidden")
        return
    asked = session.audit(who, AGAIN, "asked", target=target)
    try:
        runs.store(reach).ask(AGAIN, _inputs(envelope), who.user_id, reach.now_ms(), title=TITLE)
    except JobError as error:
        code = getattr(error, "code", "failed")
        session.audit(who, AGAIN, "failed", target=target, code=code, answers=asked)
        return
    session.audit(who, AGAIN, "ok", target=target, answers=asked)


def verdict_of(reach: Desk, envelope: Envelope, address: str) -> tuple[Verdict, float | None]:
    """Return what is known of a figure by saying its forecast again, and the figure then."""
    said = as_published(reach, envelope)
    if said is None:
        return "gone", None
    asked = _newest(reach, said)
    shown = figure_at(envelope.payload, address)
    if asked is None or asked.state != State.DONE or asked.result is None or shown is None:
        return "sayable", None
    if asked.result["same"]:
        return "same", shown["value"]
    is_line = address.startswith("series/")  # its end is another figure than the next one
    found = None if is_line else asked.result["next"].get(series_of(envelope, address))
    return "differs", found


def series_of(envelope: Envelope, address: str) -> str:
    """Return whose figure an address of a forecast means; "" of another address."""
    match address.split("/"):
        case [name] | ["numbers", name] | ["series", name, _]:
            return name
        case ["tables", table, row, _]:
            rows: Any = envelope.payload["tables"][table]["rows"]
            return str(rows[int(row)].get("id", ""))
    return ""


def _inputs(envelope: Envelope) -> dict[str, Any]:
    return {
        "of": envelope.aggregate.removeprefix(PREFIX),
        "madeAtMs": envelope.made_at_ms,
        "origin": envelope.origin,
        "fit": str(envelope.quality.get("fitHash") or ""),
        "hash": hash_of_figures(envelope.payload),
    }


def _newest(reach: Desk, envelope: Envelope) -> Job | None:
    """Return the newest job that says it again, with its result; None where nobody asked."""
    wanted: Mapping[str, Any] = _inputs(envelope)
    store = runs.store(reach)
    recent = store.recent([AGAIN], LOOKED_AT)
    newest = next((each for each in recent if each.inputs == wanted), None)
    return None if newest is None else store.find(newest.id)
