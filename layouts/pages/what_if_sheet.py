"""The sheet beside the map of what-ifs: what is picked with its measures, else all one can pick.

While its conditions are being set they stand in that place (layouts/pages/what_if_conditions.py).
Values in, components out; every key is one of `ids.what_if_key`.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from language import has, number, pick
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting, icon
from layouts.pages.what_if_conditions import conditions, summary
from layouts.pages.what_if_draft import LISTS, Draft, Options, measures_of, option_of
from layouts.pages.what_if_keys import key, slider
from layouts.pages.what_if_words import tell
from twin.drainage.drawing import Drawn
from twin.measures import BY_KIND, Beside, Choice, MeasureKind, Option, Picked, Slider, described


def sheet(
    draft: Draft,
    options: Options,
    *,
    may_run: bool,
    setting: Setting,
    course: Drawn | None = None,
    said: str = "",
) -> list[Component]:
    """Return the whole sheet; where one may not run, what can be picked is only shown.

    `course` is the chosen storm as it can be seen, `said` what it is called, or why it cannot.
    """
    option = option_of(draft, options) if draft.target else None
    if draft.is_set:
        open_ = conditions(draft, options, course=course, said=said, setting=setting)
    elif option is not None:
        open_ = _picked(draft, option, options, setting)
    else:
        open_ = _choosing(draft, options, setting)
    return [
        html.Div(open_, className="scroll wi-open", tabIndex="0"),
        html.Div(
            [
                *_chosen(draft.chosen, setting),
                _conditions(draft, options, setting),
                _run_key(draft, setting) if may_run else _not_allowed(setting),
            ],
            className="wi-foot",
        ),
    ]


def _choosing(draft: Draft, options: Options, setting: Setting) -> list[Component]:
    """Return the lists one can pick from, and the entries of the one that is open."""
    lists = [listed for listed in LISTS[draft.kind] if options.get(listed)]
    keys = [
        key("list", listed, tell(f"list.{listed}", setting), is_on=listed == draft.listed)
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
        key("measure", each.kind, tell(f"measure.{each.kind}", setting), is_on=each is kind)
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
        *(_slider(kind, each, draft, option, setting) for each in kind.sliders),
        *(_choice(each, draft, setting) for each in kind.choices),
        *(_beside(kind.beside, draft, option, setting) if kind.beside is not None else []),
        *(_lost(option, setting) if kind.kind == "rain" else []),
        html.Button(
            [icon("bi-plus-lg"), tell("add", setting)],
            id=ids.what_if_key("add", ""),
            className="key",
        ),
    ]


def _slider(
    kind: MeasureKind, asked: Slider, draft: Draft, option: Option, setting: Setting
) -> Component:
    least, most, start = asked.reach(option)
    given = draft.values.get(asked.name)
    shown = min(most, max(least, float(given))) if isinstance(given, int | float) else start
    own = f"slider.{kind.kind}.{asked.name}"
    label = tell(own if has(f"what_if.{own}") else f"slider.{asked.name}", setting)
    reach = (least, most, shown)
    return slider(asked.name, label, asked.unit, reach, asked.step, setting=setting)


def _choice(choice: Choice, draft: Draft, setting: Setting) -> Component:
    chosen = draft.values.get(choice.name) or choice.of[0]
    keys = [
        key("choice", f"{choice.name}/{each}", tell(f"{choice.name}.{each}", setting),
             is_on=each == chosen)
        for each in choice.of
    ]  # fmt: skip
    return html.Div(keys, className="choices")


def _beside(asked: Beside, draft: Draft, option: Option, setting: Setting) -> list[Component]:
    """Return the keys that choose what lies beside what is picked; none where nothing does."""
    chosen = asked.chosen(draft.values.get(asked.name), option)
    keys = [
        key("choice", f"{asked.name}/{each['id']}", pick(each["name"], setting.language),
            is_on=each is chosen)
        for each in option.get(asked.listed) or ()
    ]  # fmt: skip
    if not keys:
        return []
    label = tell(f"{asked.name}.label", setting)
    return [html.Span(label, className="quiet"), html.Div(keys, className="choices")]


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


def _lost(option: Option, setting: Setting) -> list[Component]:
    """Return what rain takes of the network by bands, and who measured that."""
    rain, language = option.get("rain") or {}, setting.language
    rows = [
        html.Tr(
            [
                html.Td(tell("rain_from", setting, mm=number(band["fromMmH"], "mm/h",
                                                             language=language))),
                html.Td(number(-100 * band["capacityLoss"], "%", decimals=0, language=language)),
                html.Td(number(-100 * band["speedLoss"], "%", decimals=0, language=language)),
            ]
        )
        for band in rain.get("bands", ())
    ]  # fmt: skip
    if not rows:
        return []
    head = [html.Th(tell(f"rain_head.{each}", setting)) for each in ("from", "capacity", "speed")]
    return [
        html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="wi-bands"),
        html.P(tell("rain_source", setting, source=rain.get("source", "–")), className="quiet"),
    ]


def _conditions(draft: Draft, options: Options, setting: Setting) -> Component:
    """Return the key that opens what can be set, with what is set."""
    return html.Button(
        [
            html.Span(tell("conditions", setting)),
            html.Span(summary(draft, options, setting), id=ids.WHAT_IF_SUMMARY, className="quiet"),
            icon("bi-chevron-down" if draft.is_set else "bi-chevron-right"),
        ],
        id=ids.what_if_key("conditions", ""),
        className="key wi-conditions",
        **attrs(aria_expanded="true" if draft.is_set else "false"),
    )


def _run_key(draft: Draft, setting: Setting) -> Component:
    is_ready = bool(draft.chosen) or draft.measure in BY_KIND or draft.has_water
    return html.Button(
        [icon("bi-play-fill"), tell("run", setting)],
        id=ids.WHAT_IF_RUN,
        className="key key-main wi-run",
        disabled=not is_ready,
    )


def _not_allowed(setting: Setting) -> Component:
    return html.P(tell("not_allowed", setting), className="quiet")
