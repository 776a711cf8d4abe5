"""A brief in better sentences, and answers over it, by a language model that is checked.

Each sentence is held against the one it stands for: the same figures in the same order, none else,
rising and falling as before (`check_rewritten`). One that is not stays as the rules made it, and
the reason is kept. An answer may have the figures of the sentences it names, no others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import orjson

from analytics.brief.brief import Brief, Piece, Sentence
from analytics.brief.check import Refusal, check, check_rewritten
from analytics.brief.endpoint import Endpoint, Messages, Said, ask

LONGEST_QUESTION = 400
NAMES = {"vi": "Vietnamese", "en": "English"}
_TASK = (
    "You edit the brief of a city's operations centre. Write in {language}. Keep every number,"
    " unit, name and direction exactly as written, in the same order; add no number, date, cause,"
    " forecast or advice, and no number in words. Answer with JSON alone: "
)
_REPHRASE = (
    _TASK + '{{"sentences": [{{"id": "...", "text": "..."}}]}}, one sentence for each id given.'
)
_ANSWER = (
    _TASK + '{{"sentences": [{{"text": "...", "of": ["id", ...]}}]}}, at most four sentences, each'
    " naming in `of` the sentences whose numbers it has. If the brief does not answer the question,"
    ' answer {{"sentences": []}}.'
)

Ask = Callable[[Endpoint, Messages], tuple[Said, ...]]


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence that was not let past, and why."""

    sentence_id: str
    text: str
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Rephrased:
    """The brief with the sentences that were let past; the others are as the rules made them."""

    brief: Brief
    accepted: tuple[str, ...]
    refused: tuple[Refused, ...]
    sent: tuple[str, ...]  # ids of the sentences the endpoint was shown


@dataclass(frozen=True, slots=True)
class Answer:
    """What was let past of an answer, with the sentences each part was made of."""

    parts: tuple[tuple[str, tuple[str, ...]], ...]
    refused: tuple[Refused, ...]
    sent: tuple[str, ...]


def rephrase(brief: Brief, endpoint: Endpoint, *, language: str, ask: Ask = ask) -> Rephrased:
    """Return the brief in the endpoint's words in one language; raises EndpointError."""
    shown = brief.within(endpoint.ceiling).sentences
    if not shown:
        return Rephrased(brief, (), (), ())
    said = ask(endpoint, _messages(_REPHRASE, shown, language))
    by_id = {each.id: each.text for each in reversed(said)}
    visible = {each.id for each in shown}
    accepted: list[str] = []
    refused: list[Refused] = []
    sentences: list[Sentence] = []
    for sentence in brief.sentences:
        text = by_id.get(sentence.id) if sentence.id in visible else None
        if text is None or _plain(text) == _plain(sentence.text(language)):
            sentences.append(sentence)
            continue
        verdict = check_rewritten(text, sentence, language=language)
        pieces = _pieces(text, sentence, language) if verdict.is_right else None
        if pieces is None:
            refusals = verdict.refusals or (Refusal("order", text[:80]),)
            refused.append(Refused(sentence.id, text, refusals))
            sentences.append(sentence)
        else:
            accepted.append(sentence.id)
            sentences.append(replace(sentence, pieces={**sentence.pieces, language: pieces}))
    made = replace(brief, sentences=tuple(sentences))
    return Rephrased(made, tuple(accepted), tuple(refused), tuple(each.id for each in shown))


def answer(
    question: str, brief: Brief, endpoint: Endpoint, *, language: str, ask: Ask = ask
) -> Answer:
    """Return what the endpoint answers over a brief's sentences; raises EndpointError."""
    shown = {each.id: each for each in brief.within(endpoint.ceiling).sentences}
    if not shown:
        return Answer((), (), ())
    asked = _plain(question)[:LONGEST_QUESTION]
    messages = [
        *_messages(_ANSWER, tuple(shown.values()), language),
        {"role": "user", "content": asked},
    ]
    parts: list[tuple[str, tuple[str, ...]]] = []
    refused: list[Refused] = []
    for said in ask(endpoint, messages):
        named = [shown[each] for each in said.of if each in shown]
        verdict = check(said.text, named, language=language)
        if verdict.is_right and named:
            parts.append((_plain(said.text), tuple(each.id for each in named)))
        else:
            refusals = verdict.refusals or (Refusal("order", said.text[:80]),)
            refused.append(Refused("", said.text, refusals))
    return Answer(tuple(parts), tuple(refused), tuple(shown))


def _messages(task: str, sentences: Sequence[Sentence], language: str) -> list[dict[str, str]]:
    told = [{"id": each.id, "text": each.text(language)} for each in sentences]
    return [
        {"role": "system", "content": task.format(language=NAMES[language])},
        {"role": "user", "content": orjson.dumps({"sentences": told}).decode()},
    ]


def _pieces(text: str, sentence: Sentence, language: str) -> tuple[Piece, ...] | None:
    """Cut a text that was let past into words, figures and quoted words; None where it cannot be.

    Figures stand in the order of the sentence it was made from, each as it is written there.
    """
    plain = _plain(text)
    kept = [each for each in sentence.pieces[language] if each.figure is not None or each.quoted]
    spans: list[tuple[int, int, Piece]] = []
    at = 0
    for piece in (each for each in kept if each.figure is not None):
        found = re.search(rf"(?<![\w.,]){re.escape(_plain(piece.words))}(?!\w)", plain[at:])
        if found is None:
            return None
        spans.append((at + found.start(), at + found.end(), piece))
        at += found.end()
    for piece in (each for each in kept if each.quoted):
        words = _plain(piece.words)
        starts = [found.start() for found in re.finditer(re.escape(words), plain)]
        free = (s for s in starts if not any(a < s + len(words) and s < b for a, b, _ in spans))
        start = next(free, None)
        if start is None:
            return None
        spans.append((start, start + len(words), piece))
    pieces: list[Piece] = []
    at = 0
    for start, end, piece in sorted(spans, key=lambda each: each[0]):
        if start > at:
            pieces.append(Piece(plain[at:start]))
        pieces.append(piece)
        at = end
    return (*pieces, Piece(plain[at:])) if at < len(plain) else tuple(pieces)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00a0", " ").split())
