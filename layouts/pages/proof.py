"""The page of proofs: what a wall showed at an instant, how sure that is, and the seal on it.

A form that asks by address, so that an answer can be kept as a link. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import datetime_, pick, time
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.live import live
from layouts.pages.proof_lists import outputs_over, outputs_table, seal, tiles_table
from layouts.pages.shell import Setting, hidden, icon, say, shell
from layouts.pages.typed_instant import typed_instant
from layouts.pages.wall_view import LIVE


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person asked for, as it was typed, and what stands against it."""

    wall_id: str
    date: str  # dd/mm/yyyy
    time: str  # hh:mm:ss
    at_ms: float | None = None
    problem: str | None = None  # a key of pages.proof.problem
    oldest_at_ms: float | None = None


def page(
    walls: Sequence[tuple[str, Text]],
    asked: Asked,
    shown: Mapping[str, Any] | None,
    *,
    names: Mapping[str, str],
    kinds: Mapping[str, Text],
    verdict: Mapping[str, Any] | None,
    setting: Setting,
    link_url: str,
    link_port: int,
) -> Component:
    """Build the page; `shown` is the answer to `proof.at`, `verdict` that to `proof.verify`."""
    body: list[Component] = [
        live(["versions"], link_url=link_url, link_port=link_port, language=setting.language),
        _question(walls, asked, shown, setting),
    ]
    if shown is None:
        body.append(_problem(asked, setting))
    else:
        body += [
            html.Div(
                [
                    _picture(shown, setting),
                    html.Div(
                        [
                            outputs_table(shown, setting=setting),
                            tiles_table(shown, kinds, setting=setting),
                        ],
                        className="proof-lower",
                    ),
                    html.Section(
                        [
                            _program(shown, names, setting),
                            *_over(shown, setting),
                            seal(shown, verdict, verify=_verify_path(shown), setting=setting),
                        ],
                        className="proof-side",
                    ),
                ],
                className="proof-body",
            ),
        ]
    return shell("proof", body, setting=setting)


def address(wall_id: str, at_ms: float, **more: str) -> str:
    """Return where the answer for a wall and an instant is."""
    instant = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return f"/proof?{urlencode({'wall': wall_id, 'at': instant, **more})}"


def _question(
    walls: Sequence[tuple[str, Text]],
    asked: Asked,
    shown: Mapping[str, Any] | None,
    setting: Setting,
) -> Component:
    return html.Div(
        [
            html.Nav(
                [
                    html.A(
                        pick(name, setting.language),
                        href=address(wall_id, asked.at_ms)
                        if asked.at_ms is not None
                        else f"/proof?{urlencode({'wall': wall_id})}",
                        className="key proof-wall"
                        + (" is-here" if wall_id == asked.wall_id else ""),
                        **attrs(aria_current="true" if wall_id == asked.wall_id else None),
                    )
                    for wall_id, name in walls
                ],
                className="proof-walls",
                **attrs(aria_label=say("proof.walls", setting)),
            ),
            html.Form(
                [
                    hidden("wall", asked.wall_id),
                    *typed_instant(
                        "proof",
                        (asked.date, asked.time),
                        field_ids=(ids.PROOF_DATE, ids.PROOF_TIME),
                        tell=lambda word: say(f"proof.{word}", setting),
                    ),
                ],
                action="/proof",
                method="GET",
                className="proof-form",
            ),
            html.Div(
                [
                    _step(
                        asked,
                        shown,
                        "previousAtMs",
                        "bi-chevron-left",
                        say("proof.previous", setting),
                    ),
                    _step(asked, shown, "nextAtMs", "bi-chevron-right", say("proof.next", setting)),
                    html.A(
                        [icon("bi-clock"), html.Span(say("proof.now", setting))],
                        href=f"/proof?{urlencode({'wall': asked.wall_id})}",
                        className="key",
                        title=say("proof.now", setting),
                        **attrs(aria_label=say("proof.now", setting)),
                    ),
                ],
                className="proof-steps",
            ),
        ],
        className="proof-question",
    )


def _step(
    asked: Asked, shown: Mapping[str, Any] | None, name: str, symbol: str, words: str
) -> Component:
    at_ms = (shown or {}).get(name)
    inner: list[Component] = [html.Span(words), icon(symbol)]
    if name == "previousAtMs":
        inner.reverse()
    more = {"className": "key", "title": words, **attrs(aria_label=words)}
    if at_ms is None:
        return html.Button(inner, disabled=True, **more)
    # A step beyond the instant: what had changed then has changed.
    return html.A(inner, href=address(asked.wall_id, at_ms + 1), **more)


def _problem(asked: Asked, setting: Setting) -> Component:
    problem = asked.problem or "unavailable"
    oldest = asked.oldest_at_ms
    return html.Section(
        [
            icon("bi-exclamation-triangle"),
            html.H2(say(f"proof.problem.{problem}", setting)),
            html.P(say("proof.oldest", setting, at=_instant(oldest, setting)))
            if oldest is not None
            else None,
        ],
        className="notice proof-problem",
        role="alert",
    )


def _picture(shown: Mapping[str, Any], setting: Setting) -> Component:
    canvas = shown["canvasPx"]
    query = urlencode({"wall": shown["wallId"], "at": f"{shown['atMs']:.3f}"})
    return html.Section(
        [
            html.H2(
                say(
                    "proof.showed",
                    setting,
                    wall=pick(shown["name"], setting.language),
                    at=_instant(shown["atMs"], setting),
                )
            ),
            html.Div(
                [
                    html.Iframe(
                        src=f"/proof/glass?{query}",
                        title=say("proof.picture", setting),
                        className="live-frame",
                        tabIndex="-1",
                    ),
                    *outputs_over(shown, setting=setting),
                ],
                className="live-wall proof-wall-picture",
                style={
                    "aspectRatio": f"{canvas['width'] / canvas['height']:.5f}",
                    "--aspect": f"{canvas['width'] / canvas['height']:.5f}",
                },
            ),
            *_banners(shown, setting),
        ],
        className="proof-picture",
    )


def _program(shown: Mapping[str, Any], names: Mapping[str, str], setting: Setting) -> Component:
    program = shown["program"]
    if program is None:
        return html.Div(html.P(say("proof.no_scene", setting)), className="panel")
    by = program["by"]
    facts = [
        (say("proof.layer", setting), say(f"layer.{program['layer']}", setting)),
        (
            say("proof.by", setting),
            names.get(by, by) if by != "city" else say("proof.by_city", setting),
        ),
        (say("proof.revision", setting), program["revision"][:12]),
    ]
    realm = program.get("realm", LIVE)
    if realm != LIVE:
        facts.insert(0, (say("exercise.mark", setting), realm.partition(":")[2]))
    if program["showAtMs"] is not None:
        facts.insert(0, (say("proof.since", setting), _instant(program["showAtMs"], setting)))
    return html.Div(
        [html.H2(pick(program["name"], setting.language)), _facts(facts)],
        className="panel",
    )


def _over(shown: Mapping[str, Any], setting: Setting) -> list[Component]:
    """Return what lay over the scene, and what is not known of that time."""
    said: list[tuple[str, str]] = []
    gap = shown["gap"]
    if gap is not None:
        until = gap["untilAtMs"]
        said.append(
            (
                "bi-question-circle",
                say(
                    f"proof.gap.{gap['reason']}",
                    setting,
                    since=_instant(gap["afterAtMs"], setting),
                    until=_instant(until, setting) if until else say("proof.now", setting),
                ),
            )
        )
    if shown.get("aside") is not None:
        said.append(("bi-archive", say("proof.by_aside", setting, **shown["aside"])))
    if not shown["isFinal"]:
        said.append(("bi-hourglass-split", say("proof.not_final", setting)))
    said += [
        ("bi-eye-slash", say("proof.mask", setting, level=_level(each["ceiling"], setting)))
        for each in shown["masks"]
    ]
    if shown["frozenSinceMs"] is not None:
        at = time(shown["frozenSinceMs"], seconds=True, language=setting.language,
                  timezone=setting.timezone)  # fmt: skip
        said.append(("bi-pause-circle", say("proof.frozen", setting, at=at)))
    said += [
        ("bi-layers", say(f"proof.overlay.{each['kind']}", setting))
        for each in shown["overlays"]
        if each["kind"] != "banner"
    ]
    if not said:
        return []
    items = [html.Li([icon(symbol), html.Span(words)]) for symbol, words in said]
    return [html.Ul(items, className="proof-over")]


def _banners(shown: Mapping[str, Any], setting: Setting) -> list[Component]:
    """Return the words that lay over the picture, below it."""
    words = [pick(each, shown["language"]) for each in shown["notes"]]
    for each in shown["overlays"]:
        if each["kind"] == "banner":
            banner = each["text"]
            words.append(banner if isinstance(banner, str) else pick(banner, shown["language"]))
    if not words:
        return []
    said = say("proof.banner", setting, words=" · ".join(words))
    return [html.P([icon("bi-megaphone"), said], className="proof-banner")]


def _facts(facts: Sequence[tuple[str, Any]]) -> Component:
    parts: list[Component] = []
    for name, words in facts:
        parts += [html.Dt(name), html.Dd(words)]
    return html.Dl(parts, className="proof-facts")


def _verify_path(shown: Mapping[str, Any]) -> str:
    return address(shown["wallId"], shown["atMs"], verify="1")


def _level(ceiling: Mapping[str, Any], setting: Setting) -> str:
    return say(f"proof.level.{ceiling['level']}", setting)


def _instant(at_ms: float, setting: Setting) -> str:
    return datetime_(at_ms, seconds=True, language=setting.language, timezone=setting.timezone)
