"""The model card of one series: its fan, what made it, from what, how well, and what it knows.

Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import date, duration, moment, number, pick
from layouts.pages import passport
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
    mark: str = "",
    now_ms: float,
    link: Link,
    setting: Setting,
) -> Component:
    """Build the card of `row`; `tile` is its fan, None where its points are not kept.

    `mark` is of its next figure, whose passport is a tap away; "" where there is none.
    """
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
    if row.get("mase") is not None:
        well.append(html.P(say("forecasts.times_of", setting), className="quiet forecasts-foot"))
    if "came" in row:
        well += [
            html.H3(say("forecasts.lived", setting)),
            _facts(_lived(row, now_ms, setting), setting),
        ]
    return data_page(
        "forecasts",
        [
            html.A(
                [icon("bi-list-ul"), html.Span(say("forecasts.all", setting))],
                href="/data/forecasts",
                className="key",
            ),
            *([passport.key(mark, setting=setting)] if mark else []),
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
            ),
            passport.drawer(setting=setting),
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
    if why := quality.get("trainedWhy"):
        found.append(("why", say(f"forecasts.why.{why}", setting)))
    if every_ms := quality.get("retrainMs"):
        found.append(("retrain", duration(every_ms / 1000, language=language)))
    if digest := quality.get("fitHash"):
        found.append(("fit", digest[:12]))
    tried = quality.get("beside", {}).get(row.get("source", {}).get("indicator"))
    if tried and None not in (tried["beside"], tried["without"]):
        key = "used" if tried["is_used"] else "unused"
        found.append(
            ("beside", say(f"forecasts.beside.{key}", setting, **{
                name: number(tried[name], decimals=2, language=language)
                for name in ("beside", "without")
            }))
        )  # fmt: skip
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
    return facts


def _lived(row: Mapping[str, Any], now_ms: float, setting: Setting) -> list[Fact]:
    """Return how what was published came true, beside what its back-test promised."""
    language = setting.language

    def written(figure: float, unit: str = "", decimals: int = 2) -> str:
        return number(figure, unit, decimals=decimals, language=language)

    drift = pick(row["drift"], language)
    if row.get("drifted_at") is not None:
        since = moment(row["drifted_at"], now=now_ms, language=language, timezone=setting.timezone)
        drift = f"{drift} ({say('forecasts.since', setting, since=since)})"
    facts = [("came", written(row["came"], decimals=0)), ("drift", drift)]
    if row.get("drift_times") is not None:
        times = say("forecasts.times", setting, times=written(row["drift_times"]))
        error = written(row["lived_error"], str(row.get("error_unit", "")))
        facts.append(("lived_error", f"{error} ({times})"))
    for level in ("80", "95"):
        if (held := row.get(f"lived{level}")) is not None:
            facts.append((f"coverage{level}", written(held, "%", 1)))
    slot = pick(row["slot"], language)
    stretches = row.get("stretches", [])
    by_distance = [
        say("forecasts.stretch", setting, times=written(times),
            slots=written(row["ahead"] * (part + 1) / len(stretches), decimals=0))
        for part, (count, times) in enumerate(stretches)
        if count and times is not None
    ]  # fmt: skip
    if by_distance:
        facts.append(("stretches", f"{' · '.join(by_distance)} ({slot})"))
    return facts
