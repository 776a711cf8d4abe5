"""What a scenario asks in words, from the scenario itself and what may be picked for it.

The page knows it while it is asked; whoever has only the inputs of a job finds it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from data_access.envelope import Text
from language import LANGUAGES
from twin.measures import BY_KIND, Option, Picked, described

Options = Mapping[str, Any]


def asked(scenario: Mapping[str, Any], options: Options) -> Text:
    """Return the measures of a scenario in words, of water under which storm; "–" for none."""
    halves = [scenario[half] for half in ("drainage", "traffic") if half in scenario]
    words: Text = dict.fromkeys(LANGUAGES, "")
    for half in halves or [scenario]:
        chosen = [one for body in half.get("measures", ()) for one in _picked(body, options)]
        words = _joined(words, described(chosen), "; ")
        storm = half.get("storm") or {}
        names = {str(each["id"]): each["name"] for each in options.get("storms", ())}
        words = _joined(words, names.get(str(storm.get("id")), {}), " · ")
    return {each: said or "–" for each, said in words.items()}


def _picked(body: Mapping[str, Any], options: Options) -> Iterator[Picked]:
    kind = BY_KIND.get(str(body.get("kind")))
    if kind is None:
        return
    values: dict[str, Any] = {
        slider.name: body[slider.name] / slider.factor
        for slider in kind.sliders
        if isinstance(body.get(slider.name), int | float)
    }
    values |= {choice.name: body.get(choice.name) for choice in kind.choices}
    given = body.get(kind.field, "") if kind.field else ""
    names: dict[str, Option] = {str(o["id"]): o for o in options.get(kind.listed, ())}
    for target in given if isinstance(given, list | tuple) else [given]:
        option = names.get(str(target), {})
        name = option.get("name") or {"vi": str(target), "en": str(target)}
        yield Picked(kind.kind, str(target), name, values)


def _joined(one: Text, other: Mapping[str, str], between: str) -> Text:
    return {each: between.join(filter(None, (one[each], other.get(each)))) for each in one}
