"""How a switch went, output by output: its answer, its record, its event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wall import contents, history
from wall.answers import answer
from wall.classification import PUBLIC
from wall.effects import Persist, SwitchRecord
from wall.errors import Refused
from wall.events import event
from wall.layers import event_of
from wall.proof import witness
from wall.protocol import Shown
from wall.state import State, WallState

if TYPE_CHECKING:
    from wall.switch import Switch

IN_TIME_MS = 50.0  # shown later than this is late
POSSIBLE_MS = 1_000.0  # a clock that is known at all is not wrong by more


def tell(state: State, ws: WallState, switch: Switch) -> None:
    """Answer a switch that has settled, keep the answer, and tell who listens."""
    result = _result(ws, switch)
    ws.last_switch = result
    entry = history.entry(switch, result)
    ws.history.add(entry)
    for each in result["outputs"]:
        state.counts[f"outputs.{each['status']}"] += 1
    witness.settled(state, ws, switch, result)
    record = SwitchRecord(ws.wall.wall_id, result, entry)
    name = event_of(switch.change)
    told = {
        **result,
        "sceneId": switch.showing[0],
        "revision": switch.showing[1],
        "layer": switch.change.name or switch.layer,
        "realm": switch.realm,
    }
    level = (
        contents.classification_of(state, switch.arrangement)
        if switch.arrangement is not None
        else PUBLIC
    )
    then = event(state, f"wall.{ws.wall.wall_id}", name, told, level=level)
    if switch.salvo is not None:
        switch.salvo.settled(state, ws, result, changes=(record,), then=then)
    elif switch.asked is not None:
        answer(state, switch.asked, result, changes=(record,), then=then)
    else:
        state.effects.append(Persist((record,), then=then))


def is_possible(shown: Shown, show_at_ms: float, now_ms: float) -> bool:
    """Tell whether a change can have been when a client says: one that lies spoils no figure."""
    late_ms = shown.shown_at_ms - show_at_ms
    return (
        show_at_ms - POSSIBLE_MS <= shown.shown_at_ms <= now_ms + POSSIBLE_MS
        and abs(shown.late_ms - late_ms) <= POSSIBLE_MS
    )


def _result(ws: WallState, switch: Switch) -> dict[str, Any]:
    client_of = {output_id: client_id for client_id, output_id in switch.outputs.items()}
    outputs = [_outcome(switch, output_id, client_of.get(output_id)) for output_id in ws.outputs]
    in_time = [each["shownAtMs"] for each in outputs if each["status"] == "shown"]
    at_all = [each["shownAtMs"] for each in outputs if "shownAtMs" in each]
    return {
        "switchId": switch.switch_id,
        "committed": True,
        "showAtMs": switch.show_at_ms,
        "outputs": outputs,
        "skewMs": max(in_time) - min(in_time) if in_time else None,
        "promisedSkewMs": switch.promised_skew_ms,
        "latencyMs": max(at_all) - switch.begun_at_ms if at_all else None,
    }


def _outcome(switch: Switch, output_id: str, client_id: int | None) -> dict[str, Any]:
    shown = switch.shown.get(client_id) if client_id is not None else None
    if shown is not None:
        told = {
            "outputId": output_id,
            "status": "shown" if shown.late_ms <= IN_TIME_MS else "late",
            "shownAtMs": shown.shown_at_ms,
            "lateMs": shown.late_ms,
        }
        if shown.uncertainty_ms is not None:
            told["uncertaintyMs"] = shown.uncertainty_ms
        return told
    if client_id is None or client_id in switch.gone:
        status = "offline"
    else:
        status = "failed" if client_id in switch.failed else "noAnswer"
    return {"outputId": output_id, "status": status}


def not_met(switch: Switch, message: str, ws: WallState) -> Refused:
    """Return the refusal of a switch whose policy was not met."""
    outputs = [
        {
            "outputId": output_id,
            "status": "failed"
            if client_id in switch.failed
            else "offline"
            if client_id in switch.gone
            else "noAnswer"
            if client_id in switch.waiting
            else "ready",
        }
        for client_id, output_id in switch.outputs.items()
    ]
    return Refused(
        "policyNotMet",
        f"policy {switch.terms.policy!r} is not met on wall {ws.wall.wall_id!r}: {message}",
        switchId=switch.switch_id,
        outputs=outputs,
    )
