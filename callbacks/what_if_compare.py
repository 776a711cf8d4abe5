"""The page of several runs: side by side under one slider, and sent to a wall as a scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update

from callbacks import console_sending, page_setting, runs, session
from callbacks.commands import CommandRefused, command, refused
from callbacks.desk import Desk, desk
from callbacks.walls import all_walls, control_of
from callbacks.what_if_scene import scene_of, scene_title
from callbacks.what_if_tiles import Shown, draw, envelope_of, maps_of, of_change, seen, tile_kind
from data_access.envelope import Envelope, Text
from jobs.findings import FindingStore
from language import LANGUAGES, pick, text
from layouts import ids
from layouts.pages import what_if
from layouts.pages import what_if_compare as view
from layouts.pages.console_plan import Rect
from layouts.pages.outcome import Outcome
from layouts.pages.shell import Setting
from layouts.pages.what_if_pair import LETTERS, Pair, mode_keys, pair_keys, pair_name, read_pair
from layouts.pages.what_if_words import tell
from layouts.tiles.twin import said
from permissions.roles import Person, Right
from twin.comparison import MOST, Compared, compare
from twin.envelope import job_of, pair_id, run_name
from twin.pairing import SHOWN, against, against_base
from twin.result import RunResult

GAP_PX = 16
LEFT_SHARE = 0.6
BAR_PX = 64
MAP_PX = 400  # the least height: a map with its whole legend; more of them are scrolled to
PAIR_PX = 64  # of the keys that say which run is held against which
TABLE_SHARE = 0.46
LEAST = (1180.0, 560.0)

Size = Mapping[str, float]
Asked = Mapping[str, Any]  # what the address asks: runs, by, map, pair


def layout(named: str, by: str, of: str, pair: str, setting: Setting) -> Any:
    """Build the page of the runs an address names."""
    reach = desk()
    found = runs.compared(reach, _ids(named))
    if not found:
        words = tell("no_run", setting)
        return what_if.nothing(words, link=page_setting.link(), setting=setting)
    asked = {"runs": [run.job_id for run in found], "by": by, "map": of, "pair": pair}
    return what_if.comparing(
        tell("compared", setting, count=len(found)),
        asked=asked,
        back=f"{what_if.PATH}?run={found[-1].job_id}",
        walls=list(reach.walls),
        link=page_setting.link(),
        setting=setting,
    )


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    app.callback(
        Output(ids.WHAT_IF_SIDES, "children"),
        Input(ids.WHAT_IF_ROOM, "data"),
        State(ids.WHAT_IF_RUNS, "data"),
        prevent_initial_call=True,
    )(show)
    app.callback(
        Output(ids.WHAT_IF_SENT, "children"),
        Input({"part": "what-if-send", "do": ALL, "wall": ALL}, "n_clicks"),
        State(ids.WHAT_IF_RUNS, "data"),
        running=[(Output(ids.WHAT_IF_BUSY, "hidden"), False, True)],
        prevent_initial_call=True,
    )(send)


def show(size: Size | None, asked: Asked | None) -> Any:
    """Draw the runs side by side in the room the screen has."""
    who, reach, setting = session.person(), desk(), page_setting.setting()
    if who is None or not who.may(Right.SEE_TWINS) or not size or not asked:
        return no_update
    found, given = seen(reach, asked.get("runs") or (), who)
    if not found:
        return view.gone(setting)
    width, height = max(size["width"], LEAST[0]), max(size["height"], LEAST[1])
    names = [name for name in maps_of(found[0].result["kind"]) if name in found[0].result["frames"]]
    wanted = str(asked.get("map") or "")
    of = wanted if wanted in names else names[0]
    left_px = round((width - GAP_PX) * LEFT_SHARE)
    room = Rect(0, 0, round(width) - GAP_PX - left_px, round(height * TABLE_SHARE))
    here = [run.job_id for run in found]
    pair = read_pair(asked.get("pair"), len(found))
    if pair is None:
        frames = [run.result["frames"][of] for run in found if of in run.result["frames"]]
        minutes = sorted({minute for each in frames for minute in each["minutes"]})
        left, columns = _maps(found, of, left_px, height)
        table = Shown("scenarios", {"runs": here}, room, "s")
    else:
        given, minutes = _difference(reach, found, pair, of)
        run_id = found[pair[0]].job_id
        left, columns = [_difference_map(run_id, of, bool(minutes), left_px, height)], 1
        table = Shown(tile_kind(of), {"run": run_id, "show": "figures"}, room, "s")
    query = {"runs": ",".join(here), "by": str(asked.get("by") or ""), "map": of}
    if pair is not None:
        query["pair"] = pair_name(pair)
    kind = found[0].result["kind"]
    others = runs.listed(reach, but=here, kind=kind, limit=8)
    language = setting.language
    return view.body(
        draw(reach, left, given, language),
        minutes,
        draw(reach, [table], given, language),
        sent=_walls(reach, who, {}),
        below=[
            *view.ranked(compare(found), found, query["by"], query, setting),
            *view.more_runs(found, others, setting),
        ],
        columns=columns,
        choice=[
            *view.map_choice(of, names, query, setting),
            *mode_keys(pair, len(found), query, setting),
        ],
        pairs=[] if pair is None else pair_keys(pair, len(found), query, setting),
        setting=setting,
    )


def send(_keys: Any, asked: Asked | None) -> Any:
    """Show what is compared on a wall, or take it back; say what came of it."""
    who, reach, pressed = session.person(), desk(), ctx.triggered_id
    if who is None or not asked or not ctx.triggered[0]["value"]:
        return no_update  # without a value a key was drawn anew, nobody pressed it
    wall_id, language = str(pressed["wall"]), session.page_language()
    if pressed["do"] == "undo":
        outcome = console_sending.take_back(who, wall_id, language)
    else:
        outcome = _send(reach, who, wall_id, asked, language)
    return _walls(reach, who, {wall_id: outcome})


def _send(reach: Desk, who: Person, wall_id: str, asked: Asked, language: str) -> Outcome:
    """Put a scene of the runs on a wall, publish what its tiles read of them, and take it.

    Where one is seen against another it is that difference which is sent.
    """
    found, given = seen(reach, asked.get("runs") or (), who)
    wall = reach.walls.get(wall_id)
    if wall is None or not found:
        return refused(CommandRefused("unknownWall"), language)
    pair = read_pair(asked.get("pair"), len(found))
    if pair is None:
        title = scene_title([run.title for run in found])
        figures = [kpi["id"] for kpi in found[0].result["kpis"]]
        ids = [run.job_id for run in found]
    else:
        envelope = _pair_on_wall(reach, found, pair)
        if not envelope.payload["maps"]:
            return Outcome(False, text("what_if.no_difference", language))
        title = scene_title([said(envelope)["title"]])
        figures = [row["id"] for row in envelope.payload["tables"]["kpis"]["rows"]]
        given, found = {envelope.aggregate: envelope}, [found[pair[0]]]
        ids = [envelope.aggregate.removeprefix(run_name(""))]
    kind = found[0].result["kind"]
    scene = scene_of(
        wall,
        ids,
        kind,
        title,
        figures=figures,
        is_change=pair is not None,
        has_wards=bool(found[0].result["areas"]),
    )
    try:
        put = command(who, "scene.put", {"wallId": wall_id, "scene": scene})
    except CommandRefused as error:
        return refused(error, language)
    findings = FindingStore(reach.engine)
    for name, envelope in given.items():
        findings.publish(envelope, job_of(name), reach.now_ms())
    name = pick(title, language)
    return console_sending.take(who, wall_id, str(put["sceneId"]), name, language)


def _walls(reach: Desk, who: Person, outcomes: Mapping[str, Outcome]) -> Any:
    setting = page_setting.setting()
    walls = [
        (wall, wall.reachable and who.may_command(control_of(reach, wall.wall_id)))
        for wall in all_walls(reach)
    ]
    return view.sending(walls, dict(outcomes), now_ms=reach.now_ms(), setting=setting)


def _maps(
    found: Sequence[Compared], of: str, width: float, height: float
) -> tuple[list[Shown], int]:
    """Return a map of each run, side by side, and in how many columns they stand."""
    columns = 1 if len(found) == 1 else 2
    lines = -(-len(found) // columns)
    wide = round((width - GAP_PX * (columns - 1)) / columns)
    high = max(MAP_PX, round((height - BAR_PX - GAP_PX * lines) / lines))
    return [
        Shown(
            tile_kind(of),
            {
                "run": run.job_id,
                "show": "map",
                "slider": False,
                "title": {each: f"{LETTERS[index]} · {words}" for each, words in run.title.items()},
            },
            Rect(0, 0, wide, high),
            f"m{index}",
        )
        for index, run in enumerate(found)
    ], columns


def _difference(
    reach: Desk, found: Sequence[Compared], pair: Pair, of: str
) -> tuple[dict[str, Envelope], list[float]]:
    """Return what tiles read of a run held against another, or against its base; its minutes.

    Its figures are the run's own: their passports are those of the run.
    """
    one, other = pair
    result = _held(found, pair)
    told = None if other is None else dict.fromkeys(LANGUAGES, LETTERS[other])
    title = _of_two(dict.fromkeys(LANGUAGES, LETTERS[one]), told)
    envelope = envelope_of(reach, found[one].job_id, title, result, against=told)
    frames = result["frames"].get(SHOWN[of])
    return {envelope.aggregate: envelope}, [] if frames is None else list(frames["minutes"])


def _pair_on_wall(reach: Desk, found: Sequence[Compared], pair: Pair) -> Envelope:
    """Return the same under a name of its own, in words for those who do not see the page."""
    one, other = pair
    run, held = found[one], None if other is None else found[other]
    told = {each: text("what_if.other_run", each) for each in LANGUAGES}
    return envelope_of(
        reach,
        run.job_id,
        _of_two(run.title, None if held is None else held.title),
        _held(found, pair),
        against=None if held is None else told,
        pair=pair_id(run.job_id, None if held is None else held.job_id),
    )


def _held(found: Sequence[Compared], pair: Pair) -> RunResult:
    """Return one of the runs as it is held against the other, or against its own base."""
    one, other = pair
    if other is None:
        return against_base(found[one].result)
    return against(found[other].result, found[one].result)


def _of_two(one: Text, other: Text | None) -> Text:
    """Return what a difference is called: this against that, or against the base."""
    return {
        each: text(
            "what_if.pair_of",
            each,
            one=pick(one, each),
            other=text("what_if.base", each) if other is None else pick(other, each),
        )
        for each in LANGUAGES
    }


def _difference_map(run_id: str, of: str, is_known: bool, width: float, height: float) -> Shown:
    """Return the one map of a difference; without one, its figures say why."""
    show = {"show": "map", "slider": False} if is_known else {"show": "figures"}
    by = of_change(of) if is_known else {}
    rect = Rect(0, 0, round(width), round(height - BAR_PX - PAIR_PX - GAP_PX))
    return Shown(tile_kind(of), {"run": run_id, **show, **by}, rect, "m0")


def _ids(named: str) -> list[str]:
    return [each for each in named.split(",") if each][:MOST]
