"""How one output does, in a sign, a word and a figure; shared by room and operator."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from language import number
from layouts.pages.shell import Setting, icon, say
from layouts.pages.wall_view import OutputView

ICONS = {
    "online": "bi-check-circle",
    "offline": "bi-plug",
    "never": "bi-dash-circle",
    "unknown": "bi-question-circle",
    "behind": "bi-arrow-repeat",
    "late": "bi-hourglass-split",
    "failed": "bi-x-octagon-fill",
    "noAnswer": "bi-question-octagon-fill",
}


def state_of(output: OutputView) -> str:
    """Return the one state that matters most: not there, not right, slow, or well."""
    if not output.is_known:
        return "unknown"
    if not output.online:
        return "offline" if output.is_expected else "never"
    if output.behind:
        return "behind"
    if output.status in ("failed", "noAnswer", "late"):
        return output.status
    return "online"


def output_state(output: OutputView, setting: Setting) -> Component:
    """Return sign and word of an output's state; well is grey, only trouble has a colour."""
    state = state_of(output)
    return html.Span(
        [icon(ICONS[state]), html.Span(say(f"output.{state}", setting), className="output-word")],
        className=f"output-state is-{state}",
    )


def output_skew(output: OutputView, setting: Setting) -> str:
    """Say how long after the first output this one showed the last switch."""
    if output.status == "shown" and output.skew_ms is not None:
        return number(output.skew_ms, "ms", decimals=1, language=setting.language, sign=True)
    if output.status == "late" and output.late_ms is not None:
        return number(output.late_ms, "ms", decimals=0, language=setting.language, sign=True)
    return ""
