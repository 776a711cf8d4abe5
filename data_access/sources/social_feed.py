"""Public posts as social listening hands them over: JSON Feed 1 or Activity Streams 2.

Nobody is profiled: who wrote is never read, a post's own id and address, which name their author,
become a hash, and names, addresses and numbers in what is written are taken out. A post that is not
addressed to the public is refused. What it is about is told by its tags, then by its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pydantic import Field

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, RecordRow, Rejected
from data_access.personal import without_people
from data_access.sources.json_path import inside, number_of, word_of
from data_access.sources.options import SourceOptions
from data_access.sources.payload import good_files, load
from data_access.sources.rows import instant
from language import told

FORMAT = "social-feed"
LINES = True  # reads JSON Lines
EXPECTED = told("a JSON Feed (items) or an Activity Streams collection (orderedItems)")
PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
ID_BYTES = 12


class Options(SourceOptions):
    """Where a post says what; paths are below the post, else below the whole feed."""

    topics: dict[str, str] = Field(default_factory=dict)  # words of a tag or text -> category
    fallback: str = "other"
    platform: str = "generator.name"
    sentiment: str = ""  # -1 to 1
    reach: str = ""


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []
    for name, posts, refused in good_files(files, _feed, rejected):
        batch = Batch(rejected=[*rejected, *refused])
        rejected.clear()
        for number, (post, feed) in enumerate(posts, start=1):
            made = _record(post, feed, options, f"{name}#{number}")
            if isinstance(made, RecordRow):
                batch.records.append(made)
            else:
                batch.rejected.append(made)
        yield batch
    if rejected:
        yield Batch(rejected=rejected)


def _feed(path: Path) -> tuple[str, list[tuple[Mapping[str, Any], Any]], list[Rejected]]:
    """Return each post with the feed, or the page of it, that it stands in."""
    payload = load(path)
    documents, refused = payload.documents()
    posts: list[tuple[Mapping[str, Any], Any]] = []
    for found in documents:
        listed = None
        if isinstance(found, dict):
            names = ("items", "orderedItems")
            listed = next((found[n] for n in names if isinstance(found.get(n), list)), None)
        if listed is None or not all(isinstance(each, dict) for each in listed):
            raise SourceWrongFormat(told("JSON without a list of posts"), payload.name, EXPECTED)
        posts += [(each, found) for each in listed]
    return payload.name, posts, refused


def _record(
    post: Mapping[str, Any], feed: Any, options: Options, where: str
) -> RecordRow | Rejected:
    inner = post.get("object")
    said: Mapping[str, Any] = inner if isinstance(inner, dict) else post
    if not _is_public(post, said):
        return Rejected(
            where, "notPublic", told("is not addressed to the public; expected what all see")
        )
    own = said.get("id") or post.get("id") or said.get("url")
    if not isinstance(own, str | int):
        return Rejected(where, "emptyKey", told("no id; expected that of the post"))
    written = said.get("content_text") or said.get("content") or said.get("content_html")
    text = without_people(written) if isinstance(written, str) else ""
    at = _time(said.get("date_published") or said.get("published") or post.get("published"))
    if at is None:
        return Rejected(where, "noTime", told("no time of publishing; expected ISO 8601"))
    tags = said.get("tags") or said.get("tag") or []
    words = [_tag(each) for each in tags] if isinstance(tags, list) else []
    return RecordRow(
        record_id=blake2b(str(own).encode(), digest_size=ID_BYTES).hexdigest(),
        version=at.isoformat(),
        status="open",
        reported_at=at,
        valid_from=at,
        valid_to=None,
        area=None,
        geometry=None,
        body={
            "content": text,
            "category": _topic([*words, text], options),
            "platform": word_of(_first(post, said, feed, options.platform)),
            "sentiment": number_of(_first(post, said, {}, options.sentiment)),
            "reach": number_of(_first(post, said, {}, options.reach)),
            "flags": [],
        },
        source_ref=where,
    )


def _is_public(post: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Tell whether all may see a post; what does not say to whom it is (JSON Feed) is public."""
    named = [each[name] for each in (post, said) for name in ("to", "cc") if name in each]
    if not named:
        return True
    to = [one for each in named for one in (each if isinstance(each, list) else [each])]
    return any(one in PUBLIC for one in to if isinstance(one, str))


def _time(written: Any) -> datetime | None:
    return instant(written) if isinstance(written, str) else None


def _tag(found: Any) -> str:
    name = found.get("name") if isinstance(found, dict) else found
    return str(name or "").lstrip("#")


def _topic(words: Sequence[str], options: Options) -> str:
    for text in words:
        low = text.lower()
        for part, ours in options.topics.items():
            if re.search(rf"(?<!\w){re.escape(part.lower())}", low):
                return ours
    return options.fallback


def _first(post: Any, said: Any, feed: Any, path: str) -> Any:
    if not path:
        return None
    found = (inside(each, path) for each in (said, post, feed))
    return next((each for each in found if each is not None), None)
