"""Of which model a what-if is asked, where others than the city's own were imported.

Values in, components out; each is a link, as the twins themselves are.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from language import number, pick
from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting, icon
from layouts.pages.what_if_draft import Draft, Options
from layouts.pages.what_if_words import tell


def bases(
    draft: Draft,
    models: Sequence[str],
    networks: Sequence[str],
    options: Options,
    setting: Setting,
    *,
    has_roads: bool = True,
) -> list[Component]:
    """Return the models one may choose of, and what the chosen ones are; nothing without others.

    A city that `has_roads` of its own offers them beside imported networks.
    """
    rows = [
        _row(field, chosen, offered, draft, setting)
        for field, chosen, names, offered in (
            ("model", draft.model, models, (None, *models)),
            ("network", draft.network, networks, (*([None] if has_roads else []), *networks)),
        )
        if names
    ]
    if not rows:
        return []
    return [html.Div([*rows, *_about(draft, options, setting)], className="wi-bases scroll")]


def _row(
    field: str, chosen: str | None, names: Sequence[str | None], draft: Draft, setting: Setting
) -> Component:
    label = tell(f"imported.{field}", setting)
    known = {"model": draft.model, "network": draft.network}
    keys = []
    for name in names:
        asked = {key: value for key, value in {**known, field: name}.items() if value}
        keys.append(
            html.A(
                name or tell("imported.city", setting),
                href=f"/what-if?{urlencode({'twin': draft.kind, **asked})}",
                className="key choice" + (" is-chosen" if name == chosen else ""),
                **attrs(aria_current="true" if name == chosen else None),
            )
        )
    return html.Nav(
        [html.Span(label, className="quiet"), *keys], className="choices", **attrs(aria_label=label)
    )


def _about(draft: Draft, options: Options, setting: Setting) -> list[Component]:
    """Say of an imported model how large it is, and what is not known in it."""
    if draft.model is None and draft.network is None:
        return []
    language = setting.language
    told = []
    if draft.model is not None:
        nodes = number(
            len(options.get("conduits", ())) + options.get("leftOut", 0), language=language
        )
        told += [
            tell("imported.conduits", setting, count=nodes),
            tell("imported.no_spots", setting),
        ]
    if draft.network is not None:
        links = number(len(options.get("links", ())), language=language)
        told.append(tell("imported.links", setting, count=links))
        told.append(options.get("attribution") or "")
        told += [pick(each, language) for each in options.get("said", ())]
    left = options.get("leftOut", 0)
    if left:
        told.append(tell("imported.left_out", setting, count=number(left, language=language)))
    words = " · ".join(filter(None, told))
    return [html.P([icon("bi-info-circle"), html.Span(words)], className="quiet wi-about")]
