"""The quarantine browser: what is held, within what a person may see; orders, through the audit."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, no_update
from flask import Blueprint, Flask, Response, redirect, request
from pydantic import ValidationError

from callbacks import page_realm, page_setting, session
from callbacks.desk import Desk, desk
from callbacks.held_words import MOST_WORDS, fields_of
from callbacks.names import people_names
from data_access.aggregates.quality import REASONS
from data_access.envelope import LIVE
from data_access.errors import DataError
from data_access.personal import masked_text
from data_access.quarantine import HELD, OVERRIDABLE, RELEASED, SETTLED
from data_access.store.quarantine import Count, Done, Held
from language import datetime_, moment, number, pick, say
from layouts import ids
from layouts.pages import quarantine
from layouts.pages.quarantine import (
    ORDERS_PATH,
    PATH,
    ROWS_A_PAGE,
    STATES,
    Asked,
    Group,
    HeldView,
    OrderView,
    QuarantineView,
    tell,
)
from layouts.pages.shell import Setting
from operations import quarantine as orders_of
from permissions.audit import Entry
from permissions.errors import Forbidden
from permissions.roles import Person, Right

MOST_PAGES = 10_000
LEAST_WHY = 8
ORDERS_SHOWN = 4

log = logging.getLogger(__name__)
routes = Blueprint("quarantine", __name__)


def attach(app: Flask) -> None:
    """Serve the address orders are sent to from `app`."""
    app.register_blueprint(routes)


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        Output(ids.QUARANTINE_ORDERS, "children"),
        Input(ids.VERSIONS, "data"),
        Input(ids.LIVE_POLL, "n_intervals"),
        State(ids.PAGE_REALM, "data"),
        State(ids.QUARANTINE_ORDERS, "id"),
        prevent_initial_call=True,
    )(refresh)


def layout(
    dataset: str | None = None,
    agency: str | None = None,
    reason: str | None = None,
    state: str | None = None,
    page: str | None = None,
    problem: str | None = None,
    realm: str | None = None,
    date: str | None = None,
    time: str | None = None,
) -> Any:
    """Build the page for what its address names."""
    who = _reader()
    asked = _asked(desk(), dataset, agency, reason, state, page)
    there = page_realm.world(PATH, realm, date, time, **asked.named)
    reach, setting = there.reach, there.setting
    try:
        view = _view(reach, asked, who, setting, problem or "")
    except DataError as error:
        log.warning("quarantine cannot be read: %s", error)
        view = QuarantineView(asked, (), (), (), False, False, False, "unreadable")
    orders = _orders(reach, who, setting)
    return quarantine.page(view, orders, link=page_setting.link(), setting=setting)


def refresh(_versions: Any, _poll: Any, realm: str | None, _id: Any) -> Any:
    """Say anew what came of the newest orders."""
    who = session.person()
    if who is None or not who.may(Right.SEE_QUARANTINE):
        return no_update
    there = page_realm.world_again(realm)
    return quarantine.order_list(_orders(there.reach, who, there.setting))


@routes.post(ORDERS_PATH)
def order() -> Response:
    """Take an order, and lead back to where it was given."""
    reach, form = desk(), request.form
    who = session.person()
    place = Asked(form.get("dataset", ""), form.get("agency", ""), form.get("reason", ""))
    if who is None or not who.may(Right.RELEASE_ROWS):
        session.audit(who, orders_of.ACTION, "refused", target=_target(place), code="forbidden")
        return _back(place, "forbidden")
    contract = reach.city.datasets.get(place.dataset)
    if contract is None or not who.may_see(contract.classification):
        session.audit(who, orders_of.ACTION, "refused", target=_target(place), code="forbidden")
        return _back(place, "forbidden")
    mode, _, row = form.get("do", "").partition(":")
    why = " ".join(form.get("why", "").split())
    if mode == "override" and place.reason not in OVERRIDABLE:
        return _back(place, "structural")
    if mode == "override" and len(why) < LEAST_WHY:
        return _back(place, "why")
    try:
        given = {"dataset": place.dataset, "reason": place.reason, "mode": mode, "why": why}
        rows = [int(row)] if row else []
        told = orders_of.Asked.model_validate({**given, "rows": rows})
    except (ValidationError, ValueError):
        return _back(place, "invalid")
    session.audit(who, orders_of.ACTION, "asked", target=_target(place), detail=told.detail())
    return _back(place, "")


def _view(reach: Desk, asked: Asked, who: Person, setting: Setting, problem: str) -> QuarantineView:
    assert reach.held is not None  # noqa: S101 - asked by the caller
    seen = _seen(reach, who)
    then_us = None if setting.realm == LIVE else int(reach.now_ms() * 1000)
    counts = reach.held.counts(seen, then_us=then_us)
    groups = tuple(_groups(reach, counts, asked, setting))
    owners = dict.fromkeys(count.owner for count in counts)
    rows: list[Held] = []
    if asked.dataset in seen:
        rows = reach.held.rows(
            [asked.dataset],
            reason=asked.reason or None,
            states=_states(asked.state),
            offset=(asked.page - 1) * ROWS_A_PAGE,
            limit=ROWS_A_PAGE + 1,
            then_us=then_us,
        )
    names = people_names(reach)
    return QuarantineView(
        asked=asked,
        groups=groups,
        owners=tuple((owner, _agency(reach, owner, setting)) for owner in owners),
        rows=tuple(_held(row, names, reach, setting) for row in rows[:ROWS_A_PAGE]),
        has_more=len(rows) > ROWS_A_PAGE,
        may_release=who.may(Right.RELEASE_ROWS) and bool(asked.reason) and then_us is None,
        may_override=asked.reason in OVERRIDABLE,
        problem=problem if problem in quarantine.PROBLEMS else "",
        is_then=then_us is not None,
    )


def _groups(
    reach: Desk, counts: Iterable[Count], asked: Asked, setting: Setting
) -> Iterable[Group]:
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for count in counts:
        if asked.owner in ("", count.owner):
            states = found.setdefault((count.dataset, count.owner, count.reason), {})
            states[count.state] = states.get(count.state, 0) + count.rows

    def group(key: tuple[str, str, str], states: Mapping[str, int]) -> Group:
        dataset, owner, reason = key
        contract = reach.city.datasets.get(dataset)
        return Group(
            dataset=dataset,
            name=pick(contract.name, setting.language) if contract else dataset,
            owner=owner,
            owner_name=_agency(reach, owner, setting),
            reason=reason,
            reason_name=_reason(reason, setting),
            held=sum(rows for state, rows in states.items() if state not in (RELEASED, SETTLED)),
            released=states.get(RELEASED, 0) + states.get(SETTLED, 0),
        )

    made = [group(key, states) for key, states in found.items()]
    return sorted(made, key=lambda each: (-each.held, each.name, each.reason))


def _held(row: Held, names: Mapping[str, str], reach: Desk, setting: Setting) -> HeldView:
    language, zone = setting.language, setting.timezone
    contract = reach.city.datasets.get(row.dataset)
    at = moment(row.seen_us / 1000, now=reach.now_ms(), language=language, timezone=zone)
    word = ""
    if row.decided_by and row.decided_us is not None:
        when = datetime_(row.decided_us / 1000, language=language, timezone=zone)
        who = names.get(row.decided_by, row.decided_by)
        word = tell("word", setting, who=who, at=when, why=row.decided_why or "")
    return HeldView(
        row_id=row.row_id,
        reference=row.source_ref,
        reason=_reason(row.reason, setting),
        detail=masked_text(say(row.detail, language))[:MOST_WORDS],
        fields=fields_of(row.row, contract, reach.city, setting),
        raw=masked_text(row.row)[:MOST_WORDS] or row.source_ref,
        seen=tell("seen", setting, at=at),
        word=word,
    )


def _orders(reach: Desk, who: Person, setting: Setting) -> list[OrderView]:
    """Return the newest orders; of those that are done, the audit is told so once."""
    rows = reach.audit.recent(action=orders_of.ACTION, limit=ORDERS_SHOWN * 6)
    answered, now_ms = {row["answers"] for row in rows}, reach.now_ms()
    is_now = setting.realm == LIVE
    given = [r for r in rows if r["outcome"] == "asked" and (is_now or r["at_ms"] <= now_ms)]
    asked = given[:ORDERS_SHOWN]
    try:
        done = {} if reach.held is None else reach.held.done([row["sequence"] for row in asked])
    except DataError as error:
        log.warning("orders cannot be looked for: %s", error)
        done = {}
    seen, names = _seen(reach, who), people_names(reach)
    views = []
    for row in asked:
        order, found = orders_of.order_of(row), done.get(row["sequence"])
        if order is None or order.dataset not in seen:
            continue
        if found is not None and row["sequence"] not in answered:
            _answer(reach, dict(row), found)
        contract = reach.city.datasets[order.dataset]
        words = tell(
            f"order.{order.mode}",
            setting,
            who=names.get(order.by, order.by),
            at=moment(
                row["at_ms"],
                now=now_ms,
                language=setting.language,
                timezone=setting.timezone,
            ),
            dataset=pick(contract.name, setting.language),
            reason=_reason(order.reason, setting),
        )
        result = tell("order.waits", setting)
        if not is_now and found is not None and found.done_us > now_ms * 1000:
            found = None  # then it waited
        if found is not None:
            counts = {
                name: number(each, decimals=0, language=setting.language)
                for name, each in (("released", found.released), ("checked", found.checked))
            }
            result = tell("order.done", setting, **counts)
        views.append(OrderView(order.order_id, words, result, found is not None))
    return views


def _answer(reach: Desk, asked: Mapping[str, Any], done: Done) -> None:
    """Write down what came of an order, as an answer to its asking."""
    person = reach.people.find(asked["actor"])
    if person is None:
        return
    reach.audit.append(
        Entry(
            at_ms=done.done_us / 1000,
            person=person,
            address=str(asked["address"]),
            action=orders_of.ACTION,
            outcome="ok",
            target=str(asked["target"]),
            answers=int(asked["sequence"]),
            detail={"checked": done.checked, "released": done.released},
        )
    )


def _asked(
    reach: Desk,
    dataset: str | None,
    agency: str | None,
    reason: str | None,
    state: str | None,
    page: str | None,
) -> Asked:
    number_ = int(page) if page and page.isascii() and page.isdigit() and len(page) < 6 else 1
    return Asked(
        dataset=dataset if dataset and dataset in reach.city.datasets else "",
        owner=agency if agency and agency in reach.city.agencies else "",
        reason=(reason or "")[:64],
        state=state if state in STATES else HELD,
        page=min(max(number_, 1), MOST_PAGES),
    )


def _reason(reason: str, setting: Setting) -> str:
    """Return what a reason is called; one that has no name is its code."""
    return pick(REASONS.get(reason), setting.language) or reason


def _seen(reach: Desk, who: Person) -> list[str]:
    """Return the datasets a person may see."""
    return [n for n, each in reach.city.datasets.items() if who.may_see(each.classification)]


def _states(state: str) -> tuple[str, ...]:
    return (RELEASED, SETTLED) if state == "released" else (HELD, "allowed")


def _reader() -> Person:
    who = session.person()
    if who is None or not who.may(Right.SEE_QUARANTINE):
        session.audit(who, "quarantine.see", "refused", code="forbidden")
        raise Forbidden("not for this role")
    return who


def _agency(reach: Desk, owner: str, setting: Setting) -> str:
    agency = reach.city.agencies.get(owner)
    return pick(agency.name, setting.language) if agency else owner


def _target(place: Asked) -> str:
    return f"quarantine/{place.dataset}/{place.reason}"


def _back(place: Asked, problem: str) -> Response:
    href = place.href
    if problem:
        href += ("&" if "?" in href else "?") + urlencode({"problem": problem})
    assert href.startswith(PATH)  # noqa: S101 - nobody is led elsewhere
    return redirect(href, 303)  # type: ignore[return-value]
