"""Citizens' requests for other systems: GeoReport v2 below `/open311/v2`, JSON.

Only for accounts that may see source rows of that classification; errors in the standard's own
shape, a list of code and description.
"""

from __future__ import annotations

import logging

from flask import Blueprint, Flask, Response, jsonify, request

from callbacks import session, usage
from callbacks.desk import desk
from data_access.contracts import DatasetContract
from data_access.errors import DataError
from data_access.georeport import MOST, BadQuestion, Question, requests, services
from permissions.roles import Right

FORMAT = "open311"
ACTION = "open311"

log = logging.getLogger(__name__)
routes = Blueprint("open311", __name__, url_prefix="/open311/v2")


def attach(app: Flask) -> None:
    """Serve the addresses of this module from `app`."""
    app.register_blueprint(routes)


@routes.get("/services.json")
def list_of_services() -> Response:
    """Answer what can be reported."""
    contract = _contract()
    if isinstance(contract, Response):
        return contract
    return jsonify(services(contract, session.page_language()))


@routes.get("/requests.json")
def list_of_requests() -> Response:
    """Answer requests, newest first."""
    contract = _contract()
    if isinstance(contract, Response):
        return contract
    try:
        question = Question.of(dict(request.args))
    except BadQuestion as error:
        return _error(400, str(error))
    return _answer(contract, question)


@routes.get("/requests/<request_id>.json")
def one_request(request_id: str) -> Response:
    """Answer one request."""
    contract = _contract()
    if isinstance(contract, Response):
        return contract
    return _answer(contract, Question(ids=(request_id,)), is_one=True)


def _answer(contract: DatasetContract, question: Question, *, is_one: bool = False) -> Response:
    rows = desk().rows
    if rows is None:
        return _error(503, "the store cannot be read here")
    try:
        found = rows.source_rows(
            contract.id,
            entities=question.ids[:MOST],
            categories=() if question.ids else question.services,
            statuses=question.states(contract),
            began=question.between,
            limit=MOST,
        )
    except DataError as error:
        log.warning("requests cannot be read: %s", error)
        return _error(503, "the store cannot be read now")
    made = requests(found, question, contract, session.page_language())
    if is_one and not made:
        return _error(404, "no such service_request_id")
    return jsonify(made)


def _contract() -> DatasetContract | Response:
    """Return the dataset of requests when the asker may see it, else what is answered."""
    who = session.person()
    contract = next(
        (each for each in desk().city.datasets.values() if each.source.format == FORMAT), None
    )
    if contract is None:
        return _error(404, "this city has no requests")
    if who is None or not (who.may(Right.SEE_SOURCE_ROWS) and who.may_see(contract.classification)):
        session.audit(who, ACTION, "refused", code="forbidden")
        if who is not None:
            usage.note(desk(), who, [contract.id], place=ACTION, is_refused=True)
        return _error(403, "not for this account")
    usage.note(desk(), who, [contract.id], place=ACTION)
    return contract


def _error(status: int, description: str) -> Response:
    response = jsonify([{"code": status, "description": description}])
    response.status_code = status
    return response
