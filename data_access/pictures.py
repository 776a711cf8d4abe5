"""Where the pictures of cameras are, as `city/datasets` describes them below `pictures`.

Snapshots and the first words of WHEP are asked for by us, so only they may need a secret. MJPEG and
HLS are played by the browser itself from the address named here, which therefore holds none. Not
for what cameras count: that is the dataset's own rows.
"""

from __future__ import annotations

from pydantic import Field
from pydantic.dataclasses import dataclass

from data_access.classification import Classification
from data_access.durations import Duration, duration_s
from data_access.intake.ways import Every, HttpAddress, SecretName
from data_access.promises import STRICT, Named

WAYS = ("whep", "hls", "mjpeg", "snapshot")  # the best first: what cannot be played gives way
PLAYED = ("hls", "mjpeg")  # by the browser, straight from their address


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Camera:
    """The pictures of one camera, under the id by which the dataset's rows name it.

    `secret_in` is as of a live source's address: `bearer`, `header:NAME`, `query:NAME`,
    `basic:USER`.
    """

    name: Named | None = None  # default: as its rows call it
    whep: HttpAddress | None = None  # WebRTC-HTTP egress (draft-ietf-wish-whep)
    hls: HttpAddress | None = None
    mjpeg: HttpAddress | None = None  # whose server lets other pages read it (CORS)
    snapshot: HttpAddress | None = None
    every: Every = "PT2S"  # between two snapshots
    frozen_after: Duration = "PT15S"  # without a new picture
    secret: SecretName | None = None
    secret_in: str = Field(default="bearer", pattern=r"^(bearer|(header|query|basic):\S+)$")

    def __post_init__(self) -> None:
        if not self.ways:
            raise ValueError(f"expected an address: {', '.join(WAYS)}")
        if self.secret is not None and self.whep is None and self.snapshot is None:
            raise ValueError("a secret is of whep and snapshot; hls and mjpeg have none")
        if duration_s(self.frozen_after) <= duration_s(self.every):
            raise ValueError("frozen_after must be longer than every")

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways there are to its picture, the best first."""
        return tuple(way for way in WAYS if getattr(self, way) is not None)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Pictures:
    """The cameras of a dataset that have pictures, and how secret those are."""

    classification: Classification = Field(default_factory=Classification)
    cameras: dict[str, Camera] = Field(default_factory=dict)
