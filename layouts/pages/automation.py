"""What changes a wall by itself: lists, the clock's windows, rules.

Who may not command sees all of it, without keys. Values in, components out.
"""

from __future__ import annotations

from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from language import duration, moment, number, pick
from layouts.pages.attributes import attrs
from layouts.pages.automation_view import Automation, PlaylistView, RuleView, RunView, WindowView
from layouts.pages.operator_keys import countdown, operator_key
from layouts.pages.shell import Setting, icon, say

Words = list[Component | str]

COUNTED_MS = 24 * 3_600_000  # what is further away is told by its time alone
ICONS = {
    "proposed": "bi-bell-fill",
    "firing": "bi-exclamation-octagon-fill",
    "dwelling": "bi-hourglass-split",
    "vetoed": "bi-slash-circle",
    "cooling": "bi-pause-circle",
    "quiet": "bi-dash-circle",
    "off": "bi-power",
}


def urgent(automation: Automation, *, may_command: bool, setting: Setting) -> list[Component]:
    """Return the rule that wants to change the wall soonest, or has, and the key to veto it."""
    rules = automation.urgent
    if not rules:
        return []
    rule = rules[0]
    more = [say("rule.more", setting, count=len(rules) - 1)] if len(rules) > 1 else []
    return [
        icon(ICONS[rule.phase]),
        html.Div(
            [
                html.Div(
                    [
                        html.Strong(pick(rule.name, setting.language)),
                        f" · {_figure(rule, setting)}",
                    ]
                ),
                html.Span([_phase(rule, setting), *(f" · {each}" for each in more)]),
            ],
            className="urgent-words",
        ),
        *([_veto(rule, setting)] if may_command else []),
    ]


def automation_view(
    automation: Automation, *, may_command: bool, now_ms: float, setting: Setting
) -> list[Component]:
    """Return lists, windows and rules of a wall; what is missing is said."""
    return [
        html.H3(say("automation.playlists", setting)),
        *_playlists(automation, may_command, setting),
        html.H3(say("automation.schedules", setting)),
        *_windows(automation, now_ms, setting),
        html.H3(say("automation.rules", setting)),
        *_rules(automation, may_command, setting),
    ]


def _playlists(automation: Automation, may_command: bool, setting: Setting) -> list[Component]:
    if automation.playlists is None:
        return [_quiet(say("automation.unknown", setting))]
    if not automation.playlists and not automation.runs:
        return [_quiet(say("automation.no_playlists", setting))]
    running = {each.playlist_id for each in automation.runs}
    waiting = [each for each in automation.playlists if each.playlist_id not in running]
    return [
        *(_run(each, may_command, setting) for each in automation.runs),
        *(_playlist(each, may_command, setting) for each in waiting),
    ]


def _run(run: RunView, may_command: bool, setting: Setting) -> Component:
    language = setting.language
    if run.paused:
        left = duration((run.left_ms or 0.0) / 1000, language=language)
        following: Words = [say("playlist.paused", setting, left=left)]
    else:
        following = [say("playlist.next", setting), " ", countdown(run.next_at_ms)]
    skipped = ", ".join(pick(each, language) for each in run.skipped)
    pause = ("playlist.resume", "bi-play-fill") if run.paused else ("playlist.pause", "bi-pause")
    keys = [pause, ("playlist.skip", "bi-skip-end-fill"), ("playlist.stop", "bi-stop-fill")]
    return html.Div(
        [
            html.Div(
                [
                    html.Strong([icon("bi-collection-play"), pick(run.name, language)]),
                    html.Span(say(f"layer.{run.layer}", setting), className="quiet"),
                ],
                className="auto-line",
            ),
            html.Div(
                [
                    html.Span(
                        f"{run.position}/{run.scenes} · {pick(run.scene, language)}",
                        className="auto-scene",
                    ),
                    html.Span(following),
                ],
                className="auto-line",
            ),
            *([html.Div(say("playlist.skipped", setting, scenes=skipped),
                        className="is-problem")] if skipped else []),
            *([html.Div([operator_key(do, run.layer, sign, setting) for do, sign in keys],
                        className="auto-keys")] if may_command else []),
        ],
        className="auto-run",
    )  # fmt: skip


def _playlist(playlist: PlaylistView, may_command: bool, setting: Setting) -> Component:
    lasts = duration(playlist.lasts_s, language=setting.language)
    told = say("playlist.scenes", setting, count=playlist.scenes, lasts=lasts)
    return html.Div(
        [
            html.Div(
                [
                    html.Strong(pick(playlist.name, setting.language)),
                    html.Div(told, className="quiet"),
                ]
            ),
            *([operator_key("playlist.start", playlist.playlist_id, "bi-play-fill", setting)]
              if may_command else []),
        ],
        className="auto-row",
    )  # fmt: skip


def _windows(automation: Automation, now_ms: float, setting: Setting) -> list[Component]:
    if automation.windows is None:
        return [_quiet(say("automation.unknown", setting))]
    if automation.windows == 0:
        return [_quiet(say("automation.no_schedules", setting))]
    told: list[Component] = []
    if automation.current is not None:
        told.append(_window("current", automation.current, now_ms, setting))
    if automation.following is not None:
        told.append(_window("following", automation.following, now_ms, setting))
    return told or [_quiet(say("automation.no_window", setting))]


def _window(which: str, window: WindowView, now_ms: float, setting: Setting) -> Component:
    at_ms = window.end_at_ms if which == "current" else window.start_at_ms
    at = moment(at_ms, now=now_ms, language=setting.language, timezone=setting.timezone)
    counted: Words = [" · ", countdown(at_ms)] if at_ms - now_ms < COUNTED_MS else []
    name, target = pick(window.name, setting.language), pick(window.target, setting.language)
    return html.Div(
        [
            html.Div([html.Strong(name), html.Div(target, className="quiet")]),
            html.Span([say(f"schedule.{which}", setting, at=at), *counted], className="auto-at"),
        ],
        className="auto-row",
    )


def _rules(automation: Automation, may_command: bool, setting: Setting) -> list[Component]:
    if automation.is_elsewhere:
        return [_quiet(say("automation.rules_elsewhere", setting))]
    if automation.rules is None:
        return [_quiet(say("automation.unknown", setting))]
    if not automation.rules:
        return [_quiet(say("automation.no_rules", setting))]
    return [_rule(each, automation.wall_id, may_command, setting) for each in automation.rules]


def _rule(rule: RuleView, wall_id: str, may_command: bool, setting: Setting) -> Component:
    language, meaning = setting.language, rule.meaning
    threshold = number(rule.threshold, meaning.unit, language=language)
    limit = say(f"rule.{rule.condition}", setting, threshold=threshold)
    label = pick(meaning.label, language)
    told: Words = [html.Strong(_figure(rule, setting)), f" {label} · {limit}"]
    is_vetoed = rule.can_be_vetoed and may_command
    return html.Div(
        [
            html.Div(
                [
                    html.Strong(pick(rule.name, language)),
                    html.Div(told, className="rule-figure"),
                    html.Div(
                        [icon(ICONS[_mark(rule)]), _phase(rule, setting)],
                        className=f"rule-phase is-{_mark(rule)}",
                    ),
                    html.Div(pick(meaning.owner, language), className="quiet"),
                ]
            ),
            html.Div(
                [*([_veto(rule, setting)] if is_vetoed else []), _day(rule, wall_id, setting)],
                className="auto-row-keys",
            ),
        ],
        className="auto-row",
    )


def _figure(rule: RuleView, setting: Setting) -> str:
    meaning = rule.meaning
    return number(rule.number, meaning.unit, decimals=meaning.decimals, language=setting.language)


def _mark(rule: RuleView) -> str:
    return rule.phase if rule.enabled else "off"


def _phase(rule: RuleView, setting: Setting) -> Component:
    """Say where a rule stands, and how long still."""
    by = rule.vetoed_by or ""
    words = say(f"rule.{_mark(rule)}", setting, who=by)
    is_counted = rule.phase in ("proposed", "dwelling", "cooling") and rule.until_at_ms is not None
    counted: Words = [" ", countdown(rule.until_at_ms)] if is_counted else []
    return html.Span([words, *counted])


def _day(rule: RuleView, wall_id: str, setting: Setting) -> Component:
    """Return the way to when the rule would have fired on a day."""
    words = say("rule_day.try", setting)
    return html.A(
        [icon("bi-graph-up"), html.Span(words)],
        href=f"/rule?{urlencode({'rule': rule.rule_id, 'wall': wall_id})}",
        className="key",
        title=words,
        **attrs(aria_label=words),
    )


def _veto(rule: RuleView, setting: Setting) -> Component:
    return operator_key("rule.veto", rule.rule_id, "bi-slash-circle", setting, is_danger=True)


def _quiet(told: str) -> Component:
    return html.P(told, className="quiet")
