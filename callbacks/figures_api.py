"""Aggregates for other systems: `/api/aggregates`, and each with its figures as they are on glass.

What is answered is the envelope itself, from which walls, consoles and papers take their figures,
too: one number has one value, whoever asks. What work has found (alerts, forecasts, briefs, twins)
is answered like any other. Above the ceiling of whoever asks, and where a dataset is private (but
for what is released of it), the answer is 403 and an audit row.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from analytics.brief.finding import finding_in, is_draft
from callbacks import session
from callbacks.desk import desk
from callbacks.usage import note
from data_access.aggregates.registry import aggregates
from data_access.envelope import Envelope
from data_access.finding import OF_ONE_RUN, is_finding
from permissions.roles import Person, Right

PLACE = "api"

routes = Blueprint("figures", __name__, url_prefix="/api/aggregates")


def attach(app: Flask) -> None:
    """Serve the addresses of this module from `app`."""
    app.register_blueprint(routes)


@routes.get("")
def listed() -> Response:
    """Answer which aggregates there are within the ceiling, how new and whose."""
    who = session.person()
    if who is None or not who.may(Right.SEE_CONSOLE):
        return _refused(who, "")
    cache = desk().cache
    findings = [n for n in cache.versions() if is_finding(n) and not n.startswith(OF_ONE_RUN)]
    found = cache.read_many(sorted([*aggregates(), *findings]))
    heads = [_head(each) for each in found.values() if _why_not(each, who) is None]
    response = jsonify(aggregates=heads)
    response.cache_control.no_store = True
    return response


@routes.get("/<aggregate>")
def one(aggregate: str) -> Response:
    """Answer an aggregate as it is now, with all its figures; 304 where the asker has it."""
    reach, who = desk(), session.person()
    if who is None or not who.may(Right.SEE_CONSOLE):
        return _refused(who, aggregate)
    is_named = aggregate in aggregates()
    envelope = reach.cache.read(aggregate) if is_named or is_finding(aggregate) else None
    if envelope is None and not is_named:  # nor has any work found it
        return session.error("unknownAggregate", 404)
    if envelope is None:
        return session.error("unavailable", 503)
    if (code := _why_not(envelope, who)) is not None:
        return _refused(who, aggregate, envelope, code=code)
    note(reach, who, envelope.datasets, place=PLACE)
    response = Response(envelope.encode(), mimetype="application/json")
    response.set_etag(f"{envelope.version}-{round(envelope.made_at_ms)}")
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def _why_not(envelope: Envelope, who: Person) -> str | None:
    """Return the code of why an envelope is not answered; None where it is."""
    name = envelope.aggregate
    if not who.may_see(envelope.classification):
        return "forbidden"
    if is_draft(name) and not who.may(Right.APPROVE_BRIEFS):
        return "forbidden"
    is_private = _is_private_finding(envelope) if is_finding(name) else _is_private(name)
    return "notShared" if is_private else None


def _is_private_finding(envelope: Envelope) -> bool:
    """Tell whether work has found it in private data; a brief says what its aggregates say."""
    brief = finding_in(envelope)
    if brief is not None:
        heads = [each.head for each in brief.brief.sentences]
        return any(
            _is_private(head.aggregate)
            if head.aggregate in aggregates()
            else _has_private(head.datasets)
            for head in heads
        )
    return _has_private(envelope.datasets)


def _is_private(name: str) -> bool:
    """Tell whether an aggregate says of a private dataset what was not released of it."""
    aggregate = aggregates()[name]
    return not (aggregate.released or aggregate.reads) and _has_private(aggregate.datasets)


def _has_private(names: Iterable[str]) -> bool:
    datasets = desk().city.datasets
    return any(datasets[each].share == "private" for each in names if each in datasets)


def _head(envelope: Envelope) -> dict[str, Any]:
    return {
        "aggregate": envelope.aggregate,
        "label": envelope.label,
        "version": envelope.version,
        "state": envelope.state,
        "as_of_ms": envelope.as_of_ms,
        "stale_after_ms": envelope.stale_after_ms,
        "owner": envelope.owner,
        "datasets": envelope.datasets,
        "origin": envelope.origin,
        "classification": envelope.classification.to_json(),
    }


def _refused(
    who: Person | None,
    aggregate: str,
    envelope: Envelope | None = None,
    *,
    code: str = "forbidden",
) -> Response:
    target = f"aggregate/{aggregate}" if aggregate else "aggregates"
    session.audit(who, "aggregate.read", "refused", target=target, code=code)
    if who is not None and envelope is not None:
        note(desk(), who, envelope.datasets, place=PLACE, is_refused=True)
    return session.error(code, 403)
