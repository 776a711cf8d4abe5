"""Aggregates for other systems: `/api/aggregates`, and each with its figures as they are on glass.

What is answered is the envelope itself, from which walls, consoles and papers take their figures,
too: one number has one value, whoever asks. Above the ceiling of whoever asks, and where a dataset
is private (but for what is released of it), the answer is 403 and an audit row.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from callbacks import session
from callbacks.desk import desk
from callbacks.usage import note
from data_access.aggregates.registry import aggregates
from data_access.envelope import Envelope
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
    found = desk().cache.read_many(sorted(aggregates()))
    heads = [
        _head(each)
        for name, each in found.items()
        if who.may_see(each.classification) and not _is_private(name)
    ]
    response = jsonify(aggregates=heads)
    response.cache_control.no_store = True
    return response


@routes.get("/<aggregate>")
def one(aggregate: str) -> Response:
    """Answer an aggregate as it is now, with all its figures; 304 where the asker has it."""
    reach, who = desk(), session.person()
    if who is None or not who.may(Right.SEE_CONSOLE):
        return _refused(who, aggregate)
    if aggregate not in aggregates():
        return session.error("unknownAggregate", 404)
    envelope = reach.cache.read(aggregate)
    if envelope is None:
        return session.error("unavailable", 503)
    if not who.may_see(envelope.classification):
        return _refused(who, aggregate, envelope)
    if _is_private(aggregate):
        return _refused(who, aggregate, envelope, code="notShared")
    note(reach, who, envelope.datasets, place=PLACE)
    response = Response(envelope.encode(), mimetype="application/json")
    response.set_etag(f"{envelope.version}-{round(envelope.made_at_ms)}")
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def _is_private(name: str) -> bool:
    """Tell whether an aggregate says of a private dataset what was not released of it."""
    aggregate, datasets = aggregates()[name], desk().city.datasets
    if aggregate.released or aggregate.reads:
        return False
    mine = (datasets[each] for each in aggregate.datasets if each in datasets)
    return any(each.share == "private" for each in mine)


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
