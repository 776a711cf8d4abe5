"""The work `brief`: reads what stands in the cache, makes drafts by the rules, and publishes them.

Inputs: `what` morning, flash or due (default: the morning's where its hour has come and it is not
made yet, and a flash brief of an alert that is new and grave); `about` of a flash brief {aggregate,
item}; `rephrase` has the city's endpoint write the sentences anew; `atMs` the instant (default:
now). A draft is a draft until a person approves it (callbacks/brief.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from analytics.brief.brief import LANGUAGES, Brief
from analytics.brief.compose import compose
from analytics.brief.endpoint import endpoint_of
from analytics.brief.errors import EndpointError
from analytics.brief.finding import Finding, Wording, envelope_of, finding_in, name_of
from analytics.brief.occasion import About, alert, is_due, newest_unseen
from analytics.brief.rephrase import rephrase
from analytics.brief.rules import BriefRules, Kind, read_rules
from data_access.cache import open_cache
from data_access.city import load_city
from data_access.envelope import Envelope
from jobs.working import WorkFailed, Working


class _About(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    aggregate: str
    item: str


class Inputs(BaseModel):
    """What a brief is asked with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: Literal["morning", "flash", "due"] = "due"
    about: _About | None = None
    rephrase: bool = False
    atMs: float | None = None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A brief that is to be made: of what alert, and which alerts are known by then."""

    rules: BriefRules
    about: About | None = None
    seen: tuple[str, ...] = ()


def work(
    inputs: Mapping[str, Any], working: Working, *, clock: Callable[[], float] = time.time
) -> Mapping[str, Any]:
    """Make and publish drafts; raises WorkFailed."""
    asked = _read(inputs)
    now_ms = clock() * 1000 if asked.atMs is None else asked.atMs
    city = load_city(working.settings.city)
    all_rules = read_rules(working.settings.city)
    working.progress(0.1, "brief.read")
    names = [name for rules in all_rules.values() for name in (*rules.aggregates, *rules.alerts)]
    names += [name_of(kind, draft=draft) for kind in all_rules for draft in (True, False)]
    envelopes = open_cache(working.settings).read_many(names)
    made = []
    for wanted in _wanted(asked, all_rules, envelopes, now_ms, city.timezone):
        working.check()
        working.progress(0.4, "brief.compose")
        rules = wanted.rules
        brief = compose(rules, envelopes, now_ms=now_ms, about=wanted.about)
        if not brief.sentences and asked.what == "due":
            continue  # it is tried again at the next time
        if not brief.sentences:
            raise WorkFailed("noData", "There is no number that is fresh enough to be told.")
        wording = None
        if asked.rephrase:
            working.progress(0.6, "brief.rephrase")
            brief, wording = _rephrased(brief, working)
        working.publish(envelope_of(brief, rules, city, wording=wording, seen=wanted.seen))
        made.append(
            {
                "kind": rules.kind,
                "brief": brief.to_json(),
                "digest": brief.digest,
                "wording": None if wording is None else wording.to_json(),
            }
        )
    return {"briefs": made}


def _read(inputs: Mapping[str, Any]) -> Inputs:
    try:
        asked = Inputs.model_validate(dict(inputs))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "inputs"
        raise WorkFailed("input", f"{where}: {first['msg']}") from error
    if (asked.what == "flash") != (asked.about is not None):
        raise WorkFailed("input", "about: a flash brief is of an alert, no other is")
    return asked


def _wanted(
    asked: Inputs,
    all_rules: Mapping[Kind, BriefRules],
    envelopes: Mapping[str, Envelope],
    now_ms: float,
    timezone: str,
) -> Iterator[_Wanted]:
    """Yield what is to be made; raises WorkFailed for what was asked and cannot be."""
    if asked.what != "due" and asked.what not in all_rules:
        raise WorkFailed("input", f"The city has no rules of a brief of the kind {asked.what!r}.")
    morning, flash = all_rules.get("morning"), all_rules.get("flash")
    if morning is not None and asked.what in ("morning", "due"):
        last = finding_in(envelopes.get(name_of("morning", draft=True)))
        last_ms = None if last is None else last.brief.made_at_ms
        at = morning.daily_at
        if asked.what == "morning" or (at and is_due(at, last_ms, now_ms, timezone=timezone)):
            yield _Wanted(morning)
    if flash is None or asked.what == "morning":
        return
    known = {name for found in _flashes(envelopes) for name in (*found.seen, found.brief.about)}
    if asked.about is not None:
        yield _Wanted(flash, _named(asked.about, flash, envelopes), tuple(sorted(known)))
        return
    about, active = newest_unseen(
        flash.watched, envelopes, known=known, ceiling=flash.ceiling.classification, now_ms=now_ms
    )
    if about is not None:
        yield _Wanted(flash, about, active)


def _flashes(envelopes: Mapping[str, Envelope]) -> Iterator[Finding]:
    for draft in (True, False):
        found = finding_in(envelopes.get(name_of("flash", draft=draft)))
        if found is not None:
            yield found


def _named(asked: _About, rules: BriefRules, envelopes: Mapping[str, Envelope]) -> About:
    if asked.aggregate not in rules.alerts:
        raise WorkFailed("input", f"No flash brief is made of {asked.aggregate}.")
    about = alert(envelopes, asked.aggregate, asked.item)
    if about is None:
        raise WorkFailed("gone", "The alert is not in force any more.")
    return about


def _rephrased(brief: Brief, working: Working) -> tuple[Brief, Wording]:
    """Return the brief in the endpoint's words where they were let past, and what became of it."""
    endpoint = endpoint_of(working.settings)
    if endpoint is None:
        raise WorkFailed("input", "There is no endpoint that could write it anew.")
    accepted: dict[str, tuple[str, ...]] = {}
    refused = 0
    try:
        for language in LANGUAGES:
            working.check()
            done = rephrase(brief, endpoint, language=language)
            brief, accepted[language] = done.brief, done.accepted
            refused += len(done.refused)
    except EndpointError as error:  # what the rules wrote stands, and it is said that it does
        return brief, Wording(endpoint.model, accepted, refused, error.code)
    return brief, Wording(endpoint.model, accepted, refused)
