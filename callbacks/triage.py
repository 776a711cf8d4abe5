"""The page on which requests without a category are triaged; what people decide is a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Flask, Response, request

from analytics.precision import Precision
from analytics.voices.labels import LONGEST_ID, CategoryLabel, CategoryLabels, taken
from analytics.voices.names import QUALITY
from callbacks import page_realm, page_setting, said_of, session
from callbacks.catalogue import reader
from callbacks.desk import Desk, desk
from callbacks.found import found, why_not
from callbacks.names import people_names
from data_access.aggregates.feedback import REQUESTS
from data_access.envelope import LIVE, Envelope
from language import datetime_, moment, number, pick
from layouts.pages import triage
from layouts.pages.data_page import unkept_page
from layouts.pages.share import counted
from layouts.pages.shell import Setting
from layouts.pages.triage import (
    LABELS_PATH,
    NONE_FITS,
    PATH,
    PROBLEMS,
    DecidedView,
    RequestView,
    TriageView,
    tell,
)
from permissions.roles import Person, Right

ACTION = "feedback.triage"
SHOWN_DECIDED = 30

routes = Blueprint("triage", __name__)


def attach(app: Flask) -> None:
    """Serve the address decisions are sent to from `app`."""
    app.register_blueprint(routes)


def layout(
    problem: str | None = None,
    realm: str | None = None,
    date: str | None = None,
    time: str | None = None,
) -> Any:
    """Build the page, in the world its address names."""
    who = reader()
    there = page_realm.world(PATH, realm, date, time)
    reach, setting = there.reach, there.setting
    if there.is_over:
        return unkept_page("triage", "over", link=page_setting.link(), setting=setting)
    view = _view(reach, who, setting, problem if problem in PROBLEMS else "")
    return triage.page(view, link=page_setting.link(), setting=setting)


@routes.post(LABELS_PATH)
def decide() -> Response:
    """Keep what somebody decides of a request, and lead back."""
    reach = desk()
    request_id = request.form.get("request", "")[:LONGEST_ID]
    chosen = request.form.get("take") or request.form.get("category", "")
    target = f"request/{request_id}"
    who = said_of.allowed(session.person(), Right.TRIAGE_REQUESTS, action=ACTION, target=target)
    if who is None:
        return said_of.back(PATH, "forbidden")
    row = _suggestions(_envelope(reach, who)).get(request_id)
    if row is None or chosen not in _categories(reach):
        return said_of.back(PATH, "unknown")
    label = CategoryLabel(
        request_id=request_id,
        person_id=who.user_id,
        suggested=str(row["category"]),
        sure=int(row["sure"]),
        chosen=chosen,
        at_ms=int(reach.now_ms()),
    )
    say = partial(CategoryLabels(reach.engine).say, label)
    problem = said_of.keep(say, who, action=ACTION, target=target, detail={"category": chosen})
    return said_of.back(PATH, problem)


def _envelope(reach: Desk, who: Person) -> Envelope | None:
    return found(reach, QUALITY, who)


def _table(envelope: Envelope | None) -> Mapping[str, Any]:
    if envelope is None or envelope.state != "ok":
        return {}
    found: Mapping[str, Any] = envelope.payload.get("tables", {}).get("suggestions", {})
    return found


def _suggestions(envelope: Envelope | None) -> dict[str, Mapping[str, Any]]:
    """Return the suggestions by request; what another release published without all is left out."""
    return {
        str(row["source"]["entity"]): row
        for row in _table(envelope).get("rows", ())
        if {"source", "category", "sure", "right", "told", "atMs"} <= set(row)
    }


def _categories(reach: Desk) -> Mapping[str, Mapping[str, str]]:
    contract = reach.city.datasets.get(REQUESTS)
    return {} if contract is None else contract.categories


def _view(reach: Desk, who: Person, setting: Setting, problem: str) -> TriageView:
    envelope = _envelope(reach, who)
    labels, unread = said_of.read(CategoryLabels(reach.engine).newest, until_ms=reach.now_ms())
    decided = {each.request_id for each in labels}
    found = _suggestions(envelope)
    waiting = [row for request_id, row in found.items() if request_id not in decided]
    known = _categories(reach)
    told = _table(envelope).get("total") or len(found)
    return TriageView(
        requests=tuple(_request(reach, row, setting) for row in waiting),
        total=max(len(waiting), int(told) - len(found) + len(waiting)),
        decided=tuple(_decided(reach, labels, setting)),
        taken=_taken(taken(labels), setting),
        measured=tuple(_measured(reach, envelope, setting)),
        categories=tuple((name, pick(label, setting.language)) for name, label in known.items()),
        may_decide=who.may(Right.TRIAGE_REQUESTS) and setting.realm == LIVE,
        reason=_reason(reach, envelope, setting),
        problem=problem or ("unreadable" if unread else ""),
    )


def _reason(reach: Desk, envelope: Envelope | None, setting: Setting) -> str:
    said, word = why_not(reach, QUALITY, envelope, setting.language)
    return tell(word, setting) if word else said


def _request(reach: Desk, row: Mapping[str, Any], setting: Setting) -> RequestView:
    right = Precision(int(row["right"]), int(row["told"]))
    measured = tell(
        "sure",
        setting,
        sure=number(row["sure"], decimals=0, language=setting.language),
        share=counted(right, setting),
        told=number(right.told, decimals=0, language=setting.language),
    )
    return RequestView(
        request_id=str(row["source"]["entity"]),
        words=str(row["name"]),
        when=moment(
            float(row["atMs"]),
            now=reach.now_ms(),
            language=setting.language,
            timezone=setting.timezone,
        ),
        suggested=str(row["category"]),
        suggested_name=pick(row["suggested"], setting.language),
        measured=measured,
    )


def _decided(
    reach: Desk, labels: Sequence[CategoryLabel], setting: Setting
) -> Sequence[DecidedView]:
    names, known = people_names(reach), _categories(reach)

    def category(name: str) -> str:
        if name == NONE_FITS:
            return tell("none", setting)
        return pick(known[name], setting.language) if name in known else name

    return [
        DecidedView(
            request_id=each.request_id,
            words=tell(
                "decided" if each.is_right else "changed",
                setting,
                who=names.get(each.person_id, each.person_id),
                at=datetime_(each.at_ms, language=setting.language, timezone=setting.timezone,
                             style="short"),
                suggested=category(each.suggested),
                chosen=category(each.chosen),
            ),
            is_right=each.is_right,
        )
        for each in labels[: -SHOWN_DECIDED - 1 : -1]
    ]  # fmt: skip


def _taken(told: Precision, setting: Setting) -> str:
    if not told.told:
        return tell("undecided", setting)
    figures = {
        name: number(figure, decimals=0, language=setting.language)
        for name, figure in (("right", told.right), ("told", told.told))
    }
    return tell("taken", setting, share=counted(told, setting), **figures)


def _measured(reach: Desk, envelope: Envelope | None, setting: Setting) -> Sequence[str]:
    """Return how good suggestions are, as was measured when they were learned, and from what."""
    if envelope is None or envelope.state != "ok":
        return []
    numbers = envelope.payload.get("numbers", {})
    said = []
    for name in ("right", "category_f1", "learned"):
        figure = numbers.get(name)
        if figure is None:
            continue
        value = figure["value"]
        shown = number(
            value, figure["unit"], decimals=figure["decimals"], language=setting.language
        )
        note = figure.get("note")
        tail = f" ({pick(note, setting.language)})" if note else ""
        said.append(f"{pick(figure['label'], setting.language)}: {shown}{tail}")
    if envelope.as_of_ms is not None:
        at = moment(envelope.made_at_ms, now=reach.now_ms(), language=setting.language,
                    timezone=setting.timezone)  # fmt: skip
        said.append(tell("learned_at", setting, at=at))
    return said
