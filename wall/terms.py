"""How a switch shall go, as it is asked for: policy, deadline, transition; and a salvo's takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wall import switch
from wall.errors import Refused
from wall.layers import LayerName
from wall.operation import WallArgs
from wall.protocol import Name
from wall.scene import WireModel


class TransitionFields(WireModel):
    """How the picture changes."""

    kind: Literal["cut", "fade", "stagger"] = "cut"
    duration_ms: Annotated[float, Field(ge=0, le=60_000, allow_inf_nan=False)] = 0.0


class Terms(WireModel):
    """How a switch shall go."""

    policy: Literal["all", "quorum", "bestEffort"] = "bestEffort"
    min_outputs: Annotated[int, Field(ge=1, le=10_000)] | None = None
    deadline_ms: Annotated[float, Field(ge=50, le=60_000, allow_inf_nan=False)] = 1_000.0
    transition: TransitionFields | None = None

    def terms(self) -> switch.Terms:
        """Return the terms; raises Refused when a quorum has no number."""
        if self.policy == "quorum" and self.min_outputs is None:
            raise Refused("invalidArgs", "minOutputs: is missing, expected with policy 'quorum'")
        transition = self.transition or TransitionFields()
        return switch.Terms(
            policy=self.policy,
            min_outputs=self.min_outputs,
            deadline_ms=self.deadline_ms,
            transition_kind=transition.kind,
            transition_ms=min(
                transition.duration_ms, switch.LONGEST_TRANSITION_MS[transition.kind]
            ),
        )


class TermsArgs(Terms, WallArgs):
    """Of operations that switch a wall."""


class SalvoTake(WireModel):
    """One wall's part of a salvo."""

    wall_id: Name
    scene_id: Name


class SalvoArgs(Terms):
    """Of `salvo.take`; with policy `quorum` the number is each wall's."""

    takes: Annotated[list[SalvoTake], Field(min_length=1, max_length=100)]
    layer: LayerName = "manual"
    hold: bool = False
