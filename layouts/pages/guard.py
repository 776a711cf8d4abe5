"""What is covered on a wall, who holds it, and whether it shows what is not live; with the keys."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from language import moment
from layouts.pages.exercise_view import ExerciseView
from layouts.pages.exercises import realm_chip
from layouts.pages.operator_keys import operator_key
from layouts.pages.shell import Setting, icon, say
from layouts.pages.wall_view import LockView, MaskView, WallView


def guard(
    wall: WallView,
    exercises: Sequence[ExerciseView] | None,
    *,
    may_command: bool,
    now_ms: float,
    setting: Setting,
) -> list[Component]:
    """Say what is not live, what is covered, and who holds the wall; with the keys to end that."""
    if not wall.reachable:
        return []
    parts = realm_chip(wall, exercises, may_command=may_command, setting=setting)
    parts += [_masks(wall.masks, now_ms, setting)] if wall.masks else []
    lock, is_mine = wall.lock, False
    if lock is not None:
        is_mine = lock.user_id == setting.person.user_id
        parts.append(_lock(lock, is_mine, now_ms, setting))
    if not may_command:
        return parts
    if lock is None:
        parts.append(operator_key("wall.lock", "", "bi-lock", setting, hint=True))
    elif is_mine or setting.person.role == "administrator":
        parts.append(operator_key("wall.unlock", "", "bi-unlock", setting, hint=True))
    return parts


def _lock(lock: LockView, is_mine: bool, now_ms: float, setting: Setting) -> Component:
    at = moment(lock.since_at_ms, now=now_ms, language=setting.language, timezone=setting.timezone)
    who = say("guard.yours", setting) if is_mine else lock.by
    head = say("guard.locked", setting, at=at)
    return _chip("bi-lock-fill", head, who, "guard-lock")


def _masks(masks: Sequence[MaskView], now_ms: float, setting: Setting) -> Component:
    """Tell of the strictest mask, and how many there are."""
    mask = min(masks, key=lambda each: (each.level_rank, len(each.compartments)))
    head = say("guard.masked", setting, level=say(f"level.{mask.level}", setting))
    if len(masks) > 1:
        head += f" ({len(masks)})"
    told = mask.by
    if mask.until_at_ms is not None:
        language, timezone = setting.language, setting.timezone
        at = moment(mask.until_at_ms, now=now_ms, language=language, timezone=timezone)
        told = f"{told} · {say('guard.until', setting, at=at)}"
    return _chip("bi-eye-slash-fill", head, told, "guard-mask")


def _chip(symbol: str, head: str, told: str, name: str) -> Component:
    return html.Div(
        [icon(symbol), html.Div([html.Strong(head), html.Span(told)])],
        className=f"chip {name}",
        title=f"{head} · {told}",
    )
