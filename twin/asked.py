"""What a scenario asks in words, from the scenario itself and what may be picked for it.

The page knows it while it is asked; whoever has only the inputs of a job finds it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from data_access.envelope import Text
from language import LANGUAGES, number, text
from twin.drainage.scenario import ALL, CITY_MODEL
from twin.measures import BY_KIND, EVERYWHERE, MeasureKind, Option, Picked, described

Options = Mapping[str, Any]


def asked(scenario: Mapping[str, Any], options: Options) -> Text:
    """Return the measures of a scenario in words, of water under which storm and river.

    "–" for none.
    """
    halves = [scenario[half] for half in ("drainage", "traffic") if half in scenario]
    words: Text = dict.fromkeys(LANGUAGES, "")
    for half in halves or [scenario]:
        chosen = [one for body in half.get("measures", ()) for one in _picked(body, options)]
        words = _joined(words, described(chosen), "; ")
        words = _joined(words, _storm(half.get("storm") or {}, options), " · ")
        words = _joined(words, _river(half.get("riverLevelM")), " · ")
        words = _joined(words, _imported(half), " · ")
    return {each: said or "–" for each, said in words.items()}


def _storm(storm: Mapping[str, Any], options: Options) -> Mapping[str, str]:
    """Return what a storm is called: by the list, by whoever resolved it, or by what was drawn."""
    if storm.get("kind") != "hyetograph":
        names = {str(each["id"]): each["name"] for each in options.get("storms", ())}
        found: Mapping[str, str] = names.get(str(storm.get("id")), {})
        return found
    source = str(storm.get("source") or "drawn")
    if storm.get("name"):
        return dict(storm["name"])
    if source != "drawn":  # the note of a forecast says when it was issued
        note = storm.get("note") if source == "forecast" else None
        return note or {each: text(f"what_if.storm.{source}", each) for each in LANGUAGES}
    courses = list(storm["mm"].values())
    hours = max(len(course) for course in courses) * storm["stepMin"] / 60
    most = max(sum(course) for course in courses)
    wards = 0 if ALL in storm["mm"] else len(courses)
    told: Text = {}
    for each in LANGUAGES:
        mm, span = number(most, "mm", decimals=0, language=each), number(hours, "h", language=each)
        told[each] = text("what_if.drawn_storm", each, mm=mm, hours=span)
        if wards:
            told[each] += " " + text("what_if.on_wards", each, count=wards)
    return told


def _imported(half: Mapping[str, Any]) -> Mapping[str, str]:
    """Return of which imported model or network it is asked; empty of the city's own."""
    name = half.get("model") or (half.get("base") or {}).get("network")
    if name in (None, CITY_MODEL):
        return {}
    return {each: text("what_if.on_model", each, name=name) for each in LANGUAGES}


def _river(level_m: float | None) -> Mapping[str, str]:
    if level_m is None:
        return {}
    return {
        each: text("what_if.at_river", each, m=number(level_m, "m", decimals=2, language=each))
        for each in LANGUAGES
    }


def _picked(body: Mapping[str, Any], options: Options) -> Iterator[Picked]:
    kind = BY_KIND.get(str(body.get("kind")))
    if kind is None:
        return
    values: dict[str, Any] = {
        slider.name: body[slider.name] / slider.factor
        for slider in kind.sliders
        if isinstance(body.get(slider.name), int | float)
    }
    values |= {choice.name: choice.word(body.get(choice.name)) for choice in kind.choices}
    if kind.beside is not None and body.get(kind.beside.name) is not None:
        values[kind.beside.name] = _beside(kind, body, options)
    given = body.get(kind.field, "") if kind.field else ""
    listed = [kind.listed, *([EVERYWHERE] if kind.is_everywhere else [])]
    names: dict[str, Option] = {str(o["id"]): o for each in listed for o in options.get(each, ())}
    for target in given if isinstance(given, list | tuple) else [given]:
        option = names.get(str(target), {})
        name = option.get("name") or {"vi": str(target), "en": str(target)}
        yield Picked(kind.kind, str(target), name, values)


def _beside(kind: MeasureKind, body: Mapping[str, Any], options: Options) -> Option:
    """Return what lies beside the first target as it is called there, else by its id."""
    assert kind.beside is not None  # noqa: S101 - asked where there is one
    wanted = str(body[kind.beside.name])
    targets = body.get(kind.field) or [""]
    for option in options.get(kind.listed, ()):
        for each in option.get(kind.beside.listed, ()) if option["id"] == targets[0] else ():
            if each["id"] == wanted:
                found: Option = each
                return found
    return {"id": wanted, "name": {"vi": wanted, "en": wanted}}


def _joined(one: Text, other: Mapping[str, str], between: str) -> Text:
    return {each: between.join(filter(None, (one[each], other.get(each)))) for each in one}
