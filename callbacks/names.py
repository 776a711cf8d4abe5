"""What those who change walls are called on this request's page: people, rules, windows."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from callbacks import session
from callbacks.desk import Desk
from jobs.job import BY_SCHEDULE
from language import pick, text
from layouts.pages.shell import person_name
from wall.errors import ServiceError

READING_S = 1.5  # a page does not wait longer to know a wall's state
RULE, SCHEDULE = "rule:", "schedule:"

log = logging.getLogger(__name__)


def people_names(desk: Desk, language: str | None = None) -> dict[str, str]:
    """Return what people are called, by account: in the page's language, or another.

    What runs by itself is among them.
    """
    language = language or session.page_language()
    people = {who.user_id: person_name(who, language) for who in desk.people.everyone()}
    return {BY_SCHEDULE: text("people.by_schedule", language)} | people


def actor_names(desk: Desk, wall_id: str, actors: Iterable[str]) -> dict[str, str]:
    """Return what everybody is called who may have changed a wall, by what the controller says.

    Rules and windows are asked for only where one of `actors` is such a one; one that is gone has
    no name here.
    """
    names, actors = people_names(desk), list(actors)
    if any(each.startswith(RULE) for each in actors):
        rules = asked(desk, "rule.list", {}).get("rules", ())
        names |= _names(rules, RULE, "ruleId")
    if any(each.startswith(SCHEDULE) for each in actors):
        windows = asked(desk, "schedule.list", {"wallId": wall_id}).get("schedules", ())
        names |= _names(windows, SCHEDULE, "scheduleId")
    return names


def asked(desk: Desk, op: str, args: dict[str, Any]) -> dict[str, Any]:
    """Return what the controller answers to a reading request; {} when it does not."""
    try:
        return desk.link.request(op, args, timeout_s=READING_S)
    except ServiceError as error:
        log.warning("%s cannot be asked: %s", op, error)
        return {}


def _names(entries: Iterable[dict[str, Any]], prefix: str, key: str) -> dict[str, str]:
    language = session.page_language()
    return {f"{prefix}{each[key]}": pick(each["name"], language) for each in entries}
