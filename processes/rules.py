"""`python app.py rule …`: what the rules of this room would have done."""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from processes.errors import RunError
from settings import Settings

if TYPE_CHECKING:
    from data_access.city import City
    from operations.replayed import Replayed
    from operations.rules import Rule

ANSWER_S = 2.0
LEAST_URGENT = 19  # niceness


class NoRule(RunError):
    """There is no rule of that id, or it cannot be used or replayed."""

    def __init__(self, message: str, *, code: str = "unknownRule") -> None:
        super().__init__(message)
        self.code = code


def add_commands(rule: argparse.ArgumentParser) -> None:
    """Add the tasks of `rule` to its parser."""
    tasks = rule.add_subparsers(dest="task", required=True, metavar="task")
    replaying = tasks.add_parser("replay", help="say when a rule would have fired on a day")
    replaying.add_argument("rule", metavar="RULE_ID", help="name of its file in the city's rules")
    replaying.add_argument("--day", type=_day, required=True, help="dd/mm/yyyy, the city's own day")
    replaying.add_argument(
        "--as",
        dest="basis",
        choices=("known", "observed"),
        help="with what was known then, or from when it was due, as it is known today "
        "(default: known, if the room was recording before that day)",
    )
    replaying.add_argument("--threshold", type=float, help="try another threshold")
    replaying.add_argument("--json", action="store_true", help="answer as JSON, refusals too")
    replaying.add_argument(
        "--patient", action="store_true", help="give way to everything else on this machine"
    )
    replaying.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    replaying.add_argument("--language", choices=("vi", "en"), help="default: the installation's")


def perform(settings: Settings, chosen: argparse.Namespace) -> str:
    """Do one task and return what to print; raises NoRule, StoreError, CityError.

    With `--json` every refusal is a NoRule whose sentence is JSON too.
    """
    from data_access.errors import CityError, StoreError
    from operations.errors import NotReplayable
    from operations.rule_answer import answer_json, error_json
    from operations.rule_table import written

    if chosen.parent is not None:
        from data_access.parent import die_with

        die_with(chosen.parent)
    if chosen.patient:
        os.nice(LEAST_URGENT)
    try:
        found, city = _replayed(settings, chosen)
    except (NoRule, NotReplayable, StoreError, CityError) as error:
        if chosen.json:
            code = getattr(error, "code", "unavailable")
            raise NoRule(error_json(code, str(error))) from error
        if isinstance(error, NotReplayable):
            raise NoRule(str(error), code=error.code) from error
        raise
    if chosen.json:
        return answer_json(found)
    return written(found, chosen.language or settings.language, city.timezone)


def _replayed(settings: Settings, chosen: argparse.Namespace) -> tuple[Replayed, City]:
    from data_access.opening import open_city
    from data_access.store import open_engine
    from operations.rule_replay import replay_day

    rule = _find(settings, chosen.rule)
    if chosen.threshold is not None:
        rule = replace(rule, threshold=chosen.threshold, clear_at=_clear_at(rule, chosen.threshold))
    city = open_city(settings)
    engine = open_engine(settings.observations_url, read_only=True)
    now_ms = time.time() * 1000
    try:
        found = replay_day(rule, chosen.day, engine, city, now_ms=now_ms, basis=chosen.basis)
    finally:
        engine.dispose()
    return found, city


def _find(settings: Settings, rule_id: str) -> Rule:
    """Return the rule as the controller keeps it, or the city's when none answers."""
    from operations.definitions import read_rule
    from wall.client import BlockingClient, ServiceError

    link = BlockingClient(settings.wall_urls, settings.secret(), service="tools")
    try:
        entries = link.request("rule.list", timeout_s=ANSWER_S)["rules"]
    except ServiceError:
        entries = city_rules(settings)
    finally:
        link.close()
    known = {str(each["ruleId"]): each for each in entries}
    if rule_id not in known:
        names = ", ".join(sorted(known)) or "none"
        raise NoRule(f"There is no rule {rule_id!r} here; known are {names}.")
    try:
        return read_rule(known[rule_id])
    except ValueError as error:
        raise NoRule(f"Rule {rule_id!r} cannot be read: {error}") from error


def city_rules(settings: Settings) -> list[dict[str, Any]]:
    """Return the rules the city folder seeds, in their wire form; raises ConfigurationError."""
    from wall.configuration import read_toml
    from wall.rules import RuleFile

    return [
        read_toml(path, RuleFile).model_dump(by_alias=True)
        for path in sorted((settings.city / "rules").glob("*.toml"))
    ]


def _clear_at(rule: Rule, threshold: float) -> float:
    """Keep the rule's own clearing value where it is on the right side of another threshold."""
    side = min if rule.condition == "above" else max
    return side(rule.clear_at, threshold)


def _day(words: str) -> date:
    try:
        return datetime.strptime(words, "%d/%m/%Y").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        raise argparse.ArgumentTypeError(f"{words!r} is no day such as 25/02/2025") from None
