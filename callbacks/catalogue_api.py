"""The catalogue and the rows of datasets for other systems: `/api/catalogue`, `/api/datasets/…`.

Nobody is told of what lies above their ceiling. Rows are given to whose role may see them, of
datasets that are open or shared; a question that is refused is answered 403 and audited.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from callbacks import session
from callbacks.desk import Desk, desk
from callbacks.usage import note
from data_access import dcat
from data_access.contracts import DatasetContract
from data_access.errors import DataError
from data_access.freshness import freshness
from permissions.roles import Person, Right

MOST_ROWS = 500
PLACE = "api"
JSON_LD = "application/ld+json"

log = logging.getLogger(__name__)
routes = Blueprint("catalogue", __name__, url_prefix="/api")


def attach(app: Flask) -> None:
    """Serve the addresses of this module from `app`."""
    app.register_blueprint(routes)


@routes.get("/catalogue")
def catalogue() -> Response:
    """Answer the catalogue as DCAT-AP in JSON-LD; `?share=open` only what is shared so."""
    who = session.person()
    if who is None or not who.may(Right.SEE_CONSOLE):
        return _refused(who, "catalogue.read", "")
    reach = desk()
    share = request.args.get("share")
    contracts = [each for each in visible(reach, who) if share is None or each.share == share]
    modified = {name: each.at_ms for name, each in freshness(reach.cache).items() if each.at_ms}
    body = dcat.catalogue(reach.city, contracts, address=_address(), modified_ms=modified)
    return _json_ld(body)


@routes.get("/datasets/<dataset>")
def dataset(dataset: str) -> Response:
    """Answer one dataset of the catalogue."""
    reach, who = desk(), session.person()
    contract = reach.city.datasets.get(dataset)
    if who is None or not _may_know(who, contract):
        return _refused(who, "catalogue.read", dataset)
    if contract is None:
        return session.error("unknownDataset", 404)
    at_ms = known.at_ms if (known := freshness(reach.cache).get(dataset)) else None
    return _json_ld(dcat.dataset(reach.city, contract, address=_address(), modified_ms=at_ms))


@routes.get("/datasets/<dataset>/rows")
def rows(dataset: str) -> Response:
    """Answer the newest rows of a dataset: `?indicator=`, `?entity=`, `?area=`, `?limit=`."""
    reach, who = desk(), session.person()
    contract = reach.city.datasets.get(dataset)
    may_see_rows = who is not None and who.may(Right.SEE_SOURCE_ROWS)
    if who is None or not may_see_rows or not _may_know(who, contract):
        return _refused(who, "dataset.rows", dataset)
    if contract is None:
        return session.error("unknownDataset", 404)
    if contract.share not in dcat.MAY_BE_ASKED_FOR:
        return _refused(who, "dataset.rows", dataset, code="notShared")
    try:
        limit = int(request.args.get("limit", "50"))
    except ValueError:
        limit = 0
    if not 1 <= limit <= MOST_ROWS:
        return session.error("invalidArgs", 400, message=f"limit: expected 1 to {MOST_ROWS}")
    if reach.rows is None:
        return session.error("unavailable", 503)
    given = request.args
    try:
        found = reach.rows.source_rows(
            dataset,
            indicator=given.get("indicator"),
            entity=given.get("entity"),
            area=given.get("area"),
            limit=limit,
        )
    except DataError as error:
        log.warning("rows of %s cannot be read: %s", dataset, error)
        return session.error("unavailable", 503)
    note(reach, who, [dataset], place=PLACE)
    return jsonify(dataset=dataset, share=contract.share, rows=[_plain(each) for each in found])


def visible(reach: Desk, who: Person) -> list[DatasetContract]:
    """Return the datasets within a person's ceiling, in the city's order."""
    return [each for each in reach.city.datasets.values() if who.may_see(each.classification)]


def _may_know(who: Person, contract: DatasetContract | None) -> bool:
    """Tell whether a person may know of a dataset; that there is none, everybody may."""
    if not who.may(Right.SEE_CONSOLE):
        return False
    return contract is None or who.may_see(contract.classification)


def _refused(who: Person | None, action: str, dataset: str, *, code: str = "forbidden") -> Response:
    refuse(who, action, dataset, code=code, place=PLACE)
    return session.error(code, 403)


def refuse(who: Person | None, action: str, dataset: str, *, code: str, place: str) -> None:
    """Leave the trace of a question for a dataset that is not answered."""
    reach = desk()
    target = f"dataset/{dataset}" if dataset else "catalogue"
    session.audit(who, action, "refused", target=target, code=code)
    if who is not None and dataset in reach.city.datasets:
        note(reach, who, [dataset], place=place, is_refused=True)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: each.isoformat() if isinstance(each, datetime) else each for name, each in row.items()
    }


def _json_ld(body: dict[str, Any]) -> Response:
    response = jsonify(body)
    response.mimetype = JSON_LD
    response.cache_control.no_store = True
    return response


def _address() -> str:
    settings = desk().settings
    return settings.wall_public_url or request.host_url.rstrip("/")
