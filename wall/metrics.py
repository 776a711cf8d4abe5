"""The controller's figures in Prometheus text form."""

from __future__ import annotations

from collections import Counter

from wall import history
from wall.layers import ORDER
from wall.state import State


def exposition(state: State, *, counts: Counter[str]) -> str:
    """Return the text of `/metrics`; `counts` are the shell's, added to the hub's."""
    lines = [
        _head("ioc_wall_epoch", "gauge", "Term of this controller's leadership"),
        f"ioc_wall_epoch {state.epoch}",
        _head("ioc_wall_leads", "gauge", "Whether this controller commands"),
        "ioc_wall_leads 1",
        _head("ioc_wall_clients", "gauge", "Identified connections"),
    ]
    kinds = Counter(client.kind or "unidentified" for client in state.clients.values())
    lines += [f'ioc_wall_clients{{kind="{kind}"}} {kinds[kind]}' for kind in sorted(kinds)]
    lines.append(_head("ioc_wall_outputs", "gauge", "Outputs of each wall by link"))
    for wall_id, ws in state.walls.items():
        online = len(ws.online())
        lines.append(f'ioc_wall_outputs{{wall="{wall_id}",link="online"}} {online}')
        offline = len(ws.outputs) - online
        lines.append(f'ioc_wall_outputs{{wall="{wall_id}",link="offline"}} {offline}')
    lines.append(_head("ioc_wall_last_switch_ms", "gauge", "Last switch of each wall"))
    for wall_id, ws in state.walls.items():
        for figure in ("skewMs", "latencyMs"):
            measured = (ws.last_switch or {}).get(figure)
            if measured is not None:
                name = figure.removesuffix("Ms")
                lines.append(
                    f'ioc_wall_last_switch_ms{{wall="{wall_id}",figure="{name}"}} {measured:.3f}'
                )
    lines.append(_head("ioc_wall_switch_ms", "summary", "Switches of each wall, the newest 1,000"))
    for wall_id, ws in state.walls.items():
        told = ws.history.summary()
        for figure in history.FIGURES:
            name = figure.removesuffix("Ms")
            for share in history.QUANTILES:
                value = told[figure][f"p{share}"]
                if value is not None:
                    labels = f'wall="{wall_id}",figure="{name}",quantile="{share / 100}"'
                    lines.append(f"ioc_wall_switch_ms{{{labels}}} {value:.3f}")
    lines += _automation(state)
    lines.append(_head("ioc_wall_renders_wanted", "gauge", "Renders wanted now"))
    lines.append(f"ioc_wall_renders_wanted {len(state.renders.wanted)}")
    lines.append(_head("ioc_wall_events_total", "counter", "What happened since the start"))
    total = state.counts + counts
    lines += [f'ioc_wall_events_total{{event="{name}"}} {total[name]}' for name in sorted(total)]
    return "\n".join(lines) + "\n"


def _automation(state: State) -> list[str]:
    lines = [_head("ioc_wall_layer", "gauge", "Layers that are set on each wall, 2 on air")]
    for wall_id, ws in state.walls.items():
        program = ws.program()
        for name in ORDER:
            is_on_air = program is not None and program[0] == name
            level = 2 if is_on_air else int(name in ws.layers)
            lines.append(f'ioc_wall_layer{{wall="{wall_id}",layer="{name}"}} {level}')
    lines.append(
        _head("ioc_wall_playlists_running", "gauge", "Layers of each wall that a list fills")
    )
    for wall_id, ws in state.walls.items():
        count = sum(layer.run is not None for layer in ws.layers.values())
        lines.append(f'ioc_wall_playlists_running{{wall="{wall_id}"}} {count}')
    lines.append(_head("ioc_wall_rules", "gauge", "Rules by the phase their engine told last"))
    phases = Counter(
        state.rule_states[rule_id].phase if rule_id in state.rule_states else "quiet"
        for rule_id, _ in state.rules
    )
    lines += [f'ioc_wall_rules{{phase="{phase}"}} {phases[phase]}' for phase in sorted(phases)]
    return lines


def _head(name: str, kind: str, words: str) -> str:
    return f"# HELP {name} {words}\n# TYPE {name} {kind}"
