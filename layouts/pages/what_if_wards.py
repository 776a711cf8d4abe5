"""What a run changes ward by ward: a table for each figure, the ward it harms most on top.

Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import number, pick, unit_name
from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting
from layouts.pages.what_if_words import tell
from layouts.tiles.twin_figures import MARKS
from twin.comparison import verdict
from twin.result import Kpi
from twin.wards import Areas, by_figure

Named = tuple[str, Kpi]


def wards(areas: Areas, names: Mapping[str, Text], setting: Setting) -> list[Component]:
    """Return the figures of all wards, each figure to be opened; nothing where there are none."""
    found = [
        [(pick(names.get(code), setting.language) or code, kpi) for code, kpi in rows]
        for rows in by_figure(areas).values()
    ]
    if not found:
        return []
    return [html.H2(tell("wards", setting)), *(_table(rows, setting) for rows in found)]


def _table(rows: Sequence[Named], setting: Setting) -> Component:
    first, language = rows[0][1], setting.language
    told = unit_name(first["unit"], language=language)
    label = pick(first["label"], language)
    heads = ("ward", "base", "what_if", "change")
    return html.Details(
        [
            html.Summary(f"{label} ({told})" if told else label),
            html.Table(
                [
                    html.Thead(
                        html.Tr(
                            [
                                html.Th(tell(f"ward_head.{head}", setting),
                                        className="row-figure" if n else "")
                                for n, head in enumerate(heads)
                            ]
                        )
                    ),
                    html.Tbody([_row(name, kpi, setting) for name, kpi in rows]),
                ],
                className="source-rows",
            ),
        ],
        className="wi-ward",
        **attrs(data_kpi=first["id"]),
    )  # fmt: skip


def _row(name: str, kpi: Kpi, setting: Setting) -> Component:
    language, decimals = setting.language, kpi["decimals"]
    base, value = (
        number(kpi[part]["mean"], decimals=decimals, language=language)
        for part in ("base", "value")
    )
    delta, low, high = (
        number(each, decimals=decimals, language=language, sign=True)
        for each in (kpi["delta"]["mean"], kpi["delta"]["low"], kpi["delta"]["high"])
    )
    judged = verdict(kpi)
    way = "none" if judged == "same" else "up" if kpi["delta"]["mean"] > 0 else "down"
    interval = "" if low == high else f" ({low} … {high})"
    return html.Tr(
        [
            html.Td(name),
            html.Td(base, className="row-figure"),
            html.Td(value, className="row-figure"),
            html.Td(f"{MARKS[way]} {delta}{interval}", className=f"row-figure is-{judged}"),
        ]
    )
