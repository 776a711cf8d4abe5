"""What the console shows of each group: its topics, their tiles, and where on a grid they stand.

A topic is a screen of a group; the first one is what the group opens with. Tables only: how large
a tile becomes is `console_plan`, what it shows is its kind's.
"""

from __future__ import annotations

from dataclasses import replace

from layouts.pages.console_tile import TileSpec as TileSpec
from layouts.pages.console_tile import tile as _tile

BOTTLENECKS, STAGE = "city.bottlenecks", "city.stage"
BOTTLENECK_GROUPS = {  # the group that a bottleneck belongs to
    "flooding": "environment",
    "congestion": "transport",
    "air": "environment",
    "food_safety": "environment",
    "urban_order": "security",
}
STAGE_GROUP = "security"  # where the stage's rules are told

INVESTMENT, PRICES = "economy.investment", "economy.prices"
GRDP, ACTIVITY, PROJECTS = "economy.grdp", "economy.activity", "economy.projects"
BUDGET, BUSINESS, SECTORS = "economy.budget", "economy.business", "economy.business_sectors"
SPEED, SITUATIONS = "transport.speed", "transport.situations"
CONGESTION, SIGNALS = "transport.congestion", "transport.signals"
CAMERAS, SEEN, TRANSIT = "transport.cameras", "transport.camera_events", "transport.transit"
WATER, LAND = "environment.water", "environment.land"
VEHICLES = "transport.vehicles"
AIR, RAIN, DENGUE, FOOD = "environment.air", "environment.rain", "health.dengue", "food.safety"
CAPACITY = "health.capacity"
SCHOOLS, CLOSURES, MEALS = "education.schools", "education.closures", "education.meals"
EPIDEMICS, OUTBREAKS = "health.epidemics", "health.outbreaks"
ALERTS, LOGINS = "security.alerts", "security.logins"
SAFETY, EVENTS, URBAN = "security.order", "security.points", "urban.order"
REQUESTS, PARTY = "feedback.requests", "party.documents"
SERVICE, CALLS, SOCIAL = "feedback.service", "feedback.calls", "feedback.social"
VOICES, TWICE, TOLD = "voices.topics", "voices.duplicates", "voices.quality"
FOUND, FOUND_WELL = "detection.alerts", "detection.quality"

SUGGESTED = "suggested"  # categories, which a person decides on (layouts/pages/triage.py)
AHEAD = "forecast."

Topics = dict[str, dict[str, tuple[TileSpec, ...]]]

_TOPICS: Topics = {
    "economy": {
        "growth": (
            _tile("grdp", "kpi", (0, 0, 3, 6), aggregate=GRDP, numbers=("grdp_growth", "grdp")),
            _tile("quarters", "trend", (3, 0, 5, 6), aggregate=GRDP, series="growth",
                  draw="columns"),
            _tile("sectors", "table", (8, 0, 4, 6), aggregate=GRDP, table="sectors",
                  columns=("name", "share", "growth")),
            _tile("industry", "kpi", (0, 6, 3, 6), aggregate=ACTIVITY,
                  numbers=("iip_yoy", "iip_ytd", "retail", "visitors")),
            _tile("iip", "trend", (3, 6, 5, 6), aggregate=ACTIVITY, series="iip"),
            _tile("trade", "trend", (8, 6, 4, 6), aggregate=ACTIVITY, series="trade"),
        ),
        "prices": (
            _tile("investment", "kpi", (0, 0, 3, 6), aggregate=INVESTMENT,
                  numbers=("plan_share", "ytd", "month", "yoy")),
            _tile("monthly", "trend", (3, 0, 5, 6), aggregate=INVESTMENT, series="monthly"),
            _tile("provinces", "table", (8, 0, 4, 6), aggregate=INVESTMENT, table="provinces",
                  columns=("name", "ytd", "plan_share")),
            _tile("prices", "kpi", (0, 6, 3, 6), aggregate=PRICES,
                  numbers=("cpi_yoy", "cpi_mom", "cpi_ytd")),
            _tile("cpi", "trend", (3, 6, 5, 6), aggregate=PRICES, series="cpi_yoy"),
            _tile("goods", "bars", (8, 6, 4, 6), aggregate=PRICES, table="goods", figure="yoy"),
        ),
        "projects": (
            _tile("disbursed", "kpi", (0, 0, 3, 6), aggregate=PROJECTS,
                  numbers=("share", "disbursed", "year_plan", "late")),
            _tile("curve", "trend", (3, 0, 5, 6), aggregate=PROJECTS, series="curve"),
            _tile("by_unit", "map", (8, 0, 4, 6), aggregate=PROJECTS, map="areas",
                  legend="corner"),
            _tile("investors", "table", (0, 6, 6, 6), aggregate=PROJECTS, table="investors",
                  columns=("name", "year_plan", "disbursed", "share", "behind")),
            _tile("late", "table", (6, 6, 6, 6), aggregate=PROJECTS, table="late",
                  columns=("name", "investor", "share", "behind")),
        ),
        "budget": (
            _tile("revenue", "kpi", (0, 0, 3, 6), aggregate=BUDGET,
                  numbers=("revenue_share", "revenue", "revenue_day")),
            _tile("income", "trend", (3, 0, 5, 6), aggregate=BUDGET, series="revenue"),
            _tile("taxes", "table", (8, 0, 4, 6), aggregate=BUDGET, table="revenue",
                  columns=("name", "booked", "share")),
            _tile("expenditure", "kpi", (0, 6, 3, 6), aggregate=BUDGET,
                  numbers=("expenditure_share", "expenditure", "expenditure_day")),
            _tile("spending", "trend", (3, 6, 5, 6), aggregate=BUDGET, series="expenditure"),
            _tile("chapters", "table", (8, 6, 4, 6), aggregate=BUDGET, table="expenditure",
                  columns=("name", "booked", "share")),
        ),
        "business": (
            _tile("firms", "kpi", (0, 0, 3, 6), aggregate=BUSINESS,
                  numbers=("firms_new", "new_ytd", "firms_returned")),
            _tile("ended", "kpi", (0, 6, 3, 6), aggregate=BUSINESS,
                  numbers=("firms_suspended", "firms_dissolved")),
            _tile("births", "trend", (3, 0, 5, 6), aggregate=BUSINESS, series="monthly"),
            _tile("vsic", "table", (3, 6, 5, 6), aggregate=BUSINESS, table="sectors",
                  columns=("name", "firms_new", "firms_suspended", "firms_dissolved")),
            _tile("new_firms", "map", (8, 0, 4, 12), aggregate=BUSINESS, map="areas",
                  legend="corner", more=SECTORS),
        ),
        "forecast": (
            _tile("revenue_ahead", "forecast", (0, 0, 6, 12), aggregate=f"{AHEAD}revenue",
                  series="revenue"),
            _tile("investment_ahead", "forecast", (6, 0, 6, 12),
                  aggregate=f"{AHEAD}disbursement", series="investment_month"),
        ),
    },
    "transport": {
        "roads": (
            _tile("links", "map", (0, 0, 5, 12), aggregate=SPEED, map="links", focus="data",
                  base=("areas",),),
            _tile("speed", "kpi", (5, 0, 4, 5), aggregate=SPEED,
                  numbers=("mean_speed", "congested_share", "congested_links", "worst_speed")),
            _tile("day", "trend", (5, 5, 4, 7), aggregate=SPEED, series="mean_speed"),
            _tile("jams", "alerts", (9, 0, 3, 4), aggregate=CONGESTION, items="active"),
            _tile("worst", "table", (9, 4, 3, 4), aggregate=SPEED, table="worst_links",
                  columns=("name", "speed")),
            _tile("situations", "alerts", (9, 8, 3, 4), aggregate=SITUATIONS, items="active",
                  banner=False),
        ),
        "cameras": (
            _tile("junctions", "map", (0, 0, 5, 7), aggregate=CAMERAS, map="cameras",
                  focus="data", base=("areas", "links")),
            _tile("picture", "camera", (0, 7, 5, 5), aggregate=CAMERAS, table="cameras"),
            _tile("queues", "kpi", (5, 0, 3, 5), aggregate=CAMERAS,
                  numbers=("queue", "flow", "speed", "unsure")),
            _tile("flow", "trend", (8, 0, 4, 5), aggregate=CAMERAS, series="flow"),
            _tile("cameras", "table", (5, 5, 4, 4), aggregate=CAMERAS, table="cameras",
                  columns=("name", "queue", "speed", "confidence")),
            _tile("seen_at", "map", (5, 9, 4, 3), aggregate=SEEN, map="events", focus="data",
                  base=("areas", "links"),),
            _tile("seen", "alerts", (9, 5, 3, 4), aggregate=SEEN, items="active", banner=False),
            _tile("seen_kinds", "bars", (9, 9, 3, 3), aggregate=SEEN, table="kinds",
                  figure="events"),
        ),
        "signals": (
            _tile("signals", "kpi", (0, 0, 4, 5), aggregate=SIGNALS,
                  numbers=("cycle", "junctions", "wrong")),
            _tile("signal_plans", "table", (4, 0, 8, 12), aggregate=SIGNALS, table="running"),
            _tile("plans", "bars", (0, 5, 4, 7), aggregate=SIGNALS, table="plans",
                  figure="junctions"),
        ),
        "transit": (
            _tile("buses", "kpi", (0, 0, 4, 6), aggregate=TRANSIT,
                  numbers=("on_time", "running", "late")),
            _tile("where", "map", (4, 0, 4, 12), aggregate=VEHICLES, map="vehicles",
                  focus="data", base=("areas", "links"),),
            _tile("late_buses", "table", (8, 0, 4, 12), aggregate=TRANSIT, table="late",
                  columns=("headsign", "name", "delay")),
            _tile("lines", "table", (0, 6, 4, 6), aggregate=TRANSIT, table="lines"),
        ),
        "forecast": (
            _tile("speed_ahead", "forecast", (0, 0, 6, 12), aggregate=f"{AHEAD}traffic-speed",
                  series="speed_kmh"),
            _tile("flow_ahead", "forecast", (6, 0, 6, 12), aggregate=f"{AHEAD}traffic-flow",
                  series="vehicles_h"),
        ),
    },
    "environment": {
        "nature": (
            _tile("stations", "map", (0, 0, 4, 7), aggregate=AIR, map="stations",
                  legend="corner"),
            _tile("air", "kpi", (4, 0, 3, 4), aggregate=AIR,
                  numbers=("aqi", "pm25_median", "stations_bad", "temperature", "humidity")),
            _tile("pm25", "trend", (7, 0, 5, 4), aggregate=AIR, series="pm25"),
            _tile("rain", "kpi", (4, 4, 3, 3), aggregate=RAIN,
                  numbers=("max_day", "gauges_wet")),
            _tile("daily", "trend", (7, 4, 5, 3), aggregate=RAIN, series="daily",
                  draw="columns"),
            _tile("rain_map", "map", (0, 7, 4, 5), aggregate=RAIN, map="areas",
                  legend="corner"),
            _tile("dengue", "kpi", (4, 7, 3, 5), aggregate=DENGUE,
                  numbers=("month_cases", "year_cases", "expected")),
            _tile("curve", "trend", (7, 7, 3, 5), aggregate=DENGUE, series="curve"),
            _tile("food", "kpi", (10, 7, 2, 5), aggregate=FOOD, numbers=("violations_share",)),
        ),
        "water_land": (
            _tile("waters", "map", (0, 0, 4, 7), aggregate=WATER, map="stations", focus="data",),
            _tile("water", "kpi", (4, 0, 3, 7), aggregate=WATER,
                  numbers=("beyond", "median_do", "ammonium", "high_water", "ph")),
            _tile("oxygen", "trend", (7, 0, 5, 4), aggregate=WATER, series="oxygen"),
            _tile("water_level", "trend", (7, 4, 5, 3), aggregate=WATER, series="level"),
            _tile("water_stations", "table", (0, 7, 4, 5), aggregate=WATER, table="stations",
                  columns=("name", "quality", "do", "level")),
            _tile("land", "kpi", (4, 7, 2, 5), aggregate=LAND,
                  numbers=("violations", "contamination", "late")),
            _tile("land_sites", "map", (6, 7, 3, 5), aggregate=LAND, map="sites",
                  legend="corner"),
            _tile("sites", "table", (9, 7, 3, 5), aggregate=LAND, table="sites",
                  columns=("name", "state", "hectares")),
        ),
        "hospitals": (
            _tile("beds_map", "map", (0, 0, 4, 12), aggregate=CAPACITY, map="hospitals",
                  legend="corner"),
            _tile("beds", "kpi", (4, 0, 4, 5), aggregate=CAPACITY,
                  numbers=("occupancy", "beds_free", "icu", "ventilators")),
            _tile("emergency", "kpi", (4, 5, 4, 4), aggregate=CAPACITY,
                  numbers=("visits", "ambulances", "calls")),
            _tile("overloaded", "alerts", (4, 9, 4, 3), aggregate=CAPACITY, items="active",
                  banner=False),
            _tile("hospitals", "table", (8, 0, 4, 5), aggregate=CAPACITY, table="hospitals",
                  columns=("name", "occupancy", "free", "icu")),
            _tile("beds_units", "table", (8, 5, 4, 4), aggregate=CAPACITY, table="units",
                  columns=("name", "occupancy", "free", "beds")),
            _tile("visits", "trend", (8, 9, 4, 3), aggregate=CAPACITY, series="visits"),
        ),
        "epidemics": (
            _tile("dengue_map", "map", (0, 0, 4, 12), aggregate=EPIDEMICS, map="dengue_cases",
                  legend="corner", more=EPIDEMICS, by_unit=True),
            _tile("diseases", "table", (4, 0, 4, 4), aggregate=EPIDEMICS, table="diseases"),
            _tile("over", "alerts", (4, 4, 4, 4), aggregate=EPIDEMICS, items="active",
                  banner=False),
            _tile("hfmd", "trend", (4, 8, 4, 4), aggregate=EPIDEMICS, series="hfmd_cases"),
            _tile("dengue_weeks", "trend", (8, 0, 4, 4), aggregate=EPIDEMICS,
                  series="dengue_cases"),
            _tile("week_units", "table", (8, 4, 4, 4), aggregate=EPIDEMICS, table="units"),
            _tile("outbreaks", "table", (8, 8, 4, 4), aggregate=OUTBREAKS, table="active"),
        ),
        "schools": (
            _tile("closed_map", "map", (0, 0, 4, 9), aggregate=CLOSURES, map="areas",
                  legend="corner"),
            _tile("reasons", "bars", (0, 9, 4, 3), aggregate=CLOSURES, table="reasons",
                  figure="schools"),
            _tile("closed", "kpi", (4, 0, 4, 4), aggregate=CLOSURES, numbers=("closed", "pupils")),
            _tile("closed_list", "table", (4, 4, 4, 4), aggregate=CLOSURES, table="closed",
                  columns=("name", "reason", "until", "pupils")),
            _tile("meals", "kpi", (4, 8, 4, 4), aggregate=MEALS,
                  numbers=("failed_share", "meals", "poisoned")),
            _tile("pupils", "kpi", (8, 0, 4, 4), aggregate=SCHOOLS,
                  numbers=("pupils", "fill", "class_size", "crowded")),
            _tile("levels", "table", (8, 4, 4, 4), aggregate=SCHOOLS, table="levels",
                  columns=("name", "schools", "pupils", "fill", "class_size")),
            _tile("kitchens", "table", (8, 8, 4, 4), aggregate=MEALS, table="units"),
        ),
        "forecast": (
            _tile("air_ahead", "forecast", (0, 0, 6, 6), aggregate=f"{AHEAD}air", series="pm25"),
            _tile("dengue_ahead", "forecast", (6, 0, 6, 6), aggregate=f"{AHEAD}epidemics",
                  series="dengue_cases"),
            _tile("beds_ahead", "forecast", (0, 6, 6, 6), aggregate=f"{AHEAD}hospitals",
                  series="beds_occupied"),
            _tile("visits_ahead", "forecast", (6, 6, 6, 6), aggregate=f"{AHEAD}hospitals",
                  series="emergency_visits"),
        ),
    },
    "security": {
        "order": (
            _tile("alerts", "alerts", (0, 0, 5, 8), aggregate=ALERTS, items="active"),
            _tile("hosts", "table", (0, 8, 5, 4), aggregate=LOGINS, table="hosts"),
            _tile("active", "kpi", (5, 0, 3, 5), aggregate=ALERTS, numbers=("active", "severe")),
            _tile("failed", "kpi", (8, 0, 4, 5), aggregate=LOGINS,
                  numbers=("failed_1h", "ratio", "events_1h")),
            _tile("rate", "trend", (5, 5, 7, 7), aggregate=LOGINS, series="failed"),
        ),
        "incidents": (
            _tile("units", "map", (0, 0, 4, 7), aggregate=SAFETY, map="areas", legend="corner"),
            _tile("incidents", "kpi", (4, 0, 3, 4), aggregate=SAFETY,
                  numbers=("incidents", "fires")),
            _tile("accidents", "kpi", (4, 4, 3, 3), aggregate=SAFETY,
                  numbers=("accidents", "dead")),
            _tile("incident_days", "trend", (7, 0, 5, 5), aggregate=SAFETY, series="daily"),
            _tile("incident_kinds", "table", (7, 5, 5, 3), aggregate=SAFETY, table="kinds",
                  columns=("name", "week", "before")),
            _tile("hot_units", "table", (0, 7, 4, 5), aggregate=SAFETY, table="hot"),
            _tile("points", "map", (4, 7, 3, 5), aggregate=EVENTS, map="points",
                  legend="corner", focus="data"),
            _tile("going_on", "alerts", (7, 8, 3, 4), aggregate=EVENTS, items="active",
                  banner=False),
            _tile("hot_points", "table", (10, 8, 2, 4), aggregate=EVENTS, table="hot",
                  columns=("place", "week")),
        ),
        "urban_order": (
            _tile("urban_map", "map", (0, 0, 4, 12), aggregate=URBAN, map="areas",
                  legend="below"),
            _tile("urban", "kpi", (4, 0, 4, 6), aggregate=URBAN,
                  numbers=("open", "found", "late", "settled_share")),
            _tile("urban_days", "trend", (8, 0, 4, 6), aggregate=URBAN, series="daily",
                  draw="columns"),
            _tile("urban_kinds", "table", (4, 6, 4, 6), aggregate=URBAN, table="kinds"),
            _tile("urban_units", "table", (8, 6, 4, 6), aggregate=URBAN, table="areas"),
        ),
        "anomalies": (
            _tile("anomalies", "anomalies", (0, 0, 8, 12), aggregate=FOUND, items="active"),
            _tile("unusual", "kpi", (8, 0, 4, 3), aggregate=FOUND, numbers=("events", "faults")),
            _tile("precision", "kpi", (8, 3, 4, 3), aggregate=FOUND_WELL,
                  numbers=("precision", "labels")),
            _tile("replayed", "table", (8, 6, 4, 6), aggregate=FOUND_WELL, table="replay",
                  columns=("name", "precision", "recall")),
        ),
        "stage": (
            _tile("stage", "stage", (0, 0, 4, 6), aggregate=STAGE),
            _tile("reasons", "alerts", (0, 6, 4, 6), aggregate=STAGE, items="reasons",
                  banner=False),
            _tile("rules", "table", (4, 0, 8, 12), aggregate=STAGE, table="rules",
                  columns=("name", "stage", "figure", "limit", "clear", "state")),
        ),
    },
    "feedback": {
        "requests": (
            _tile("areas", "map", (0, 0, 4, 12), aggregate=REQUESTS, map="areas",
                  legend="below"),
            _tile("open", "kpi", (4, 0, 4, 5), aggregate=REQUESTS,
                  numbers=("on_time_share", "open", "closed", "median_age_h")),
            _tile("flow", "trend", (8, 0, 4, 5), aggregate=REQUESTS, series="opened_closed"),
            _tile("categories", "table", (4, 5, 4, 7), aggregate=REQUESTS, table="categories"),
            _tile("ages", "bars", (8, 5, 4, 7), aggregate=REQUESTS, table="ages", name="bucket",
                  figure="count", direction="vertical"),
        ),
        "service": (
            _tile("late_requests", "kpi", (0, 0, 4, 6), aggregate=SERVICE,
                  numbers=("late", "soon", "satisfaction")),
            _tile("clock", "table", (4, 0, 8, 12), aggregate=SERVICE, table="clock"),
            _tile("agencies", "table", (0, 6, 4, 6), aggregate=SERVICE, table="agencies",
                  columns=("name", "late", "on_time")),
        ),
        "calls": (
            _tile("hotline", "kpi", (0, 0, 4, 6), aggregate=CALLS,
                  numbers=("wait", "calls_1h", "abandoned_share", "jumps")),
            _tile("jumps", "alerts", (0, 6, 4, 6), aggregate=CALLS, items="active", banner=False),
            _tile("calls", "trend", (4, 0, 8, 5), aggregate=CALLS, series="flow"),
            _tile("branches", "table", (4, 5, 4, 7), aggregate=CALLS, table="branches",
                  columns=("name", "calls", "wait")),
            _tile("call_topics", "table", (8, 5, 4, 7), aggregate=CALLS, table="topics",
                  columns=("name", "calls", "abandoned")),
        ),
        "social": (
            _tile("hot", "kpi", (0, 0, 4, 6), aggregate=SOCIAL,
                  numbers=("hot_posts", "hot_slope", "negative_share", "reach")),
            _tile("samples", "alerts", (0, 6, 4, 6), aggregate=SOCIAL, items="samples",
                  banner=False),
            _tile("posts", "trend", (4, 0, 8, 5), aggregate=SOCIAL, series="topics"),
            _tile("social_topics", "table", (4, 5, 8, 7), aggregate=SOCIAL, table="topics"),
        ),
        "voices": (
            _tile("spoken_of", "topics", (0, 0, 5, 12), aggregate=VOICES, table="topics"),
            _tile("told_twice", "table", (5, 0, 7, 6), aggregate=TWICE, table="things",
                  columns=("name", "area", "reports", "open")),
            _tile("told_well", "kpi", (5, 6, 2, 6), aggregate=TOLD,
                  numbers=("category_f1", "tfidf_f1", "majority_f1", "right")),
            _tile("told_labels", "table", (7, 6, 2, 6), aggregate=TOLD, table="categories",
                  columns=("name", "f1", "suggested")),
            _tile(SUGGESTED, "table", (9, 6, 3, 6), aggregate=TOLD, table="suggestions",
                  columns=("name", "suggested", "sure")),
        ),
        "party": (
            _tile("overdue_documents", "kpi", (0, 0, 4, 6), aggregate=PARTY,
                  numbers=("overdue", "open", "soon", "progress")),
            _tile("documents", "table", (4, 0, 8, 12), aggregate=PARTY, table="documents",
                  columns=("title", "issuer", "label", "progress", "due")),
            _tile("issuers", "table", (0, 6, 4, 6), aggregate=PARTY, table="issuers",
                  columns=("name", "overdue", "open")),
        ),
        "forecast": (
            _tile("calls_ahead", "forecast", (0, 0, 6, 12), aggregate=f"{AHEAD}calls",
                  series="calls"),
            _tile("requests_ahead", "forecast", (6, 0, 6, 12), aggregate=f"{AHEAD}requests",
                  series="records"),
        ),
    },
}  # fmt: skip

TOPICS: Topics = {
    group: {
        topic: tuple(replace(spec, topic=topic) for spec in specs)
        for topic, specs in topics.items()
    }
    for group, topics in _TOPICS.items()
}
GROUP_TILES: dict[str, tuple[TileSpec, ...]] = {
    group: tuple(spec for specs in topics.values() for spec in specs)
    for group, topics in TOPICS.items()
}

# What stands for a group at the city's level: a figure, and what shows its course.
GROUP_FACES: dict[str, tuple[str, str]] = {
    "economy": ("grdp", "quarters"),
    "transport": ("speed", "day"),
    "environment": ("air", "pm25"),
    "security": ("failed", "alerts"),
    "feedback": ("open", "flow"),
}
FACE_NUMBERS = 1  # of a group's figure, at the city's level


def topic_of(group: str, topic: str | None) -> str:
    """Return a topic of a group: the one named, else the first."""
    topics = TOPICS[group]
    return topic if topic in topics and topic is not None else next(iter(topics))
