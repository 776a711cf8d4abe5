"""Parts of the page of proofs: outputs over their places and in a list, tiles, the seal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import NOTHING, datetime_, number, pick, time
from layouts.pages.attributes import attrs
from layouts.pages.shell import HIDDEN, Setting, icon, say

ICONS = {
    "shown": "bi-check-circle",
    "late": "bi-hourglass-split",
    "told": "bi-check-circle",
    "failed": "bi-x-octagon-fill",
    "other": "bi-arrow-repeat",
    "changing": "bi-arrow-left-right",
    "owed": "bi-hourglass-split",
    "noAnswer": "bi-question-octagon-fill",
    "offline": "bi-plug",
    "joining": "bi-plug",
    "start": "bi-question-circle",
    "stop": "bi-question-circle",
    "gap": "bi-question-circle",
}
QUIET = ("shown", "late", "told")  # these need no words over the picture
HASH_SHOWN = 12  # characters of a hash in a list; the whole is in its title


def state_of(output: Mapping[str, Any]) -> str:
    """Return the one thing that matters most of an output at the instant, a key of ICONS."""
    if output["state"] == "notKnown":
        return str(output.get("reason", "start"))
    if output["isChanging"]:
        return "changing"
    if output.get("status") == "failed":
        return "failed"
    if not output["isProgram"]:
        return "other"
    return "owed" if output["owed"] else str(output.get("status", "told"))


def outputs_over(shown: Mapping[str, Any], *, setting: Setting) -> list[Component]:
    """Return the panels' edges, and over each output of which something is not well what it is."""
    canvas = shown["canvasPx"]
    edges = [html.I(style=_place(each["rectPx"], canvas)) for each in shown["outputs"]]
    marks = [
        html.Div(
            [html.Span(each["outputId"], className="output-id"), _state(each, setting)],
            className=f"proof-mark is-{state_of(each)}"
            + (" is-unknown" if each["state"] == "notKnown" else ""),
            style=_place(each["rectPx"], canvas),
        )
        for each in shown["outputs"]
        if state_of(each) not in QUIET
    ]
    return [html.Div(edges, className="bezels", **HIDDEN), *marks]


def outputs_table(shown: Mapping[str, Any], *, setting: Setting) -> Component:
    """Return what each output showed, since when, how exact that is."""
    heads = [
        say("proof.output", setting),
        say("proof.state", setting),
        say("proof.shown_at", setting),
        say("proof.uncertainty", setting),
    ]
    rows: list[list[Any]] = [
        [
            html.Strong(each["outputId"]),
            _state(each, setting),
            _shown_at(each, setting),
            _ms(each.get("uncertaintyMs"), setting, sign="±"),
        ]
        for each in shown["outputs"]
    ]
    if any("thumbnail" in each for each in shown["outputs"]):
        heads.append(say("proof.pictures", setting))
        for row, each in zip(rows, shown["outputs"], strict=True):
            row.append(_picture(each, setting))
    return _table(say("proof.outputs", setting), heads, rows, className="proof-outputs")


def tiles_table(
    shown: Mapping[str, Any], kinds: Mapping[str, Text], *, setting: Setting
) -> Component:
    """Return each tile's content: kind, as-of time, version, hash; or that it is left out."""
    heads = (
        say("proof.tile", setting),
        say("proof.as_of", setting),
        say("proof.version", setting),
        say("proof.hash", setting),
    )
    rows = []
    for tile in shown["tiles"]:
        name = kinds.get(tile["kind"], {"vi": tile["kind"], "en": tile["kind"]})
        rows.append(
            [
                [
                    html.Strong(pick(name, setting.language)),
                    html.Span(tile["tileId"], className="quiet proof-tile-id"),
                ],
                _instant(tile.get("asOfAtMs"), setting),
                str(tile.get("version", NOTHING)),
                _tile_hash(tile, setting),
            ]
        )
    return _table(say("proof.tiles", setting), heads, rows, className="proof-tiles")


def seal(
    shown: Mapping[str, Any],
    verdict: Mapping[str, Any] | None,
    *,
    verify: str,
    setting: Setting,
) -> Component:
    """Return the entry in force, whether what this rests on is as written, and the chain's head."""
    entry, chain = shown["entry"], shown["chain"]
    sequence = number(entry["sequence"], decimals=0, language=setting.language)
    at = time(entry["atMs"], seconds=True, language=setting.language, timezone=setting.timezone)
    parts: list[Component | None] = [
        html.H2(say("proof.entry", setting, number=sequence)),
        html.P(
            say("proof.entry_at", setting, at=at, kind=say(f"proof.kind.{entry['kind']}", setting))
        ),
        _hash(entry["hash"], say("proof.entry_hash", setting)),
        _verdict(
            chain["isWhole"],
            say(
                "proof.part_whole",
                setting,
                first=chain["from"],
                last=chain["to"],
                contents=chain["contents"],
            )
            if chain["isWhole"]
            else _fault(chain["broken"], setting),
        ),
        _hash(f"{chain['head']['sequence']}:{chain['head']['hash']}", say("proof.head", setting)),
    ]
    if verdict is None:
        parts.append(
            html.A(
                [icon("bi-shield-check"), html.Span(say("proof.verify", setting))],
                href=verify,
                className="key",
            )
        )
    elif verdict["isWhole"]:
        words = say(
            "proof.whole", setting, entries=verdict["entries"], contents=verdict["contents"]
        )
        parts.append(_verdict(True, words))
    else:
        parts.append(_verdict(False, _fault(verdict["broken"], setting)))
    parts += _apart(verdict, setting)
    return html.Div(parts, className="panel proof-seal")


def _apart(verdict: Mapping[str, Any] | None, setting: Setting) -> list[Component]:
    """Say what is not in the file of the controller that was asked, and what is beside its chain:
    no fault, but no whole either.
    """
    return [
        html.P(
            [icon("bi-exclamation-triangle"),
             say(f"proof.{what}", setting, first=each["first"], last=each["last"])],
            className="proof-verdict is-apart",
        )
        for what in ("missing", "aside")
        for each in (verdict or {}).get(what, ())
    ]  # fmt: skip


def _verdict(is_whole: bool, words: str) -> Component:
    return html.P(
        [icon("bi-shield-check" if is_whole else "bi-shield-x"), words],
        className="proof-verdict" + ("" if is_whole else " is-broken"),
        role="status" if is_whole else "alert",
    )


def _fault(broken: Mapping[str, Any], setting: Setting) -> str:
    """Say which entry is the first that is not as it was written, and why."""
    return say(f"proof.broken.{broken['code']}", setting, number=broken["entry"])


def _hash(whole: str, words: str) -> Component:
    return html.P(
        [html.Span(words, className="quiet"), html.Code(whole, className="proof-hash")],
        className="proof-hashes",
    )


def _table(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], *, className: str
) -> Component:
    return html.Section(
        [
            html.H2(title),
            html.Div(
                html.Table(
                    [
                        html.Thead(html.Tr([html.Th(each, scope="col") for each in heads])),
                        html.Tbody([html.Tr([html.Td(each) for each in cells]) for cells in rows]),
                    ]
                ),
                className="scroll",
                tabIndex="0",
                role="region",
                **attrs(aria_label=title),
            ),
        ],
        className=f"panel {className}",
    )


def _state(output: Mapping[str, Any], setting: Setting) -> Component:
    state = state_of(output)
    return html.Span(
        [icon(ICONS[state]), html.Span(say(f"proof.is.{state}", setting))],
        className=f"output-state is-{state}",
    )


def _shown_at(output: Mapping[str, Any], setting: Setting) -> str:
    """Say when an output showed what it shows, to the millisecond, with how late it was."""
    at_ms = output.get("shownAtMs")
    if at_ms is None or output["state"] == "notKnown":
        return NOTHING
    at = time(at_ms, seconds=True, language=setting.language, timezone=setting.timezone)
    mark = "," if setting.language == "vi" else "."
    late = number(output["lateMs"], "ms", decimals=1, language=setting.language, sign=True)
    return f"{at}{mark}{int(at_ms % 1000):03d} ({late})"


def _tile_hash(tile: Mapping[str, Any], setting: Setting) -> Any:
    if tile.get("isWithheld"):
        return html.Span(
            [icon("bi-lock"), say("proof.withheld", setting)], className="proof-withheld"
        )
    sha256 = tile.get("sha256")
    if sha256 is None:
        return say("proof.no_content", setting)
    return html.Code(sha256[:HASH_SHOWN], title=sha256)


def _picture(output: Mapping[str, Any], setting: Setting) -> Any:
    """Return the small picture that was taken of an output's own screen, and when."""
    thumbnail = output.get("thumbnail")
    if thumbnail is None:
        return NOTHING
    if thumbnail["isWithheld"]:
        words = say("proof.withheld", setting)
        return html.Span(icon("bi-lock"), title=words, role="img", **attrs(aria_label=words))
    at = time(thumbnail["takenAtMs"], seconds=True, language=setting.language,
              timezone=setting.timezone)  # fmt: skip
    words = say("proof.picture_of", setting, output=output["outputId"], at=at)
    image = thumbnail.get("image")
    if image is None:
        return say("proof.no_content", setting)
    return html.Img(
        src=f"data:image/jpeg;base64,{image}", alt=words, title=words, className="proof-shot"
    )


def _ms(duration_ms: float | None, setting: Setting, *, sign: str = "") -> str:
    if duration_ms is None:
        return NOTHING
    return sign + number(duration_ms, "ms", decimals=1, language=setting.language)


def _instant(at_ms: float | None, setting: Setting) -> str:
    if at_ms is None:
        return NOTHING
    return datetime_(at_ms, seconds=True, language=setting.language, timezone=setting.timezone)


def _place(rect: Mapping[str, float], canvas: Mapping[str, float]) -> dict[str, str]:
    return {
        "left": f"{rect['x'] / canvas['width'] * 100:.4f}%",
        "top": f"{rect['y'] / canvas['height'] * 100:.4f}%",
        "width": f"{rect['width'] / canvas['width'] * 100:.4f}%",
        "height": f"{rect['height'] / canvas['height'] * 100:.4f}%",
    }
