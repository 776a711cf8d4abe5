"""The room's and the installer's tools, commanded from the operator's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from callbacks import session
from callbacks.commands import CommandRefused, command
from callbacks.desk import desk
from language import number, text
from layouts.pages.align import PLACE
from layouts.pages.outcome import Outcome
from layouts.pages.tools import mask_id
from layouts.pages.tools_view import PARTS
from permissions.roles import Person

Asked = tuple[str, dict[str, Any]]
NOT_AS_SEEN = {"wall.night": "noNight", "wall.orbit": "noOrbit"}  # what `conflict` means here
CONFIRMED = ("masked", "unmasked")


def carry_out(who: Person | None, wall_id: str, pressed: Mapping[str, Any]) -> Outcome | None:
    """Do what a key of `layouts.pages.tools` or `align` stands for; None when it is not theirs.

    Raises CommandRefused.
    """
    do, about = str(pressed.get("do")), str(pressed.get("about"))
    asks = KEYS.get(do)
    if asks is None:
        return None
    op, args = asks(about)
    try:
        result = command(who, op, {"wallId": wall_id, **args})
    except CommandRefused as error:
        if error.code == "conflict" and op in NOT_AS_SEEN:
            raise CommandRefused(NOT_AS_SEEN[op], error.body) from error
        raise
    language = session.page_language()
    words = _said(do, args, result, language)
    # What a wall does is kept for who comes later; loading a page anew is for who is there.
    absent = "not_there" if op == "wall.reload" else "once_there"
    return Outcome(True, words, _not_reached(wall_id, args, result, absent, language))


def _night(about: str) -> Asked:
    return "wall.night", {"mode": about}


def _orbit(about: str) -> Asked:
    return "wall.orbit", {"on": about == "on"}


def _freeze(about: str) -> Asked:
    return "wall.freeze", {"on": about == "on"}


def _mask(about: str) -> Asked:
    ceiling = {"level": about, "compartments": []}
    return "wall.mask", {"maskId": mask_id(about), "ceiling": ceiling}


def _unmask(about: str) -> Asked:
    return "wall.unmask", {"maskId": about}


def _follow(about: str) -> Asked:
    return "wall.follow", {"of": about or None}


def _identify(about: str) -> Asked:
    return "wall.overlay", {"kind": "identify", **_at(about)}


def _pattern(about: str) -> Asked:
    place, _, named = about.partition(PLACE)
    parts = [each for each in PARTS if each in named.split(",")]
    return "wall.overlay", {"kind": "testPattern", "parts": parts, **_at(place)}


def _clear(about: str) -> Asked:
    return "wall.overlay", {"kind": "clear", **_at(about.partition(PLACE)[0])}


def _reload(about: str) -> Asked:
    return "wall.reload", {"reason": "asked", **_at(about)}


def _trim(about: str) -> Asked:
    place, *moved = about.split(PLACE)
    if not moved:
        return "wall.trim", {"outputId": place}
    try:
        x, y = map(int, moved)
    except ValueError as error:
        raise CommandRefused("invalidArgs") from error
    return "wall.trim", {"outputId": place, "trimPx": {"x": x, "y": y}}


KEYS: dict[str, Callable[[str], Asked]] = {
    "wall.night": _night,
    "wall.orbit": _orbit,
    "wall.freeze": _freeze,
    "wall.mask": _mask,
    "wall.unmask": _unmask,
    "wall.follow": _follow,
    "wall.reload": _reload,
    "wall.trim": _trim,
    "overlay.identify": _identify,
    "overlay.pattern": _pattern,
    "overlay.clear": _clear,
}


def _at(place: str) -> dict[str, str]:
    return {"outputId": place} if place else {}


def _said(do: str, args: Mapping[str, Any], result: Mapping[str, Any], language: str) -> str:
    """Say that it was done, and on how many outputs it is seen."""
    told = text(f"pages.done.{_name(do, args)}", language)
    outputs = result.get("outputs")
    if outputs is None:
        return told
    reached = [each for each in outputs if _is_reached(each)]
    words = text("pages.done.on_outputs", language, done=told, count=len(reached))
    took = [each["tookMs"] for each in reached if isinstance(each, dict) and "tookMs" in each]
    if not took:
        return words
    longest = number(max(took), "ms", decimals=0, language=language)
    return text("pages.done.within", language, done=words, longest=longest)


def _name(do: str, args: Mapping[str, Any]) -> str:
    if do == "wall.night":
        return f"night_{args['mode']}"
    if do in ("wall.orbit", "wall.freeze"):
        return f"{do.partition('.')[2]}_{'on' if args['on'] else 'off'}"
    if do == "wall.follow":
        return "follow" if args["of"] else "release"
    return do


def _not_reached(
    wall_id: str, args: Mapping[str, Any], result: Mapping[str, Any], absent: str, language: str
) -> tuple[str, ...]:
    """Name each output that does not show it yet: not there, or without an answer."""
    outputs = result.get("outputs")
    if outputs is None:
        return ()
    answers = {str(each["outputId"]): each for each in outputs if isinstance(each, dict)}
    reached = {_output_id(each) for each in outputs if _is_reached(each)}
    wall = desk().walls.get(wall_id)
    known = [each.output_id for each in wall.outputs] if wall is not None else list(answers)
    if "outputId" in args:
        known = [args["outputId"]]
    return tuple(
        text(
            "pages.done.no_answer"
            if answers.get(each, {}).get("status") == "noAnswer"
            else f"pages.done.{absent}",
            language,
            output=each,
        )
        for each in known
        if each not in reached
    )


def _is_reached(output: Any) -> bool:
    return isinstance(output, str) or output.get("status") in CONFIRMED


def _output_id(output: Any) -> str:
    return output if isinstance(output, str) else str(output["outputId"])
