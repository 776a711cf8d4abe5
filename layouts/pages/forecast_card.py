"""The model card of one series: its fan, what made it, from what, how well, and what it knows.

Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import date, moment, number, pick
from layouts.pages.attributes import attrs
from layouts.pages.data_page import Link, data_page
from layouts.pages.forecasts import MASES
from layouts.pages.shell import Setting, icon, say

Fact = tuple[str, str]


def page(
    name: Text,
    row: Mapping[str, Any],
    quality: Mapping[str, Any],
    tile: Component | None,
    *,
    now_ms: float,
    link: Link,
    setting: Setting,
) -> Component:
    """Build the card of `row`; `tile` is its fan, None where its points are not kept."""
    chart: Component = (
        html.P(say("forecasts.no_chart", setting), className="quiet") if tile is None else tile
    )
    heading = html.H2(pick(name, setting.language), className="entry-name")
    how: list[Component] = [
        html.H3(say("forecasts.how", setting)),
        _facts(_how(row, quality, now_ms, setting), setting),
    ]
    if row.get("is_model") and (features := quality.get("features")):
        how += [
            html.H3(say("forecasts.knows", setting)),
            html.P(" · ".join(map(str, features)), className="quiet"),
        ]
    well = [html.H3(say("forecasts.well", setting)), _facts(_well(row, setting), setting)]
    return data_page(
        "forecasts",
        [
            html.A(
                [icon("bi-list-ul"), html.Span(say("forecasts.all", setting))],
                href="/data/forecasts",
                className="key",
            )
        ],
        [
            html.Div(
                [
                    html.Section(
                        [heading, chart],
                        className="scroll panel forecast-chart",
                        tabIndex="0",
                        **attrs(aria_label=say("forecasts.chart", setting)),
                    ),
                    html.Section(
                        [html.Div(how), html.Div(well)],
                        className="scroll panel forecast-facts",
                        tabIndex="0",
                        **attrs(aria_label=say("forecasts.card", setting)),
                    ),
                ],
                className="forecast-body",
            )
        ],
        link=link,
        setting=setting,
    )


def _facts(facts: Sequence[Fact], setting: Setting) -> Component:
    parts: list[Component] = []
    for key, words in facts:
        parts += [html.Dt(say(f"forecasts.fact.{key}", setting)), html.Dd(words)]
    return html.Dl(parts, className="entry-facts")


def _how(
    row: Mapping[str, Any], quality: Mapping[str, Any], now_ms: float, setting: Setting
) -> list[Fact]:
    language = setting.language
    place = {"language": language, "timezone": setting.timezone}
    if "reason" in row:
        return [("method", pick(row["method"], language))]
    method = pick(row["method"], language)
    if row.get("lost"):
        method = f"{method}; {pick(row['lost'], language)}"
    slot = pick(row["slot"], language)
    by = " × " if slot[:1].isdigit() else " "
    ahead = f"{number(row['ahead'], language=language)}{by}{slot}"
    found = [
        ("method", method),
        ("ahead", ahead),
        ("data", f"{date(row['from'], **place)} – {date(row['to'], **place)}"),
        ("known", say("forecasts.known", setting, known=number(row["known"], language=language),
                      slots=number(row["slots"], language=language))),
    ]  # fmt: skip
    if row.get("trained_rows"):
        found.append(("trained", number(row["trained_rows"], language=language)))
    if at_ms := quality.get("trainedAtMs"):
        found.append(
            ("at", moment(at_ms, now=now_ms, language=language, timezone=setting.timezone))
        )
    if row.get("is_model") and quality.get("engine"):
        found.append(("engine", str(quality.get("engine", ""))))
    if quality.get("loopMs"):
        days = number(quality["loopMs"] / 86_400_000, decimals=0, language=language)
        found.append(("loop", say("forecasts.loop", setting, days=days)))
    return found


def _well(row: Mapping[str, Any], setting: Setting) -> list[Fact]:
    language = setting.language

    def figure(name: str, unit: str = "", decimals: int = 2) -> str:
        found = row.get(name)
        if found is None:
            return say("forecasts.unmeasured", setting)
        return number(found, unit, decimals=decimals, language=language)

    if "reason" in row:
        return []
    facts = [(name, figure(name)) for name in MASES if row.get(name) is not None]
    facts += [
        ("error", figure("error", str(row.get("error_unit", "")))),
        ("coverage80", figure("coverage80", "%", 1)),
        ("coverage95", figure("coverage95", "%", 1)),
        ("tested", figure("tested", "", 0)),
    ]
    drift = pick(row["drift"], language)
    if row.get("drift_times") is not None:
        times = number(row["drift_times"], decimals=2, language=language)
        drift = f"{drift} ({say('forecasts.times', setting, times=times)})"
    return [*facts, ("drift", drift)]
