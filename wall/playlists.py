"""Playlists: scenes in turn, each for its time. Pure: what a list is, where a run of it stands.

A run belongs to the layer it fills, so that it is kept, replaced and cleared with it. What makes it
step is `wall.playing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from wall.errors import ConfigurationError
from wall.protocol import Duration, Instant, Name
from wall.scene import Id, NameFields, WireModel
from wall.seeded import NameTable, in_files, read_seeds

MOST_ENTRIES = 100
Dwell = Annotated[float, Field(ge=2, le=86_400, allow_inf_nan=False)]
TransitionKind = Literal["cut", "fade", "stagger"]


class TransitionFields(WireModel):
    """How each step changes the picture."""

    kind: TransitionKind = "cut"
    duration_ms: Annotated[float, Field(ge=0, le=60_000, allow_inf_nan=False)] = 0.0


class EntryFields(WireModel):
    """One of `entries`."""

    scene_id: Id
    dwell_s: Dwell


class PlaylistFields(WireModel):
    """`playlist` of `playlist.put`."""

    playlist_id: Id
    name: NameFields
    entries: Annotated[Sequence[EntryFields], Field(min_length=1, max_length=MOST_ENTRIES)]
    loop: bool = True
    transition: TransitionFields = TransitionFields()


class EntryTable(EntryFields):
    """`[[entry]]` of a playlist file."""

    model_config = in_files(scene_id="scene")


class TransitionTable(TransitionFields):
    """`transition` of a playlist file."""

    model_config = in_files()
    kind: TransitionKind


class PlaylistFile(PlaylistFields):
    """A file of `city/playlists/<wall>`."""

    model_config = in_files(playlist_id="id", entries="entry")
    name: NameTable
    entries: Annotated[Sequence[EntryTable], Field(min_length=1, max_length=MOST_ENTRIES)]
    transition: TransitionTable = TransitionTable(kind="cut")


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry: a scene and for how long."""

    scene_id: str
    dwell_ms: float


@dataclass(frozen=True, slots=True)
class Playlist:
    """A list of one wall."""

    playlist_id: str
    name: Mapping[str, str]
    turns: tuple[Turn, ...]
    loop: bool
    transition_kind: TransitionKind = "cut"
    transition_ms: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the wire form, as `playlist.put` takes it."""
        return {
            "playlistId": self.playlist_id,
            "name": dict(self.name),
            "entries": [
                {"sceneId": each.scene_id, "dwellS": each.dwell_ms / 1000} for each in self.turns
            ],
            "loop": self.loop,
            "transition": {"kind": self.transition_kind, "durationMs": self.transition_ms},
        }

    def following(self, index: int) -> Iterator[int]:
        """Give the turns after `index` in order, once round when the list loops."""
        after = min(max(index + 1, 0), len(self.turns))
        yield from range(after, len(self.turns))
        if self.loop:
            yield from range(after)


class RunFields(WireModel):
    """A run as it is kept."""

    playlist_id: Id
    index: Annotated[int, Field(ge=0)]
    next_at_ms: Instant | None
    left_ms: Duration | None
    skipped: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Run:
    """Where a run stands; paused, `left_ms` is what is left of the turn and `next_at_ms` None."""

    playlist_id: str
    index: int
    next_at_ms: float | None
    left_ms: float | None = None
    skipped: tuple[Mapping[str, str], ...] = ()  # scenes passed over at the last step, and why

    def to_json(self) -> dict[str, Any]:
        """Return what is kept; on the wire it is told with its layer and scene."""
        return {
            "playlistId": self.playlist_id,
            "index": self.index,
            "nextAtMs": self.next_at_ms,
            "leftMs": self.left_ms,
            "skipped": [dict(each) for each in self.skipped],
        }

    @classmethod
    def of(cls, fields: RunFields) -> Run:
        """Return the run of checked fields."""
        return cls(
            fields.playlist_id,
            fields.index,
            fields.next_at_ms,
            fields.left_ms,
            tuple(fields.skipped),
        )


def make_playlist(fields: PlaylistFields) -> Playlist:
    """Return the list of checked fields."""
    return Playlist(
        playlist_id=fields.playlist_id,
        name=fields.name.model_dump(),
        turns=tuple(Turn(each.scene_id, each.dwell_s * 1000) for each in fields.entries),
        loop=fields.loop,
        transition_kind=fields.transition.kind,
        transition_ms=fields.transition.duration_ms,
    )


def read_playlists(folder: Path) -> tuple[dict[str, Playlist], list[ConfigurationError]]:
    """Read `folder/<playlist>.toml`; one that is wrong is left out and said."""
    return read_seeds(folder, PlaylistFile, make_playlist)


class PutArgs(WireModel):
    """Of `playlist.put`."""

    wall_id: Name
    playlist: PlaylistFields


class PlaylistArgs(WireModel):
    """Of `playlist.delete`."""

    wall_id: Name
    playlist_id: Id
