"""Pictures that records came with, for whoever may see their rows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, abort, request

from callbacks import session
from callbacks.desk import Desk, desk
from data_access.contracts import DatasetContract
from data_access.errors import DataError, PictureError
from data_access.record_picture import FIELD, find_picture, read_picture
from permissions.roles import Right

PATH = "/picture"
LONGEST_ID = 200

log = logging.getLogger(__name__)
routes = Blueprint("record_pictures", __name__)


def attach(app: Flask) -> None:
    """Serve pictures of records from `app`."""
    app.register_blueprint(routes)


def address_of(reach: Desk, contract: DatasetContract | None, row: Mapping[str, Any]) -> str:
    """Return where the picture of a row is; "" where it has none that is there."""
    if contract is None or _file(reach, contract, row) is None:
        return ""
    return f"{PATH}/{contract.id}?{urlencode({'record': row['entity']})}"


@routes.get(f"{PATH}/<dataset>")
def picture(dataset: str) -> Response:
    """Return the picture of a record; 403 for whoever may not see its rows, 404 without one."""
    reach, who = desk(), session.person()
    contract = reach.city.datasets.get(dataset)
    record = request.args.get("record", "")
    if who is None or contract is None or reach.rows is None or not 0 < len(record) <= LONGEST_ID:
        abort(404)
    if not who.may(Right.SEE_SOURCE_ROWS) or not who.may_see(contract.classification):
        session.audit(who, "picture.see", "refused", target=f"dataset/{dataset}", code="forbidden")
        abort(403)
    try:
        rows = reach.rows.source_rows(dataset, entity=record, limit=1)
        path = _file(reach, contract, rows[0]) if rows else None
        if path is None:
            abort(404)
        found = read_picture(path)
    except (DataError, PictureError) as error:
        log.warning("no picture of %s of %s: %s", record, dataset, error)
        abort(404)
    response = Response(found.body, mimetype=found.mimetype)
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def _file(reach: Desk, contract: DatasetContract, row: Mapping[str, Any]) -> Path | None:
    named = (row.get("body") or {}).get(FIELD)
    lake = reach.settings.lake
    return None if lake is None else find_picture(contract, lake, named)
