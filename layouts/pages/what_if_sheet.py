"""The sheet beside the map of what-ifs: what is picked with its measures, else all one can pick.

Values in, components out; every key is one of `ids.what_if_key`.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from language import number, pick, unit_name
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting, icon
from layouts.pages.what_if_draft import (
    HORIZONS_MIN,
    HOURS,
    LISTS,
    PEAKS,
    SEEDS,
    Draft,
    Options,
    measures_of,
    option_of,
)
from layouts.pages.what_if_words import tell
from twin.measures import BY_KIND, Choice, MeasureKind, Option, Picked, Slider, described


def sheet(draft: Draft, options: Options, *, may_run: bool, setting: Setting) -> list[Component]:
    """Return the whole sheet; where one may not run, what can be picked is only shown."""
    option = option_of(draft, options) if draft.target else None
    open_ = _picked(draft, option, options, setting) if option is not None else None
    return [
        html.Div(
            open_ or _choosing(draft, options, setting), className="scroll wi-open", tabIndex="0"
        ),
        html.Div(
            [
                *_chosen(draft.chosen, setting),
                *_conditions(draft, options, setting),
                _run_key(draft, setting) if may_run else _not_allowed(setting),
            ],
            className="wi-foot",
        ),
    ]


def _choosing(draft: Draft, options: Options, setting: Setting) -> list[Component]:
    """Return the lists one can pick from, and the entries of the one that is open."""
    lists = [listed for listed in LISTS[draft.kind] if options.get(listed)]
    keys = [
        _key("list", listed, tell(f"list.{listed}", setting), is_on=listed == draft.listed)
        for listed in lists
    ]
    entries = [
        html.Li(
            html.Button(
                [html.Span(pick(option["name"], setting.language)), icon("bi-chevron-right")],
                id=ids.what_if_key("pick", f"{draft.listed}/{option['id']}"),
                className="key wi-entry",
            )
        )
        for option in options.get(draft.listed, ())
    ]
    return [
        html.P(tell("hint", setting), className="quiet"),
        html.Div(keys, className="choices"),
        html.Ul(entries, className="wi-entries"),
    ]


def _picked(draft: Draft, option: Option, options: Options, setting: Setting) -> list[Component]:
    """Return what is picked, its measures, and the figures of the open one."""
    kinds = measures_of(draft, options)
    kind = next((each for each in kinds if each.kind == draft.measure), None)
    words = [
        _key("measure", each.kind, tell(f"measure.{each.kind}", setting), is_on=each is kind)
        for each in kinds
    ]
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.Span(tell(f"one.{draft.listed}", setting), className="quiet"),
                        html.H2(pick(option.get("name"), setting.language)),
                    ]
                ),
                html.Button(
                    icon("bi-x-lg"),
                    id=ids.what_if_key("back", ""),
                    className="key key-icon",
                    title=tell("back", setting),
                    **attrs(aria_label=tell("back", setting)),
                ),
            ],
            className="wi-name",
        ),
        html.Div(words, className="choices wi-measures"),
        *(_figures(kind, draft, option, setting) if kind is not None else []),
    ]


def _figures(kind: MeasureKind, draft: Draft, option: Option, setting: Setting) -> list[Component]:
    return [
        html.P(tell(f"about.{kind.kind}", setting), className="quiet"),
        *(_slider(each, draft, option, setting) for each in kind.sliders),
        *(_choice(each, draft, setting) for each in kind.choices),
        html.Button(
            [icon("bi-plus-lg"), tell("add", setting)],
            id=ids.what_if_key("add", ""),
            className="key",
        ),
    ]


def _slider(slider: Slider, draft: Draft, option: Option, setting: Setting) -> Component:
    least, most, start = slider.reach(option)
    given = draft.values.get(slider.name)
    shown = min(most, max(least, float(given))) if isinstance(given, int | float) else start
    unit = unit_name(slider.unit, language=setting.language)
    label = tell(f"slider.{slider.name}", setting)
    return html.Div(
        [
            html.Label(f"{label} ({unit})" if unit else label, className="wi-slider-name"),
            dcc.Slider(
                id=ids.what_if_slider(slider.name),
                min=least,
                max=most,
                step=slider.step,
                value=shown,
                marks=None,
                updatemode="mouseup",
            ),
        ],
        className="wi-slider",
    )


def _choice(choice: Choice, draft: Draft, setting: Setting) -> Component:
    chosen = draft.values.get(choice.name) or choice.of[0]
    keys = [
        _key("choice", f"{choice.name}/{each}", tell(f"{choice.name}.{each}", setting),
             is_on=each == chosen)
        for each in choice.of
    ]  # fmt: skip
    return html.Div(keys, className="choices")


def _chosen(chosen: Sequence[Picked], setting: Setting) -> list[Component]:
    """Return the measures that are part of the question already, each with a key to drop it."""
    if not chosen:
        return []
    rows = [
        html.Li(
            [
                html.Span(pick(described([each]), setting.language)),
                html.Button(
                    icon("bi-x-lg"),
                    id=ids.what_if_key("drop", str(index)),
                    className="key key-icon",
                    title=tell("drop", setting),
                    **attrs(aria_label=tell("drop", setting)),
                ),
            ]
        )
        for index, each in enumerate(chosen)
    ]
    return [
        html.H2(tell("chosen", setting)),
        html.Ul(rows, className="scroll wi-chosen", tabIndex="0"),
    ]


def _conditions(draft: Draft, options: Options, setting: Setting) -> list[Component]:
    """Return under which rain, hour and length it is asked."""
    parts: list[Component] = []
    told: list[str] = []
    if draft.has_water:
        storms = options.get("storms", ())
        told += [pick(s["name"], setting.language) for s in storms if s["id"] == draft.storm]
        told.append(number(draft.hours, "h", language=setting.language))
        storm_keys = [
            _key("storm", str(storm["id"]), pick(storm["name"], setting.language),
                 is_on=storm["id"] == draft.storm)
            for storm in storms
        ]  # fmt: skip
        hours = [
            _key("hours", str(each), number(each, "h", language=setting.language),
                 is_on=each == draft.hours)
            for each in HOURS
        ]  # fmt: skip
        parts += [_group("storm", storm_keys, setting), _group("hours", hours, setting)]
    if draft.has_traffic:
        told.append(tell(f"peak.{draft.peak}", setting))
        peaks = [
            _key("peak", each, tell(f"peak.{each}", setting), is_on=each == draft.peak)
            for each in PEAKS
        ]
        horizons = [
            _key("horizon", str(each), number(each, "min", language=setting.language),
                 is_on=each == draft.horizon_min)
            for each in HORIZONS_MIN
        ]  # fmt: skip
        told.append(number(draft.horizon_min, "min", language=setting.language))
        seeds = [
            _key("seeds", str(each), tell(f"seeds.{each}", setting), is_on=each == draft.seeds)
            for each in SEEDS
        ]
        groups = (("peak", peaks), ("horizon", horizons), ("seeds", seeds))
        parts += [_group(name, keys, setting) for name, keys in groups]
    summary = html.Button(
        [
            html.Span(tell("conditions", setting)),
            html.Span(" · ".join(told), className="quiet"),
            icon("bi-chevron-down" if draft.is_set else "bi-chevron-right"),
        ],
        id=ids.what_if_key("conditions", ""),
        className="key wi-conditions",
        **attrs(aria_expanded="true" if draft.is_set else "false"),
    )
    return [
        summary,
        *([html.Div(parts, className="scroll wi-groups", tabIndex="0")] if draft.is_set else []),
    ]


def _group(name: str, keys: Sequence[Component], setting: Setting) -> Component:
    label = tell(f"condition.{name}", setting)
    return html.Div([html.Span(label, className="quiet"), html.Div(keys, className="choices")])


def _run_key(draft: Draft, setting: Setting) -> Component:
    is_ready = bool(draft.chosen) or draft.measure in BY_KIND
    return html.Button(
        [icon("bi-play-fill"), tell("run", setting)],
        id=ids.WHAT_IF_RUN,
        className="key key-main wi-run",
        disabled=not is_ready,
    )


def _not_allowed(setting: Setting) -> Component:
    return html.P(tell("not_allowed", setting), className="quiet")


def _key(do: str, about: str, words: str, *, is_on: bool) -> Component:
    return html.Button(
        words,
        id=ids.what_if_key(do, about),
        className="key choice" + (" is-chosen" if is_on else ""),
        **attrs(aria_pressed="true" if is_on else "false"),
    )
