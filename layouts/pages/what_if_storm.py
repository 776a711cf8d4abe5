"""A storm as bars, a bar a step: seen, or drawn by a finger, keys and the keyboard.

Values in, components out. What a finger does is assets/storm.mjs: it writes the depths into the
store `WHAT_IF_RAIN`, and these bars are built of them anew.
"""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from language import number
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting, icon
from layouts.pages.what_if_keys import deed, group, key
from layouts.pages.what_if_terms import DRAWN, STEPS_MM, Terms
from layouts.pages.what_if_words import tell
from twin.drainage.drawing import PEAKS, SPANS, TOPS_MM_H, Drawn, top_mm_h
from twin.drainage.scenario import MOST_MM, MOST_MM_H

TICKS = 5  # hours written under the bars, both ends with them
STEPPERS = (
    ("before", "bi-chevron-left"),
    ("less", "bi-dash-lg"),
    ("more", "bi-plus-lg"),
    ("after", "bi-chevron-right"),
)


def storm(
    terms: Terms, course: Drawn, setting: Setting, *, is_uneven: bool = False
) -> list[Component]:
    """Return a storm's bars with its figures; of one that is drawn with the keys that shape it.

    Of one that `is_uneven` it is seen where most of it falls.
    """
    bars = picture(terms, course, setting, is_uneven=is_uneven)
    return [
        html.Div(bars, id=ids.WHAT_IF_STORM, className="wi-storm-body"),
        *(_shaping(terms, course, setting) if terms.storm == DRAWN else []),
    ]


def picture(
    terms: Terms, course: Drawn, setting: Setting, *, is_uneven: bool = False
) -> list[Component]:
    """Return the bars, what they add up to, and what of them is not simulated or not taken."""
    is_drawn = terms.storm == DRAWN
    top = top_mm_h(course, terms.top_mm_h if is_drawn else 0)
    return [
        _plot(course, top, is_drawn=is_drawn, setting=setting),
        *([_steppers(setting)] if is_drawn else []),
        html.P(
            [
                _figures(course, setting),
                *([f" ({tell('storm_uneven', setting)})"] if is_uneven else []),
            ],
            className="wi-storm-said",
            role="status",
        ),
        *_left_out(terms, course, setting),
        *_refused(course, setting),
    ]


def _plot(course: Drawn, top: int, *, is_drawn: bool, setting: Setting) -> Component:
    language = setting.language
    most = top * course.step_min / 60
    drawing: dict[str, Any] = {}
    if is_drawn:
        drawing = attrs(
            data_store=ids.WHAT_IF_RAIN,
            data_most=f"{most:g}",
            data_step_min=str(course.step_min),
            data_unit="mm",
        )
    bars = [
        _bar(course, index, most, is_drawn=is_drawn, setting=setting)
        for index in range(len(course.mm))
    ]
    label = tell("storm_picture", setting) + ": " + _figures(course, setting)
    described = (
        attrs(aria_label=tell("storm_drawing", setting)) if is_drawn else attrs(aria_label=label)
    )
    return html.Div(
        [
            html.Div(
                [html.Span(number(each, "mm/h" if each == top else "", language=language))
                 for each in (top, top // 2, 0)],
                className="wi-storm-scale",
            ),
            html.Div(
                bars,
                className="wi-storm-bars" + (" is-drawn" if is_drawn else ""),
                role="group" if is_drawn else "img",
                **described,
                **drawing,
            ),
            html.Div(_hours(course), className="wi-storm-hours"),
        ],
        className="wi-storm",
    )  # fmt: skip


def _bar(course: Drawn, index: int, most: float, *, is_drawn: bool, setting: Setting) -> Component:
    mm, begins = course.mm[index], index * course.step_min
    share = min(1.0, mm / most) if most else 0.0
    fill = html.Span(className="wi-bar-fill", style={"height": f"{100 * share:.2f}%"})
    if not is_drawn:
        return html.Div(fill, className="wi-bar")
    told = number(mm, "mm", decimals=1, language=setting.language)
    return html.Div(
        fill,
        className="wi-bar",
        role="slider",
        tabIndex="0" if index == 0 else "-1",  # arrow keys lead to the others
        **attrs(
            aria_label=f"{clock(begins)}–{clock(begins + course.step_min)}",
            aria_orientation="vertical",
            aria_valuemin="0",
            aria_valuemax=f"{most:g}",
            aria_valuenow=f"{mm:g}",
            aria_valuetext=told,
        ),
    )


def _hours(course: Drawn) -> list[Component]:
    every = course.hours / (TICKS - 1)
    return [html.Span(clock(round(n * every * 60))) for n in range(TICKS)]


def clock(minute: int) -> str:
    """Return a minute after the rain began as h:mm."""
    return f"{minute // 60}:{minute % 60:02d}"


def _steppers(setting: Setting) -> Component:
    """Return the keys that choose a step and change it; the words between them are the finger's."""
    buttons = [
        html.Button(
            icon(name),
            type="button",
            className="key key-icon",
            title=tell(f"bar.{do}", setting),
            **attrs(data_bar=do, aria_label=tell(f"bar.{do}", setting)),
        )
        for do, name in STEPPERS
    ]
    said = html.Span(tell("bar.none", setting), className="wi-bar-said")
    return html.Div([*buttons[:2], said, *buttons[2:]], className="wi-steppers")


def _figures(course: Drawn, setting: Setting) -> str:
    language = setting.language
    return tell(
        "storm_said",
        setting,
        mm=number(course.total_mm, "mm", decimals=0, language=language),
        hours=number(
            course.lasts_h, "h", decimals=1 if course.lasts_h % 1 else 0, language=language
        ),
        peak=number(course.peak_mm_h, "mm/h", decimals=0, language=language),
    )


def _left_out(terms: Terms, course: Drawn, setting: Setting) -> list[Component]:
    """Say what of the rain falls after what is simulated."""
    before = course.until_mm(min(terms.hours, course.hours))
    if course.total_mm - before < 1:
        return []
    words = tell(
        "storm_cut",
        setting,
        hours=number(terms.hours, "h", language=setting.language),
        mm=number(before, "mm", decimals=0, language=setting.language),
    )
    return [html.P([icon("bi-exclamation-triangle"), html.Span(words)], className="wi-caution")]


def _refused(course: Drawn, setting: Setting) -> list[Component]:
    if not course.problem:
        return []
    limits = {"mostMm": (MOST_MM, "mm"), "mostMmH": (MOST_MM_H, "mm/h")}
    most, unit = limits[course.problem]
    words = tell("storm_refused", setting, most=number(most, unit, language=setting.language))
    return [html.P([icon("bi-x-octagon-fill"), html.Span(words)], className="is-problem")]


def _shaping(terms: Terms, course: Drawn, setting: Setting) -> list[Component]:
    language = setting.language
    totals = [
        deed(
            "total",
            str(mm),
            number(mm, "mm", language=language, sign=True),
            tell("total_by", setting, mm=number(mm, "mm", language=language, sign=True)),
        )
        for mm in STEPS_MM
    ]
    shapes = [deed("shape", each, tell(f"shape.{each}", setting), tell(f"shape.{each}", setting))
              for each in PEAKS]  # fmt: skip
    spans = [
        key("span", str(each), number(each, "h", language=language), is_on=each == course.hours)
        for each in SPANS
    ]
    shown = top_mm_h(course, terms.top_mm_h)
    tops = [
        key("top", str(each), number(each, "mm/h", language=language), is_on=each == shown)
        for each in TOPS_MM_H
    ]
    named = (("total", totals), ("shape", shapes), ("span", spans), ("top", tops))
    return [group(name, keys, setting) for name, keys in named]
