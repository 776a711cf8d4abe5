"""The page of anomalies, within a person's ceiling; what people say of them, kept as labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, no_update
from flask import Blueprint, Flask, Response, request

from analytics.detection.alerts import ALERTS, ENDED, EVENTS, FAULTS, MUTED
from analytics.detection.labels import Label, LabelStore, precision
from analytics.detection.quality import Counted, Replayed, read_measured
from analytics.detection.verdict import VERDICTS
from callbacks import page_realm, page_setting, said_of, session
from callbacks.catalogue import reader
from callbacks.desk import Desk, desk
from callbacks.found import found, why_not
from callbacks.names import people_names
from data_access.envelope import LIVE, Envelope
from data_access.figure import item_at
from data_access.realms.realm import known_at_ms, published
from language import date, datetime_, duration, moment, number, pick
from layouts import ids
from layouts.pages import anomalies
from layouts.pages.anomalies import (
    LABELS_PATH,
    PATH,
    PROBLEMS,
    AlertView,
    AnomaliesView,
    DetectorView,
    Measured,
    tell,
)
from layouts.pages.data_page import unkept_page
from layouts.pages.share import counted, percent
from layouts.pages.shell import Setting
from permissions.roles import Person, Right

ACTION = "detection.label"
SHOWN = {EVENTS: "events", MUTED: "muted", FAULTS: "faults", ENDED: "ended"}
MOST = {EVENTS: 60, MUTED: 30, FAULTS: 30, ENDED: 30}
LABELLED_DAYS = 92
DAY_MS = 86_400_000

routes = Blueprint("anomalies", __name__)


def attach(app: Flask) -> None:
    """Serve the address labels are sent to from `app`."""
    app.register_blueprint(routes)


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        Output(ids.ANOMALIES_LISTS, "children"),
        Input(ids.VERSIONS, "data"),
        Input(ids.LIVE_POLL, "n_intervals"),
        State(ids.PAGE_REALM, "data"),
        State(ids.ANOMALIES_LISTS, "id"),
        prevent_initial_call=True,
    )(refresh)


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
        return unkept_page("anomalies", "over", link=page_setting.link(), setting=setting)
    view = _view(reach, who, setting, problem if problem in PROBLEMS else "")
    return anomalies.page(view, link=page_setting.link(), setting=setting)


def refresh(versions: Any, _poll: Any, realm: str | None, _id: Any) -> Any:
    """Say anew what stands, when that changed; what was known does not change."""
    who, here = session.person(), page_realm.chosen(realm)
    name = published(here, ALERTS)
    if who is None or known_at_ms(here) or (isinstance(versions, Mapping) and name not in versions):
        return no_update
    there = page_realm.world_again(here)
    return anomalies.lists(_view(there.reach, who, there.setting, ""), setting=there.setting)


@routes.post(LABELS_PATH)
def label() -> Response:
    """Keep what somebody says of an alert, and lead back to it."""
    reach = desk()
    alert_id, verdict = request.form.get("alert", "")[:96], request.form.get("verdict", "")
    target = f"alert/{alert_id}"
    who = said_of.allowed(session.person(), Right.LABEL_ALERTS, action=ACTION, target=target)
    if who is None:
        return said_of.back(PATH, "forbidden")
    item = _items(_envelope(reach, who)).get(alert_id)
    if item is None or verdict not in VERDICTS:
        return said_of.back(PATH, "unknown")
    said = Label(
        alert_id=alert_id,
        person_id=who.user_id,
        detector=str(item["detector"]),
        sort=str(item["sort"]),
        verdict=verdict,
        at_ms=reach.now_ms(),
        began_ms=float(item["atMs"]),
        title=dict(item["title"]),
    )
    say = partial(LabelStore(reach.engine).say, said)
    problem = said_of.keep(say, who, action=ACTION, target=target, detail={"verdict": verdict})
    return said_of.back(PATH, problem, at="" if problem else alert_id)


def _envelope(reach: Desk, who: Person) -> Envelope | None:
    return found(reach, ALERTS, who)


def _items(envelope: Envelope | None) -> dict[str, Mapping[str, Any]]:
    if envelope is None or envelope.state != "ok":
        return {}
    lists = envelope.payload.get("items", {})
    return {str(item["id"]): item for name in SHOWN for item in lists.get(name, ())}


def _view(reach: Desk, who: Person, setting: Setting, problem: str) -> AnomaliesView:
    envelope = _envelope(reach, who)
    labels, unread = _labels(reach)
    is_now = setting.realm == LIVE
    whole, replayed = precision(labels), read_measured()
    interval = whole.interval
    feedback = tell("unlabelled", setting)
    if interval is not None:
        feedback = tell(
            "labelled",
            setting,
            right=whole.right,
            told=whole.told,
            share=percent(whole.share, setting),
            low=percent(interval[0], setting),
            high=percent(interval[1], setting),
        )
    return AnomaliesView(
        alerts=_alerts(reach, envelope, labels, who, setting),
        feedback=feedback,
        by_feedback=tuple(_by_feedback(envelope, labels, setting)),
        rule=_rule(envelope, setting),
        replayed_well=_replayed_well(replayed, setting),
        replayed=_replayed(replayed, setting),
        by_replay=tuple(_by_replay(replayed, setting)),
        detectors=tuple(_detectors(reach, envelope, setting)),
        may_label=who.may(Right.LABEL_ALERTS) and is_now,
        origin="live" if envelope is None else envelope.origin,
        reason=_reason(reach, envelope, setting),
        problem=problem or ("unreadable" if unread else ""),
    )


def _labels(reach: Desk) -> tuple[list[Label], bool]:
    """Return the labels of the last three months, and whether they could not be read."""
    now_ms = reach.now_ms()
    labels = partial(LabelStore(reach.engine).all, since_ms=now_ms - LABELLED_DAYS * DAY_MS)
    return said_of.read(labels, until_ms=now_ms)


def _reason(reach: Desk, envelope: Envelope | None, setting: Setting) -> str:
    said, word = why_not(reach, ALERTS, envelope, setting.language)
    return tell(word, setting) if word else said


def _alerts(
    reach: Desk,
    envelope: Envelope | None,
    labels: Sequence[Label],
    who: Person,
    setting: Setting,
) -> dict[str, tuple[AlertView, ...]]:
    if envelope is None or envelope.state != "ok":
        return {}
    said = {label.alert_id: label for label in labels}
    names = people_names(reach)
    lists = envelope.payload.get("items", {})
    return {
        shown: tuple(
            _alert(item, said.get(str(item["id"])), who, names, setting)
            for item in lists.get(name, ())[: MOST[name]]
        )
        for name, shown in SHOWN.items()
    }


def _alert(
    item: Mapping[str, Any],
    said: Label | None,
    who: Person,
    names: Mapping[str, str],
    setting: Setting,
) -> AlertView:
    language, zone = setting.language, setting.timezone

    def at(at_ms: float) -> str:
        return datetime_(at_ms, language=language, timezone=zone, style="short")

    when = tell("since", setting, at=at(item["atMs"]))
    if item.get("endedMs") is not None:
        when = tell("lasted", setting, since=at(item["atMs"]), until=at(item["endedMs"]))
    elif item.get("endsMs") is not None:
        ends = tell("ends", setting, at=at(item["endsMs"]), count=item.get("endsOf") or 0)
        when = f"{when} · {ends}"
    line = item.get("line") or {}
    words = ""
    if said is not None:
        person = names.get(said.person_id, said.person_id)
        verdict = tell(f"verdict.{said.verdict}", setting)
        words = tell("said", setting, who=person, verdict=verdict, at=at(said.at_ms))
    return AlertView(
        alert_id=str(item["id"]),
        title=pick(item["title"], language),
        severity=item["worst"] if item.get("endedMs") is not None else item["severity"],
        detector=pick(item["kind"], language),
        when=when,
        evidence=tuple(pick(each, language) for each in item.get("evidence") or ()),
        causes=tuple(pick(each, language) for each in item.get("causes") or ()),
        is_fault=item.get("sort") == "fault",
        dataset=str((item.get("source") or {}).get("dataset", "")),
        now=line.get("points") or (),
        usual=line.get("usual") or (),
        verdict=said.verdict if said is not None and said.person_id == who.user_id else "",
        said=words,
        mark=f"{ALERTS}:{item_at(str(item['id']))}",
    )


def _rows(envelope: Envelope | None, name: str = "detectors") -> Sequence[Mapping[str, Any]]:
    if envelope is None:
        return ()
    tables: Mapping[str, Any] = envelope.payload.get("tables", {})
    rows: Sequence[Mapping[str, Any]] = tables.get(name, {}).get("rows", ())
    return rows


def _by_feedback(
    envelope: Envelope | None, labels: Sequence[Label], setting: Setting
) -> list[Measured]:
    names = {str(row["id"]): pick(row["name"], setting.language) for row in _rows(envelope)}
    muted = {str(row["id"]): row.get("mutedMs") for row in _rows(envelope)}
    found = []
    for detector in sorted({label.detector for label in labels}):
        told = precision(label for label in labels if label.detector == detector)
        count = number(told.told, decimals=0, language=setting.language)
        muted_ms = muted.get(detector)
        walls = tell("shown", setting)
        if muted_ms is not None:
            walls = tell("muted", setting, day=date(muted_ms, language=setting.language,
                                                    timezone=setting.timezone))  # fmt: skip
        found.append(
            Measured(
                name=names.get(detector, detector),
                about="",
                count=count,
                precision=told,
                walls=walls,
                is_muted=muted_ms is not None,
            )
        )
    return found


def _rule(envelope: Envelope | None, setting: Setting) -> str:
    """Return from where on a detector is muted, where labels can do that."""
    rule = next(iter(_rows(envelope, "trust")), None)
    if rule is None:
        return ""
    figures = {
        name: number(float(rule[name]), decimals=0, language=setting.language)
        for name in ("floor", "clear", "least", "window")
    }
    return tell("rule", setting, **figures)


def _replayed_well(replayed: Replayed | None, setting: Setting) -> tuple[str, ...]:
    """Return precision and recall of the whole replay, with their intervals and its seeds."""
    if replayed is None:
        return ()
    seeds = number(len(replayed.by_seed), decimals=0, language=setting.language)
    figures = {
        "precision": counted(replayed.precision, setting),
        "recall": counted(replayed.recall, setting),
    }
    return (tell("replayed_well", setting, seeds=seeds, **figures),)


def _replayed(replayed: Replayed | None, setting: Setting) -> str:
    if replayed is None:
        return tell("not_replayed", setting)
    at_ms = _day_ms(replayed.measured_on)
    return tell("replayed", setting, day=date(at_ms, language=setting.language))


def _day_ms(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000


def _by_replay(replayed: Replayed | None, setting: Setting) -> list[Measured]:
    if replayed is None:
        return []
    return [
        Measured(
            name=pick(each.name, setting.language),
            about=_about(each, setting),
            count=number(each.put_in, decimals=0, language=setting.language),
            precision=each.precision,
            recall=each.recall,
            delay=""
            if each.delay_min is None
            else duration(60 * each.delay_min, language=setting.language),
        )
        for each in replayed.counted
    ]


def _about(each: Counted, setting: Setting) -> str:
    """Return into what it was put, and what of that no threshold was looked at with."""
    series = pick(each.series, setting.language)
    return f"{series}; {tell(f'apart.{each.apart}', setting)}"


def _detectors(reach: Desk, envelope: Envelope | None, setting: Setting) -> list[DetectorView]:
    language = setting.language
    return [
        DetectorView(
            name=pick(row["name"], language),
            dataset=pick(row["dataset"], language),
            basis=pick(row["basis"], language),
            looked=moment(
                row["looked"], now=reach.now_ms(), language=language, timezone=setting.timezone
            )
            if row["looked"]
            else tell("never", setting),
            open=int(row.get("open", 0)),
        )
        for row in _rows(envelope)
    ]
