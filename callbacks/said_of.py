"""What people say of what was found (an alert, a suggested category): kept as a label, and audited.

The steps are the same whatever is said of what: who may not is refused, what is asked for is in the
audit before it is kept, and the page one came from says what was wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from flask import Response, redirect
from sqlalchemy.exc import SQLAlchemyError

from callbacks import session
from permissions.roles import Person, Right


class _Dated(Protocol):
    @property
    def at_ms(self) -> float: ...


Dated = TypeVar("Dated", bound=_Dated)

log = logging.getLogger(__name__)


def allowed(who: Person | None, right: Right, *, action: str, target: str) -> Person | None:
    """Return who may say something of `target`; None of another, which is in the audit."""
    if who is not None and who.may(right):
        return who
    session.audit(who, action, "refused", target=target, code="forbidden")
    return None


def keep(
    say: Callable[[], None], who: Person, *, action: str, target: str, detail: Mapping[str, Any]
) -> str:
    """Have a label kept by `say`, and return what was wrong with that: "" or `unreadable`."""
    asked = session.audit(who, action, "asked", target=target, detail=dict(detail))
    try:
        say()
    except SQLAlchemyError as error:
        log.error("what was said of %s cannot be kept: %s", target, error)
        session.audit(who, action, "failed", target=target, answers=asked)
        return "unreadable"
    session.audit(who, action, "ok", target=target, answers=asked)
    return ""


def read(labels: Callable[[], list[Dated]], *, until_ms: float) -> tuple[list[Dated], bool]:
    """Return the labels there were by an instant, and whether they could not be read."""
    try:
        return [each for each in labels() if each.at_ms <= until_ms], False
    except SQLAlchemyError as error:
        log.warning("labels cannot be read: %s", error)
        return [], True


def back(path: str, problem: str, *, at: str = "") -> Response:
    """Return the way back to a place of the page at `path`, which says what was wrong."""
    query = f"?{urlencode({'problem': problem})}" if problem else ""
    return redirect(f"{path}{query}{'#' + at if at else ''}", 303)  # type: ignore[return-value]
