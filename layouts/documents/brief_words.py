"""What is said beside a brief's sentences, on paper and on the page alike."""

from __future__ import annotations

from analytics.brief.brief import Sentence, Silence
from analytics.brief.finding import Finding
from language import datetime_, pick, text


def state_words(finding: Finding, language: str, timezone: str) -> str:
    """Return who approved a brief and when, or that nobody has."""
    approval = finding.approval
    if approval is None:
        return text("brief.draft", language)
    at = datetime_(approval.at_ms, language=language, timezone=timezone)
    return text("brief.approved_by", language, name=pick(approval.name, language), at=at)


def source_words(sentence: Sentence, language: str, timezone: str) -> str:
    """Return whose the numbers of a sentence are, how old, and what they are short of."""
    head = sentence.head
    at = datetime_(head.as_of_ms, language=language, timezone=timezone)
    told = [pick(head.owner_label, language), text("brief.as_of", language, at=at)]
    if head.origin != "live":
        told.append(text(f"tiles.origin.{head.origin}", language))
    if head.below:
        names = ", ".join(text(f"tiles.criterion.{each}", language) for each in head.below)
        told.append(text("tiles.below.names", language, what=names))
    return " · ".join(told)


def silence_words(silence: Silence, language: str, timezone: str) -> str:
    """Return of what nothing is said, why, and who answers for it."""
    why = text(f"brief.why.{silence.why}", language)
    if silence.why == "stale" and silence.as_of_ms is not None:
        at = datetime_(silence.as_of_ms, language=language, timezone=timezone)
        why = text("brief.why.stale_since", language, at=at)
    return f"{pick(silence.label, language)}: {why} ({pick(silence.owner_label, language)})"


def wording_words(finding: Finding, language: str) -> str:
    """Return how much of a brief a language model has written, "" where none has."""
    wording = finding.wording
    if wording is None:
        return ""
    if wording.failed:
        why = text(f"brief.endpoint.{wording.failed}", language)
        return text("brief.wording.failed", language, model=wording.model, why=why)
    count = len(wording.accepted.get(language, ()))
    return text(
        "brief.wording.done",
        language,
        model=wording.model,
        count=count,
        refused=wording.refused,
    )
