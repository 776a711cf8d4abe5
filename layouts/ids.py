"""Ids of Dash components, in one namespace for all pages. Append only."""

from __future__ import annotations

# The player (layouts/pages/player.py, assets/player.mjs)
PLAYER = "player"
PLAYER_CANVAS = "player-canvas"
PLAYER_WARM_UP = "player-warm-up"
PLAYER_WARM_GRAPH = "player-warm-graph"
PLAYER_WARM_MAP = "player-warm-map"
PLAYER_FRAME = "player-frame"
PLAYER_COVER = "player-cover"


def player_slot(number: int) -> str:
    """Return the id of the player's slot `number`; ids inside a tile get it as prefix."""
    return f"slot-{number:02d}"


# Every signed-in page (layouts/pages/live.py, assets/console-link.mjs)
LIVE = "live"
LIVE_STATE = "live-state"
LIVE_JOINED = "live-joined"
LIVE_POLL = "live-poll"
VERSIONS = "versions"
WALL_EVENT = "wall-event"

# Pages with walls on them (layouts/pages/sites.py)


def wall_drawn(wall_id: str, view: str) -> dict[str, str]:
    """Return the id of the drawing that stands for a picture of another site's wall."""
    return {"part": "wall-drawn", "wall": wall_id, "view": view}


# The room (layouts/pages/room.py)
ROOM_DEEDS = "room-deeds"
ROOM_DATA = "room-data"


def room_head(wall_id: str) -> dict[str, str]:
    """Return the id of what is said of a wall in the room."""
    return {"part": "room-head", "wall": wall_id}


def room_outputs(wall_id: str) -> dict[str, str]:
    """Return the id of the state of a wall's outputs in the room."""
    return {"part": "room-outputs", "wall": wall_id}


# The operator's page (layouts/pages/operator.py, assets/operator.mjs)
OPERATOR_WALL = "operator-wall"
OPERATOR_SEEN = "operator-seen"
OPERATOR_TABS = "operator-tabs"
OPERATOR_PANEL = "operator-panel"
OPERATOR_PREVIEW_HEAD = "operator-preview-head"
OPERATOR_PROGRAM_HEAD = "operator-program-head"
OPERATOR_SCENES = "operator-scenes"
OPERATOR_OUTPUTS = "operator-outputs"
OPERATOR_SWITCH = "operator-switch"
OPERATOR_LAYERS = "operator-layers"
OPERATOR_TAKE = "operator-take"
OPERATOR_HOLD = "operator-hold"
OPERATOR_EXTEND = "operator-extend"
OPERATOR_CLEAR = "operator-clear"
OPERATOR_RESULT = "operator-result"
OPERATOR_DONE = "operator-done"
OPERATOR_PRESSED = "operator-pressed"
OPERATOR_AWAY = "operator-away"
OPERATOR_EMPTY = "operator-empty"
OPERATOR_MARKS = "operator-marks"
OPERATOR_BUSY = "operator-busy"
OPERATOR_DEEDS = "operator-deeds"
OPERATOR_VIEW = "operator-view"
OPERATOR_HISTORY = "operator-history"
OPERATOR_AUTOMATION = "operator-automation"
OPERATOR_URGENT = "operator-urgent"
OPERATOR_GUARD = "operator-guard"
OPERATOR_TOOLS = "operator-tools"
OPERATOR_PLACE = "operator-place"
OPERATOR_ALIGN = "operator-align"
PAGE_REALM = "page-realm"
REALM_BAND = "realm-band"
REALM_CLOCK = "main"  # ages on a page go by the clock of what it shows
REALM_CHOICE = "realm-choice"
OPERATOR_EXERCISES = "operator-exercises"
EXERCISE_DAY = "exercise-day"
EXERCISE_FROM = "exercise-from"
EXERCISE_UNTIL = "exercise-until"
EXERCISE_SPEED = "exercise-speed"
EXERCISE_START = "exercise-start"

# The page of a rule's day (layouts/pages/rule_day.py)
RULE_DAY_RULE = "rule-day-rule"
RULE_DAY_DAY = "rule-day-day"
RULE_DAY_THRESHOLD = "rule-day-threshold"
RULE_DAY_ASK = "rule-day-ask"
RULE_DAY_CANCEL = "rule-day-cancel"
RULE_DAY_JOB = "rule-day-job"
RULE_DAY_POLL = "rule-day-poll"
RULE_DAY_BUSY = "rule-day-busy"
RULE_DAY_STATUS = "rule-day-status"
RULE_DAY_RESULT = "rule-day-result"
RULE_DAY_GRAPH = "rule-day-graph"

# What asks before the room sees it (layouts/pages/asking.py, assets/presses.mjs)
ASKING = "asking"


def operator_scene(scene_id: str) -> dict[str, str]:
    """Return the id of the button that previews a scene."""
    return {"part": "operator-scene", "scene": scene_id}


def operator_key(do: str, about: str) -> dict[str, str]:
    """Return the id of the key that does `do`, and about what; "" is the wall."""
    return {"part": "operator-key", "do": do, "about": about}


# The leader's console (layouts/pages/console.py)
CONSOLE_PLACE = "console-place"
CONSOLE_BODY = "console-body"
CONSOLE_BAR = "console-bar"
CONSOLE_SHOWN = "console-shown"
CONSOLE_SIZE = "console-size"
CONSOLE_SEND_RESULT = "console-send-result"
CONSOLE_BUSY = "console-busy"


def console_tile(name: str) -> dict[str, str]:
    """Return the id of a tile of the console; it is drawn anew when its aggregates change."""
    return {"part": "console-tile", "tile": name}


def console_offer(wall_id: str) -> dict[str, str]:
    """Return the id of what is said of a wall beside its picture where one sends to it."""
    return {"part": "console-offer", "wall": wall_id}


def console_send(wall_id: str, scene_id: str) -> dict[str, str]:
    """Return the id of the button that sends a scene to a wall."""
    return {"part": "console-send", "wall": wall_id, "scene": scene_id}


def console_undo(wall_id: str) -> dict[str, str]:
    """Return the id of the button that takes back what was sent to a wall."""
    return {"part": "console-undo", "wall": wall_id}


# The page of what-ifs (layouts/pages/what_if.py, assets/pick.mjs)
WHAT_IF_MAP = "what-if-map"
WHAT_IF_SEEN = "what-if-seen"
WHAT_IF_TOUCH = "what-if-touch"
WHAT_IF_DRAFT = "what-if-draft"
WHAT_IF_RAIN = "what-if-rain"
WHAT_IF_STORM = "what-if-storm"
WHAT_IF_SUMMARY = "what-if-summary"
WHAT_IF_SHEET = "what-if-sheet"
WHAT_IF_RUN = "what-if-run"
WHAT_IF_PROBLEM = "what-if-problem"
WHAT_IF_GO = "what-if-go"
WHAT_IF_SIZE = "what-if-size"
WHAT_IF_BODY = "what-if-body"
WHAT_IF_SIDES = "what-if-sides"
WHAT_IF_ROOM = "what-if-room"
WHAT_IF_STATE = "what-if-state"
WHAT_IF_SHOWN = "what-if-shown"
WHAT_IF_POLL = "what-if-poll"
WHAT_IF_JOB = "what-if-job"
WHAT_IF_CANCEL = "what-if-cancel"
WHAT_IF_RUNS = "what-if-runs"
WHAT_IF_SENT = "what-if-sent"
WHAT_IF_NOTE = "what-if-note"
WHAT_IF_ATTACH = "what-if-attach"
WHAT_IF_NOTES = "what-if-notes"
WHAT_IF_BUSY = "what-if-busy"
CALIBRATION_BODY = "calibration-body"
CALIBRATION_POLL = "calibration-poll"


def calibrate(kind: str, network: str | None, peak: str) -> dict[str, str]:
    """Return the id of the key that asks for another calibration: of which network, at which peak.

    Both are empty where there are none.
    """
    return {"part": "calibrate", "kind": kind, "network": network or "", "peak": peak}


def what_if_key(do: str, about: str) -> dict[str, str]:
    """Return the id of a key that changes what is asked: `do` with what it is about."""
    return {"part": "what-if-key", "do": do, "about": about}


def what_if_slider(name: str) -> dict[str, str]:
    """Return the id of a slider of the open measure, or of a condition."""
    return {"part": "what-if-slider", "name": name}


def what_if_send(do: str, wall_id: str) -> dict[str, str]:
    """Return the id of the key that sends what is compared to a wall, or takes it back."""
    return {"part": "what-if-send", "do": do, "wall": wall_id}


# The page of proofs (layouts/pages/proof.py, layouts/pages/proof_glass.py, assets/proof.mjs)
PROOF_DATE = "proof-date"
PROOF_TIME = "proof-time"
PROOF_GLASS = "proof-glass"

# The pages of data (layouts/pages/catalogue.py, quality_board.py, quality_drill.py)
CATALOGUE_GRID = "catalogue-grid"
CATALOGUE_AGAIN = "catalogue-again"
CATALOGUE_SEARCH = "catalogue-search"
QUALITY_GRID = "quality-grid"
QUALITY_AGAIN = "quality-again"
QUALITY_PLACE = "quality-place"
QUALITY_MEANS = "quality-means"
QUALITY_OVERDUE = "quality-overdue"
QUALITY_COURSE = "quality-course"
COVERAGE_GRID = "coverage-grid"
COVERAGE_AGAIN = "coverage-again"
SOURCES_GRID = "sources-grid"
SOURCES_AGAIN = "sources-again"
FORECASTS_GRID = "forecasts-grid"
FORECASTS_AGAIN = "forecasts-again"

# The passport of a number (layouts/pages/passport.py, assets/passport.mjs)
PASSPORT = "passport"
PASSPORT_ASKED = "passport-asked"
PASSPORT_BODY = "passport-body"
PASSPORT_BUSY = "passport-busy"
PASSPORT_RUN = "passport-run"  # the run behind the figure
PASSPORT_AGAIN = "passport-again"
PASSPORT_AGAIN_KEY = "passport-again-key"
PASSPORT_AGAIN_POLL = "passport-again-poll"

# What was known at a minute (layouts/pages/known.py)
KNOWN_AGAIN = "known-again"
KNOWN_DATE = "known-date"
KNOWN_TIME = "known-time"

# The quarantine browser (layouts/pages/quarantine.py)
QUARANTINE_ORDERS = "quarantine-orders"
QUARANTINE_WHY = "quarantine-why"

# What is unusual (layouts/pages/anomalies.py)
ANOMALIES_LISTS = "anomalies-lists"

# The sign-in page (layouts/pages/sign_in.py)
SIGN_IN_USER = "sign-in-user"
SIGN_IN_PASSWORD = "sign-in-password"

# The page of briefs (layouts/pages/brief.py)
BRIEF_SEEN = "brief-seen"  # which brief the page shows: {kind, state, language, digest}
BRIEF_JOB = "brief-job"
BRIEF_AGAIN = "brief-again"
BRIEF_HEAD = "brief-head"
BRIEF_TEXT = "brief-text"
BRIEF_DEEDS = "brief-deeds"
BRIEF_RESULT = "brief-result"
BRIEF_QUESTION = "brief-question"
BRIEF_ASK = "brief-ask"
BRIEF_ASKING = "brief-asking"
BRIEF_ANSWER = "brief-answer"


def brief_deed(deed: str, about: str = "") -> dict[str, str]:
    """Return the id of a key of the briefs' page: make, flash, rephrase, approve, wall."""
    return {"part": "brief-deed", "deed": deed, "about": about}
