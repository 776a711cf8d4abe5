"""By which work a figure of a finding was made: its job, its inputs in words, what limits it.

A figure of a twin is held against the kept result of its run, whose bytes must still have the hash
that was written with them; that the run itself comes out the same again is asked by a key
(`callbacks.passport_again`), and so is that a forecast does (`callbacks.said_again`). What
detectors and listeners said follows from rows of their time and is not computed again: that is
said, not hidden.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.detection.verdict import VERDICTS
from callbacks import runs, said_again
from callbacks.desk import Desk
from callbacks.names import people_names
from callbacks.what_if_tiles import envelope_of
from data_access.envelope import Envelope
from data_access.figure import figure_at, item_of
from data_access.finding import OF_ONE_RUN, SAID_AS
from jobs.canonical import canonical, hash_of
from jobs.findings import FindingStore
from jobs.job import BY_SCHEDULE, Job, State
from language import datetime_, has, number, pick, text
from layouts.pages.calibration import FIGURES
from layouts.pages.passport import Verdict
from layouts.pages.passport_made import Again, MadeView
from layouts.pages.passport_words import Fact, tell
from layouts.pages.shell import Setting
from layouts.tiles.forecast import card, told_errors, told_method
from permissions.roles import Person, Right
from twin.doubts import balances
from twin.envelope import figures, job_of, payload
from twin.result import RunResult

AGAIN = "twin.again"
HASH_SHOWN = 16
LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Work:
    """The job behind a finding, with its result where it is still kept."""

    job: Job
    result: RunResult | None  # of a twin


def run_envelope(reach: Desk, name: str) -> Envelope | None:
    """Return a run that nobody has sent to a wall, as its page shows it; None of none."""
    job = runs.find(reach, name.removeprefix(OF_ONE_RUN))
    result = None if job is None else runs.result_of(job)
    if job is None or result is None:
        return None
    return envelope_of(reach, job.id, runs.title(job), result, result_hash=job.result_hash)


def work_of(reach: Desk, envelope: Envelope) -> Work | None:
    """Return the work that made an envelope; None where it is no longer known which that was."""
    if envelope.aggregate.startswith(OF_ONE_RUN):
        job_id = job_of(envelope.aggregate)
    else:
        store = FindingStore(reach.engine)
        version = int(envelope.quality.get(SAID_AS, envelope.version))
        found = store.made_by(envelope.aggregate)
        job_id = found[0] if found is not None and found[1] == version else ""
        job_id = job_id or store.made_then(envelope.aggregate, version) or ""
    job = runs.store(reach).find(job_id)
    if job is None:
        return None
    is_run = runs.kind_of(job) is not None
    return Work(job, runs.result_of(job) if is_run else None)


def verdict_of(
    reach: Desk, envelope: Envelope, address: str, work: Work | None
) -> tuple[Verdict, float | None]:
    """Return what is known of a figure by the kept result of its run, and the figure there."""
    if item_of(envelope.payload, address) is not None:
        return "judged", None
    if said_again.is_forecast(envelope.aggregate):
        return said_again.verdict_of(reach, envelope, address)
    if not envelope.aggregate.startswith("twin."):
        return "modelled", None
    if work is None or work.result is None or work.job.state != State.DONE:
        return "gone", None
    shown = figure_at(envelope.payload, address)
    kept = figure_at(figures(work.result), address)
    if kept is None:
        kept = figure_at(payload(work.result, reach.city), address)
    value = None if kept is None else kept["value"]
    is_whole = hash_of(canonical(work.result)) == work.job.result_hash
    is_same = shown is not None and _same(shown["value"], value)
    return ("kept" if is_whole and is_same else "changed"), value


def made_view(
    reach: Desk,
    envelope: Envelope,
    address: str,
    work: Work | None,
    *,
    who: Person,
    setting: Setting,
) -> MadeView:
    """Return what is said of the work behind a figure of an envelope."""
    facts = () if work is None else tuple(_facts(reach, envelope, work, setting))
    if work is None or work.result is None:
        is_forecast = said_again.is_forecast(envelope.aggregate)
        said = said_again.as_published(reach, envelope) if is_forecast else None
        why = () if is_forecast else (tell("made.not_again", setting),)
        return MadeView(
            facts,
            (),
            (tell("made.unknown", setting),) if work is None else why,
            None if said is None else said_again.again_of(reach, said, who=who, setting=setting),
            errors=tuple(_errors(envelope, address, setting)),
            evidence=tuple(_evidence(envelope, address, setting)),
        )
    limits = [*work.result["limits"], *balances(work.result), *work.result["invented"]]
    return MadeView(
        facts,
        tuple(_fit(work.result, setting)),
        tuple(pick(each, setting.language) for each in limits if any(each.values())),
        again_of(reach, work.job, who=who, setting=setting) if work.job.result_hash else None,
    )


def again_of(reach: Desk, job: Job, *, who: Person, setting: Setting) -> Again:
    """Return how it stands with doing a run again."""
    store = runs.store(reach)
    recent = store.recent([AGAIN], LOOKED_AT)
    newest = next((each for each in recent if each.inputs.get("of") == job.id), None)
    asked = None if newest is None else store.find(newest.id)
    ended_ms = None if asked is None else asked.finished_at_ms
    at = "" if ended_ms is None else datetime_(
        ended_ms, language=setting.language, timezone=setting.timezone)  # fmt: skip
    return Again(job.id, job.result_hash, who.may(Right.RUN_TWINS), asked, at)


def _facts(reach: Desk, envelope: Envelope, work: Work, setting: Setting) -> Iterator[Fact]:
    job, language = work.job, setting.language

    def at(at_ms: float) -> str:
        return datetime_(at_ms, language=language, timezone=setting.timezone)

    asker = tell("made.by_schedule", setting)
    if job.person_id != BY_SCHEDULE:
        asker = runs.who_of(job, people_names(reach))
    yield tell("fact.asked", setting), pick(job.title, language)
    yield tell("fact.run", setting), job.id
    yield tell("fact.asker", setting), f"{asker} · {at(job.asked_at_ms)}"
    yield tell("fact.made_at", setting), at(envelope.made_at_ms)
    yield tell("fact.engine", setting), ", ".join(_engines(work))
    yield tell("fact.code", setting), _code(job, language)
    if work.result is not None and work.result["seeds"]:
        yield tell("fact.seeds", setting), _seeds(work.result, setting)
    if work.result is not None:
        yield tell("fact.rain", setting), _rain(reach, job, setting)
    yield tell("fact.took", setting), number(job.took_s, "s", decimals=1, language=language)
    yield tell("fact.hash", setting), job.result_hash[:HASH_SHOWN]
    for seen in work.result["fit"].get("seen", ()) if work.result is not None else ():
        contract = reach.city.datasets.get(seen["dataset"])
        if contract is not None:
            yield pick(contract.name, language), _seen(seen, setting)


def _seeds(result: RunResult, setting: Setting) -> str:
    seeds = ", ".join(map(str, result["seeds"]))
    of, done = len(result["seeds"]), result["seedsDone"]
    return tell("made.seeds", setting, seeds=seeds, done=done, of=of)


def _engines(work: Work) -> Iterator[str]:
    """Yield engines with their versions: as the engine said, else as they are installed."""
    told: Mapping[str, str] = work.job.versions
    if work.result is not None:
        told = work.result["engine"]
    for name, version in told.items():
        if name not in ("code", "city", "model"):
            yield f"{name} {version}"


def _code(job: Job, language: str) -> str:
    """Return which code and which files of the city decided it: digests, to be compared."""
    parts = [
        text(f"passport.made.{name}", language, digest=job.versions[name])
        for name in ("code", "city")
        if job.versions.get(name)
    ]
    return ", ".join(parts)


def _seen(seen: Mapping[str, Any], setting: Setting) -> str:
    until = datetime_(seen["untilMs"], language=setting.language, timezone=setting.timezone)
    origin = text(f"pages.origin.{seen['origin']}", setting.language)
    return tell("made.seen", setting, series=seen["series"], until=until, origin=origin)


def _rain(reach: Desk, job: Job, setting: Setting) -> str:
    """Return where the rain of a run comes from, in words; nothing without rain."""
    scenario: Any = job.inputs.get("scenario") or {}
    storm = (scenario.get("drainage") or scenario).get("storm") or {}
    if not storm:
        return ""
    if storm.get("kind") == "hyetograph":
        words = tell(f"made.rain.{storm.get('source', 'drawn')}", setting)
        note = storm.get("note")
        return f"{words}. {pick(note, setting.language)}" if note else words
    options = reach.twins.options("drainage", reach.settings, reach.city) or {}
    known = next((s for s in options.get("storms", ()) if s["id"] == storm.get("id")), None)
    if known is None:
        return str(storm.get("id", ""))
    kind = tell("made.rain.observed" if known["observed"] else "made.rain.design", setting)
    note = pick(known["note"], setting.language) if known.get("note") else ""
    said = f"{pick(known['name'], setting.language)} ({kind})"
    return f"{said}. {note}" if note else said


def _fit(result: RunResult, setting: Setting) -> Iterator[str]:
    fit, language = result["fit"], setting.language
    yield ". ".join((text(f"what_if.fit.{fit['state']}", language), pick(fit["why"], language)))
    for name, value in fit.get("figures", {}).items():
        key = f"what_if.figure.{name}"
        if name in FIGURES and has(key):
            unit, decimals = FIGURES[name]
            written = number(value, unit, decimals=decimals, language=setting.language)
            yield f"{text(key, setting.language)}: {written}"


def _errors(envelope: Envelope, address: str, setting: Setting) -> Iterator[str]:
    """Yield by what a forecast was made and how wrong that was in its back-test."""
    row = card(envelope, said_again.series_of(envelope, address))
    if row:
        yield told_method(row, setting.language)
        yield told_errors(row, setting.language)
    learned, at_ms = envelope.quality.get("fitHash"), envelope.quality.get("trainedAtMs")
    if learned and at_ms:
        at = datetime_(at_ms, language=setting.language, timezone=setting.timezone)
        yield tell("made.learned", setting, at=at, hash=str(learned)[:HASH_SHOWN])


def _evidence(envelope: Envelope, address: str, setting: Setting) -> Iterator[str]:
    """Yield what bears an alert out, what may be its cause, and what a person said of it."""
    item: Any = item_of(envelope.payload, address)
    if item is None:
        return
    for each in item.get("evidence") or ():
        yield pick(each, setting.language)
    for each in item.get("causes") or ():
        yield text("anomalies.cause", setting.language, cause=pick(each, setting.language))
    if (verdict := item.get("verdict")) in VERDICTS:
        at = datetime_(item["saidMs"], language=setting.language, timezone=setting.timezone)
        words = text(f"anomalies.verdict.{verdict}", setting.language)
        yield tell("made.said", setting, at=at, verdict=words)


def _same(shown: float | None, kept: float | None) -> bool:
    if shown is None or kept is None:
        return shown is kept
    return math.isclose(shown, kept, rel_tol=1e-9, abs_tol=1e-9)
