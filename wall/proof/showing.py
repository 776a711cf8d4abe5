"""The answer to "what did this wall show then": the picture, what is not known, and its seal."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from wall.classification import Classification, ClassificationFields
from wall.errors import Refused
from wall.proof.account import SETTLED_MS, Account, account_at
from wall.proof.entries import Entry
from wall.proof.picture import Picture, picture_at
from wall.proof.questions import At, Head
from wall.proof.reading import Chain, ProofReader


def answer_head(reader: ProofReader, question: Head) -> bytes:
    """Return the newest entry's number, hash and instant as JSON; raises Refused."""
    chain = _chain(reader, question.wall_id)
    rows = reader.rows(question.wall_id, chain.head_sequence, chain.head_sequence)
    at_ms = rows[0].at_ms if rows else None
    return orjson.dumps({**head_of(chain), "atMs": at_ms})


def answer_at(reader: ProofReader, question: At) -> bytes:
    """Return what a wall showed as JSON; raises Refused when nothing of that time is kept."""
    wall_id, at_ms = question.wall_id, question.at_ms
    chain = _chain(reader, wall_id)
    account = account_at(reader, chain, at_ms)
    if account is None:
        raise Refused(
            "notKept",
            f"nothing is kept of wall {wall_id!r} at that time",
            oldestAtMs=reader.oldest_ms(wall_id),
        )
    entries, verdict = account.entries, account.verdict()
    if not entries:
        raise Refused("proofBroken", verdict["broken"]["message"], chain=verdict)
    gap = _gap(account, question)
    if account.aside is None:
        gap = _not_copied(reader, question, account.base) or gap
    until = [each for each in entries if each.at_ms <= at_ms + SETTLED_MS]
    picture, changing = picture_at(_of_one_term(until), at_ms)
    whole = entries[0].body
    passed = [each for each in until if each.at_ms <= at_ms]
    brought_by = next((e for e in reversed(passed) if e.kind in ("switch", "start")), None)
    previous_ms, next_ms = reader.steps(wall_id, at_ms)
    body = {
        "wallId": wall_id,
        "atMs": at_ms,
        **{name: whole[name] for name in ("name", "canvasPx", "unitPx", "language")},
        "program": _program(picture),
        "tiles": _tiles(reader, picture, question),
        "outputs": [
            _pictured(reader, each, question)
            for each in _outputs(picture, changing, whole["places"], is_gap=gap is not None)
        ],
        "masks": [_without(each, ()) for each in picture.masks.values()],
        "overlays": [each for each in picture.overlays.values() if not _is_over(each, at_ms)],
        "notes": picture.notes,
        "frozenSinceMs": picture.frozen_since_ms,
        "gap": gap,
        "isFinal": question.now_ms >= at_ms + SETTLED_MS,
        "entry": _named(passed[-1]),
        "broughtBy": _named(brought_by) if brought_by is not None else None,
        "chain": {**verdict, "head": head_of(chain)},
        "aside": account.aside.to_json() if account.aside is not None else None,
        "previousAtMs": previous_ms,
        "nextAtMs": next_ms,
        "oldestAtMs": reader.oldest_ms(wall_id),
    }
    return orjson.dumps(body)


def head_of(chain: Chain) -> dict[str, Any]:
    """Return a chain's head in the wire form."""
    return {
        "wallId": chain.wall_id,
        "sequence": chain.head_sequence,
        "hash": chain.head_hash,
    }


def _chain(reader: ProofReader, wall_id: str) -> Chain:
    chain = reader.chain(wall_id)
    if chain is None:
        raise Refused("notKept", f"nothing is kept of wall {wall_id!r}", oldestAtMs=None)
    return chain


def _of_one_term(entries: Sequence[Entry]) -> list[Entry]:
    """Leave out what a next start of the controller says: it speaks of its own time."""
    later = next((i for i, each in enumerate(entries) if i and each.kind == "start"), len(entries))
    return list(entries[:later])


def _not_copied(reader: ProofReader, question: At, base: int) -> dict[str, Any] | None:
    """Return the time around the asked instant of which nothing came to this file, from the last
    entry before up to where the whole picture is told again.
    """
    wall_id = question.wall_id
    behind = next((each for each in reader.missing(wall_id) if each.first > base), None)
    if behind is None:
        return None
    last = reader.rows(wall_id, behind.first - 1, behind.first - 1)
    after_ms = last[0].at_ms if last else None
    if after_ms is None or question.at_ms < after_ms:
        return None
    until_ms = reader.first_whole_after(wall_id, behind.last)
    return {"afterAtMs": after_ms, "untilAtMs": until_ms, "reason": "notCopied"}


def _gap(account: Account, question: At) -> dict[str, Any] | None:
    """Return the time around the asked instant of which nothing was written, if it lies in one."""
    at_ms, entries = question.at_ms, account.entries
    for entry in entries:
        if entry.kind == "gap" and entry.body["fromAtMs"] <= at_ms <= entry.at_ms:
            after = {"afterAtMs": entry.body["fromAtMs"], "untilAtMs": entry.at_ms}
            return {**after, "reason": "notWritten"}
    passed = [each for each in entries if each.at_ms <= at_ms]
    later = entries[len(passed) :]
    if later and later[0].kind != "start":
        return None
    if not later and passed[-1].epoch == question.epoch:
        return None  # of this very controller: all up to now is written
    reason = "stopped" if passed[-1].kind == "stop" else "brokenOff"
    until_ms = later[0].at_ms if later else account.until_ms
    return {"afterAtMs": passed[-1].at_ms, "untilAtMs": until_ms, "reason": reason}


def _program(picture: Picture) -> dict[str, Any] | None:
    program = picture.program
    if program is None or program["sceneId"] is None:
        return None
    names = ("switchId", "sceneId", "revision", "name", "layer", "by", "showAtMs")
    return {name: program[name] for name in names}


def _tiles(reader: ProofReader, picture: Picture, question: At) -> list[dict[str, Any]]:
    """Return the scene's tiles with their contents; what is above the asker's ceiling without."""
    ceilings = [_ceiling(each["ceiling"]) for each in picture.masks.values()]
    tiles = []
    for tile in (picture.program or {}).get("tiles", ()):
        told = _without(tile, ())
        if tile.get("sha256") is None:
            told["isMissing"] = True
            tiles.append(told)
            continue
        level = _ceiling(tile["classification"])
        told["isMasked"] = not all(level.within(each) for each in ceilings)
        told["isWithheld"] = not level.within(question.ceiling)
        if told["isWithheld"]:  # its hash would tell a guessed content apart
            told = _without(told, ("contentHash", "sha256"))
        elif question.with_contents:
            body = reader.content(tile["sha256"])
            told["isMissing"] = body is None
            told["isWithdrawn"] = body is None and reader.is_withdrawn(tile["sha256"])
            told["content"] = None if body is None else orjson.Fragment(body)
        tiles.append(told)
    return tiles


def _outputs(
    picture: Picture,
    changing: set[str],
    places: Sequence[Mapping[str, Any]],
    *,
    is_gap: bool,
) -> list[dict[str, Any]]:
    outputs = []
    program = picture.program or {}
    for place in places:
        output = dict(picture.outputs.get(place["outputId"], {"state": "notKnown"}))
        if is_gap:
            output |= {"state": "notKnown", "reason": "gap"}
        is_shown = output["state"] == "shown"
        owed = [render_id for output_id, render_id in picture.owed
                if output_id == place["outputId"]]  # fmt: skip
        output |= {
            **place,
            "isChanging": place["outputId"] in changing,
            "isProgram": is_shown and output.get("revision") == program.get("revision"),
            "owed": sorted(owed),
        }
        outputs.append(output)
    return outputs


def _pictured(reader: ProofReader, output: dict[str, Any], question: At) -> dict[str, Any]:
    """Return an output with its picture as far as the asker may see it and asked for it."""
    thumbnail = output.get("thumbnail")
    if thumbnail is None:
        return output
    is_withheld = not _ceiling(thumbnail["classification"]).within(question.ceiling)
    told = {**thumbnail, "isWithheld": is_withheld}
    if is_withheld:
        del told["sha256"]
    elif question.with_thumbnails:
        image = reader.content(thumbnail["sha256"])
        told["image"] = None if image is None else base64.b64encode(image).decode()
    return {**output, "thumbnail": told}


def _named(entry: Entry) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "hash": entry.sealed()[1],
        "kind": entry.kind,
        "atMs": entry.at_ms,
        "epoch": entry.epoch,
    }


def _ceiling(fields: Mapping[str, Any]) -> Classification:
    return Classification.of(ClassificationFields.model_validate(fields))


def _is_over(overlay: Mapping[str, Any], at_ms: float) -> bool:
    until_ms = overlay.get("untilAtMs")
    return until_ms is not None and until_ms <= at_ms


def _without(fields: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: each for name, each in fields.items() if name not in names}
