"""The page of a rule's day: a question is begun, looked after, or dropped; never waited for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from dash import Dash, Input, Output, State, ctx, no_update

from callbacks import automation, page_realm, page_setting, session
from callbacks.desk import Desk, desk
from callbacks.names import asked
from callbacks.replays import Busy, Job, Question
from callbacks.typed import typed_day
from data_access.realms.realm import known_at_ms
from language import number, text
from language.formats import local
from layouts import ids
from layouts.pages import notice, rule_day
from permissions.errors import Forbidden
from permissions.roles import Person, Right

LARGEST = 1e15

Rule = dict[str, Any]


class BadQuestion(ValueError):
    """What was typed cannot be asked: `code` is a key of pages.rule_day.problem."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def layout(
    rule: str | None = None,
    wall: str | None = None,
    realm: str | None = None,
    date: str | None = None,
    time: str | None = None,
) -> Any:
    """Build the page for the rule named in the address; `wall` is where to go back to.

    Rules are those of now, and the page asks for any day itself: it begins with the day of the
    minute that its address names, else with yesterday.
    """
    reach = desk()
    setting, world = page_realm.setting_of_now("rule_day", realm, date, time)
    if not setting.person.may(Right.SEE_OPERATOR):
        raise Forbidden("operators only")
    if not reach.walls:
        return notice.no_walls(setting)
    wall_id = wall if wall and wall in reach.walls else next(iter(reach.walls))
    known = _rules(reach, setting.person)
    chosen = known.get(rule or "")
    if chosen is None:
        return rule_day.nothing(wall_id, setting=setting, **page_setting.link())
    language = setting.language
    meaning = automation.meaning_of(reach, chosen, setting.person)
    limit = number(float(chosen["threshold"]), meaning.unit if meaning else "", language=language)
    asked_ms = known_at_ms(world)
    before = timedelta(days=1 if asked_ms is None else 0)
    day = local(asked_ms or reach.now_ms(), timezone=setting.timezone) - before
    return rule_day.page(
        [(rule_id, each["name"]) for rule_id, each in known.items()],
        str(chosen["ruleId"]),
        wall_id,
        f"{day:%d/%m/%Y}",
        threshold=number(float(chosen["threshold"]), language=language),
        limit=text(f"pages.rule.{chosen['condition']}", language, threshold=limit),
        setting=setting,
        **page_setting.link(),
    )


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        Output(ids.RULE_DAY_STATUS, "children"),
        Output(ids.RULE_DAY_RESULT, "children"),
        Output(ids.RULE_DAY_JOB, "data"),
        Output(ids.RULE_DAY_POLL, "disabled"),
        Output(ids.RULE_DAY_CANCEL, "disabled"),
        Output(ids.RULE_DAY_BUSY, "hidden"),
        Input(ids.RULE_DAY_ASK, "n_clicks"),
        Input(ids.RULE_DAY_DAY, "n_submit"),
        Input(ids.RULE_DAY_THRESHOLD, "n_submit"),
        Input(ids.RULE_DAY_CANCEL, "n_clicks"),
        Input(ids.RULE_DAY_POLL, "n_intervals"),
        State(ids.RULE_DAY_DAY, "value"),
        State(ids.RULE_DAY_THRESHOLD, "value"),
        State(ids.RULE_DAY_RULE, "data"),
        State(ids.RULE_DAY_JOB, "data"),
        prevent_initial_call=True,
    )(answer)


def answer(
    _ask: Any,
    _day: Any,
    _threshold: Any,
    _cancel: Any,
    _poll: Any,
    day: str | None,
    threshold: str | None,
    rule_id: str,
    job_id: str | None,
) -> Any:
    """Begin a question, drop it, or say how it stands."""
    who = session.person()
    if who is None or not who.may(Right.SEE_OPERATOR):
        return (no_update,) * 6
    replays = desk().replays
    if ctx.triggered_id == ids.RULE_DAY_CANCEL:
        replays.cancel(job_id or "", who.user_id)
    elif ctx.triggered_id != ids.RULE_DAY_POLL:
        try:
            _refuse_unseen(desk(), rule_id, who)
            question = Question(rule_id, _typed_day(day), _typed_threshold(threshold))
            job_id = replays.ask(question, who.user_id).job_id
        except (BadQuestion, Busy) as error:
            return _standing(None, getattr(error, "code", "busy"))
    job = replays.find(job_id or "", who.user_id)
    return _standing(job, job.code if job is not None else "gone")


def _standing(job: Job | None, code: str) -> Any:
    """Return what the page shows of a question: still at work, found, or why not."""
    setting = page_setting.setting()
    if job is not None and job.state == "running":
        return [], no_update, job.job_id, False, False, False
    if job is None or job.answer is None:
        return rule_day.refusal(code, setting=setting), no_update, None, True, True, True
    rule = {"aggregate": job.answer.rule.aggregate, "number": job.answer.rule.number}
    rule |= {"owner": job.answer.rule.owner, "ruleId": job.answer.rule.rule_id}
    meaning = automation.meaning_of(desk(), rule, setting.person)
    if meaning is None:  # it rose above this person's ceiling meanwhile
        return rule_day.refusal("unknownRule", setting=setting), no_update, None, True, True, True
    return [], rule_day.found(job.answer, meaning, setting=setting), None, True, True, True


def _rules(reach: Desk, who: Person) -> dict[str, Rule]:
    """Return the rules of the controller that a person may see, by id."""
    told = asked(reach, "rule.list", {}).get("rules", ())
    return {
        str(each["ruleId"]): each
        for each in told
        if automation.meaning_of(reach, each, who) is not None
    }


def _refuse_unseen(reach: Desk, rule_id: str, who: Person) -> None:
    if rule_id not in _rules(reach, who):
        raise BadQuestion("unknownRule")


def _typed_day(typed: str | None) -> date:
    try:
        return typed_day(typed)
    except ValueError as error:
        raise BadQuestion("day") from error


def _typed_threshold(typed: str | None) -> float | None:
    """Read a figure as people here write it; a plain 1.5 is one in either language."""
    said = (typed or "").strip().replace("\u00a0", "")
    if not said:
        return None
    try:
        figure = float(parse_decimal(said, locale=session.page_language(), strict=True))
    except NumberFormatError:
        try:
            figure = float(said)
        except ValueError as error:
            raise BadQuestion("threshold") from error
    if not abs(figure) <= LARGEST:  # of what is no number nothing is true
        raise BadQuestion("threshold")
    return figure
