"""A tap on a figure: its passport, made when it is asked for, within what the asker may see."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dash import Dash, Input, Output, no_update

from analytics.brief.finding import PREFIX, said_figure
from callbacks import made_by, page_realm, page_setting, runs, session
from callbacks.brief_deeds import published
from callbacks.desk import Desk, desk
from callbacks.exercises import exercises
from callbacks.passport_view import view_of
from data_access.aggregates.party import PARTY as DOCUMENTS
from data_access.envelope import LIVE, Envelope
from data_access.errors import DataError
from data_access.finding import OF_ONE_RUN, is_finding
from data_access.passport import Passport
from data_access.realms.realm import is_beside, is_exercise, known_at_ms
from language import datetime_, number, pick
from layouts import ids
from layouts.pages import passport
from layouts.pages.exercise_view import find
from layouts.pages.shell import Setting
from permissions.roles import Person, Right

LONGEST = 400  # characters of a mark

log = logging.getLogger(__name__)


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        Output(ids.PASSPORT_BODY, "children"),
        Input(ids.PASSPORT_ASKED, "data"),
        running=[
            (Output(ids.PASSPORT_BUSY, "hidden"), False, True),
            (Output(ids.PASSPORT_BODY, "hidden"), True, False),
        ],
        prevent_initial_call=True,
    )(answer)


def answer(asked: Mapping[str, Any] | None) -> Any:
    """Return the drawer's body for the mark that was tapped, or why there is none."""
    who = session.person()
    if who is None or not asked:
        return no_update
    setting = page_setting.setting()
    mark, realm = str(asked.get("mark", "")), str(asked.get("realm") or LIVE)
    return _body(desk(), mark, realm, who, setting)


def _body(reach: Desk, mark: str, realm: str, who: Person, setting: Setting) -> Any:
    aggregate, _, address = mark.partition(":")
    is_brief = aggregate.startswith(PREFIX)
    envelope = None
    if len(mark) <= LONGEST:
        is_now = is_brief and realm == LIVE
        envelope = (
            published(reach, aggregate) if is_now else _envelope(reach, aggregate, realm, who)
        )
    playing = find(exercises(reach), realm) if is_exercise(realm) else None
    if is_exercise(realm) and playing is None:
        return passport.refusal("exercise", setting=setting)
    if envelope is not None and is_brief:  # a figure as it stood when it was said
        envelope, address = said_figure(envelope, address) or (None, address)
    if envelope is None:
        return passport.refusal("unknown", setting=setting)
    if not who.may_see(envelope.classification):
        session.audit(who, "passport", "refused", target=f"number/{mark}", code="forbidden")
        return passport.refusal("forbidden", setting=setting)
    if reach.trace is None:
        return passport.refusal("unreadable", setting=setting)
    try:
        found = reach.trace(envelope, address, "known" if playing is None else playing.basis)
    except LookupError:
        return passport.refusal("unknown", setting=setting)
    except DataError as error:
        log.warning("no passport of %s: %s", mark, error)
        return passport.refusal("unreadable", setting=setting)
    view = view_of(reach, envelope, found, who=who, setting=setting)
    grounds = tuple(_grounds(reach, envelope, found, who, setting))
    view = replace(view, grounds=grounds)
    if is_finding(envelope.aggregate):  # work has made it: no row of a source says it
        view = _with_work(reach, envelope, found, view, who=who, setting=setting)
    body = passport.body(view, setting=setting)
    if playing is not None:
        return passport.exercised(body, playing, setting=setting)
    then_ms = known_at_ms(realm)
    return body if then_ms is None else passport.known(body, realm, then_ms, setting=setting)


def _grounds(
    reach: Desk, envelope: Envelope, found: Passport, who: Person, setting: Setting
) -> Iterator[passport.GroundView]:
    """Yield the what-ifs that were attached to the document a figure is of, by the time it is of.

    None in an exercise: they are the city's own.
    """
    source: Mapping[str, Any] = found.figure.get("source") or {}
    document = source.get("entity")
    if source.get("dataset") != DOCUMENTS or not document or not who.may(Right.SEE_TWINS):
        return
    if is_exercise(envelope.realm):
        return
    then_ms = known_at_ms(envelope.realm)
    names: set[str] = set()
    for table in envelope.payload.get("tables", {}).values():
        for row in table["rows"]:
            title = row.get("title", "")
            if (row.get("source") or {}).get("entity") == document:
                names |= set(title.values()) if isinstance(title, Mapping) else {str(title)}
    for job, note in runs.attached_to(reach, document, names, who):
        if then_ms is not None and note.at_ms > then_ms:
            continue
        at = datetime_(note.at_ms, language=setting.language, timezone=setting.timezone)
        title = pick(runs.title(job), setting.language)
        yield passport.GroundView(title, f"{note.by} · {at}", f"/what-if?run={job.id}")


def _with_work(
    reach: Desk,
    envelope: Envelope,
    found: Passport,
    view: passport.PassportView,
    *,
    who: Person,
    setting: Setting,
) -> passport.PassportView:
    """Return a passport with the run behind the figure, and what is known of it by that."""
    work = made_by.work_of(reach, envelope)
    verdict, kept = made_by.verdict_of(reach, envelope, found.number, work)
    unit, decimals = found.figure["unit"], found.figure["decimals"]
    return replace(
        view,
        verdict=verdict,
        recomputed=number(kept, unit, decimals=decimals, language=setting.language),
        made=made_by.made_view(reach, envelope, found.number, work, who=who, setting=setting),
    )


def _envelope(reach: Desk, aggregate: str, realm: str, who: Person) -> Envelope | None:
    if realm != LIVE and not is_beside(realm):
        return None
    found = page_realm.desk_in(reach, realm).cache.read(aggregate)
    of_one_run = realm == LIVE and aggregate.startswith(OF_ONE_RUN)
    if found is None and of_one_run and who.may(Right.SEE_TWINS):
        return made_by.run_envelope(reach, aggregate)  # its page shows it before any wall does
    return found
