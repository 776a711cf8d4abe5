"""The true skew of 100 outputs whose network and clocks are bad, in simulated time.

The hub, the protocol and the rule of the clock are the product's own; see `simulated_network`.
What the outputs do not know, when each really showed, is known here.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.arguments import common
from benchmarks.crowd_city import WALL, crowd_city, scene
from benchmarks.figures import FRAME_MS, Report, Table, percentile, publish, spread, verdict
from benchmarks.simulated_network import START_MS, Network, Output
from wall.protocol import PROTOCOL

OUTPUTS = 100
LONGEST_MS, WRONG_MS, DRIFT = 40.0, 2_000.0, 40e-6
SKEW_P99_MS, WITHIN_PERCENT = 10.0, 99.0
TAKE_EVERY_MS = 3_000.0
_ACTOR = {"userId": "benchmark", "role": "administrator", "siteId": None}


def main() -> None:
    """Simulate, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--seconds", type=float, default=600, help="before the first take")
    parser.add_argument("--takes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with crowd_city(OUTPUTS) as city, tempfile.TemporaryDirectory() as folder:
        network = Network(city, Path(folder), seed=chosen.seed, longest_ms=LONGEST_MS)
        chance = network.chance
        outputs = [
            Output(
                network,
                number,
                wrong_ms=chance.uniform(-WRONG_MS, WRONG_MS),
                drift=chance.uniform(-DRIFT, DRIFT),
            )
            for number in range(OUTPUTS)
        ]
        service = _Service(network)
        network.run(until_ms=START_MS + 1_000 * chosen.seconds)
        for number in range(chosen.takes):
            service.take(f"s{number % 2}")
            network.run(until_ms=network.now_ms + TAKE_EVERY_MS)
    publish(_report(service.switches, outputs, chosen), write=chosen.write)


class _Service:
    """Asks for takes, and renders (words: what a tile holds does not matter here)."""

    def __init__(self, network: Network) -> None:
        self.switches: list[dict[str, Any]] = []
        self._network = network
        self._link = network.connect(self._hear, is_near=True)
        identify = {"kind": "service", "service": "render", "token": network.secret}
        network.say(self._link, "identify", {**identify, "protocol": PROTOCOL})
        for number in range(2):
            put = {"wallId": WALL, "scene": scene(f"s{number}", shifted=number)}
            self._ask("scene.put", put)

    def take(self, scene_id: str) -> None:
        """Ask for a take; its answer is kept."""
        args = {"wallId": WALL, "sceneId": scene_id, "layer": "manual"}
        self._ask("wall.take", args)

    def _ask(self, op: str, args: dict[str, Any]) -> None:
        request = {"requestId": op, "op": op, "args": args, "actor": _ACTOR}
        self._network.say(self._link, "request", request)

    def _hear(self, message: dict[str, Any]) -> None:
        told = message["d"]
        if message["type"] == "wanted":
            for each in told["renders"]:
                self._render(each["renderId"])
        elif message["type"] == "response" and not told["ok"]:
            raise RuntimeError(told["error"])
        elif message["type"] == "response" and "switchId" in told["result"]:
            self.switches.append(told["result"])

    def _render(self, render_id: str) -> None:
        content = {
            "renderId": render_id,
            "version": 1,
            "contentHash": render_id,
            "asOfAtMs": START_MS,
            "staleAfterMs": 1e9,
            "content": {"props": {"children": render_id}},
        }
        self._network.say(self._link, "content", content)


def _report(
    switches: list[dict[str, Any]], outputs: list[Output], chosen: argparse.Namespace
) -> Report:
    skews, told, promised, wrong, uncertain, latencies = [], [], [], [], [], []
    within_promise = within_own = measured = bounded = 0
    for switch in switches:
        seen = {each["outputId"]: each for each in switch["outputs"] if each["status"] == "shown"}
        took_part = [each for each in outputs if each.output_id in seen]
        instants = [each.shown[switch["switchId"]][0] for each in took_part]
        skew = max(instants) - min(instants)
        skews.append(skew)
        told.append(switch["skewMs"])
        latencies.append(switch["latencyMs"])
        # Nobody here waits for a frame, so that the frame's share of the promise is left out.
        promised.append(switch["promisedSkewMs"] - FRAME_MS)
        within_promise += skew <= promised[-1]
        worst = sorted(each["uncertaintyMs"] for each in seen.values())[-2:]
        bounded += abs(skew - switch["skewMs"]) <= sum(worst)
        for each, instant in zip(took_part, instants, strict=True):
            off = abs(seen[each.output_id]["shownAtMs"] - instant)
            wrong.append(off)
            uncertain.append(seen[each.output_id]["uncertaintyMs"])
            measured += 1
            within_own += off <= uncertain[-1]
    shown = sum(each["status"] == "shown" for s in switches for each in s["outputs"])
    of = len(switches) * len(outputs)
    percents = [
        100 * count / total
        for count, total in (
            (within_promise, len(switches)),
            (bounded, len(switches)),
            (within_own, measured),
        )
    ]
    rows = [
        (name, *spread(found, percents=(50, 95, 99, 100)))
        for name, found in (
            ("true skew of the outputs", skews),
            ("skew as the switch tells it", told),
            ("promised, less the frame nobody waits for here", promised),
            ("an output's instant: true error", wrong),
            ("an output's instant: uncertainty it tells", uncertain),
            ("latency of the take", latencies),
        )
    ]
    worst_ms = percentile(skews, 99)
    return Report(
        Path(__file__).stem,
        f"True skew of {OUTPUTS} outputs on a bad network",
        f"""Simulated time, seed {chosen.seed}: the hub, the protocol and the clock's rule are the
        product's own, network and clocks are simulated, so the true instants are known and the run
        is the same each time. Each message's one-way delay is drawn anew from 0 to
        {LONGEST_MS:.0f} ms, each way for itself; clocks are wrong by up to
        {WRONG_MS / 1000:.0f} s and drift by up to {1e6 * DRIFT:.0f} ppm. {len(switches)} takes
        after {chosen.seconds:.0f} s, {shown} of {of} showings in time. Milliseconds.""",
        [Table(("", "p50", "p95", "p99", "max"), rows)],
        [
            f"Goals: true skew p99 <= {SKEW_P99_MS:.0f} ms: {worst_ms:.1f}, "
            f"{verdict(worst_ms, SKEW_P99_MS)}; within what is stated in >= "
            f"{WITHIN_PERCENT:.0f} %: skew below the promise (without its frame) "
            f"{percents[0]:.1f} %, skew as told within its two worst uncertainties "
            f"{percents[1]:.1f} %, an output's instant within its uncertainty {percents[2]:.2f} %, "
            f"{verdict(-min(percents), -WITHIN_PERCENT)}."
        ],
    )


if __name__ == "__main__":
    main()
