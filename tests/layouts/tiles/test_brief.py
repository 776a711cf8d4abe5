"""The tile of a brief: what is approved, a draft where a scene lets it be, whole sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analytics.brief.finding import finding_in, mark_of
from data_access.envelope import Envelope
from language import text
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from layouts.tiles.tree import plain
from tests.layouts.tiles import sample
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, nodes, words

MORNING, DRAFT = "brief.morning", "brief.morning.draft"
WALL = Frame(width_px=2600, height_px=1900, unit_px=76)


def built(given: Mapping[str, Envelope | None], frame: Frame = WALL, **options: Any) -> Any:
    return plain(build("brief", options, frame, given, context()))


def only(*names: str, **changed: Any) -> dict[str, Envelope | None]:
    found = sample.everything()
    return {name: replace(found[name], **changed) for name in names}


def test_r17_without_an_approved_brief_a_wall_shows_none_though_there_is_a_draft() -> None:
    tree = built(only(DRAFT))
    assert text("brief.none.morning", "vi") in words(tree)
    assert not having(tree, "t-brief-figure")


def test_r17_where_a_scene_lets_it_be_a_newer_draft_is_shown_and_says_that_it_is_one() -> None:
    both = only(MORNING, DRAFT)
    assert text("brief.draft", "vi") not in words(built(both, draft=True))
    draft = both[DRAFT]
    assert draft is not None
    both[DRAFT] = replace(draft, made_at_ms=draft.made_at_ms + 1)
    assert text("brief.draft", "vi") in words(built(both, draft=True))
    assert text("brief.draft", "vi") not in words(built(both))
    assert text("brief.draft", "vi") in words(built(only(DRAFT), draft=True))


def test_what_was_changed_after_its_approval_is_not_shown() -> None:
    envelope = sample.everything()[MORNING]
    body = envelope.payload["briefs"]["brief"]
    changed = {**body, "brief": {**body["brief"], "made_at_ms": 0.0}}
    forged: Any = {**envelope.payload, "briefs": {"brief": changed}}
    assert finding_in(replace(envelope, payload=forged)) is None
    assert not having(built({MORNING: replace(envelope, payload=forged)}), "t-brief-figure")


def test_r57_every_figure_that_is_drawn_leads_to_its_passport() -> None:
    finding = finding_in(sample.everything()[MORNING])
    assert finding is not None
    known = {
        mark_of(finding, sentence, index)
        for sentence in finding.brief.sentences
        for index in range(len(sentence.figures))
    }
    for language in ("vi", "en"):
        tree = built(only(MORNING), replace(WALL, language=language))
        drawn = {n["props"]["data-figure"] for n in nodes(tree) if "data-figure" in n["props"]}
        assert drawn
        assert drawn <= known
        assert tree["props"]["data-about"] in known


def test_sentences_are_whole_the_gravest_first_and_the_others_are_counted() -> None:
    finding = finding_in(sample.everything()[MORNING])
    assert finding is not None
    tree = built(only(MORNING))
    entries = having(tree, "t-brief-sentence")
    said = [
        "".join(words(line) for line in having(entry, "t-line")[:-1]).replace(" ", "")
        for entry in entries
    ]
    whole = [s.text("vi").replace(" ", "").replace("\u00a0", "") for s in finding.brief.sentences]
    assert [each.replace("\u00a0", "") for each in said] == whole[: len(said)]
    assert 3 < len(said) < len(whole)
    left = len(whole) - len(said)
    assert f"+{left}" in words(tree) or text("tiles.more", "vi", count=left) in words(tree)


def test_groups_choose_the_sentences() -> None:
    tree = built(only(MORNING), groups=("transport",))
    marks = {n["props"]["data-figure"] for n in nodes(tree) if "data-figure" in n["props"]}
    assert {mark.split("/")[1] for mark in marks} <= {"speed", "jams", "transit", "situations"}


def test_in_a_low_tile_a_sentence_ends_before_its_additions_and_more_of_them_are_shown() -> None:
    low = Frame(width_px=1920, height_px=900, unit_px=76)
    told = words(built(only(MORNING), low)).replace(" ", "")
    assert "Mưalớnnhất24giờ86,5\u00a0mm." in told
    assert "trạmcómưa" not in told
    assert "trạmcómưa" in words(built(only(MORNING))).replace(" ", "")


def test_a_sentence_that_is_too_long_for_a_tile_is_cut_but_never_within_a_figure() -> None:
    finding = finding_in(sample.everything()[MORNING])
    assert finding is not None
    written = {f.written["vi"] for s in finding.brief.sentences for f in s.figures}
    for width in range(400, 1900, 60):
        tree = built(only(MORNING), Frame(width_px=width, height_px=420, unit_px=76))
        parts = [words(each) for each in having(tree, "t-brief-figure")]
        assert all(any(part in whole for whole in written) for part in parts)
        assert not any("…" in part for part in parts)
