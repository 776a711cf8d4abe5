"""What tiles and scenes rely on in payloads: held against all that is published."""

from __future__ import annotations

GEOMETRY = "city.geometry"
# What tiles and scenes rely on: aggregate -> kind of payload -> ids.
# Ids with a dot are parts of a row: "of.<investor>".
PROMISED: dict[str, dict[str, set[str]]] = {
    "economy.investment": {
        "numbers": {"ytd", "month", "plan_share", "yoy"},
        "series": {"monthly"},
        "tables": {"provinces"},
    },
    "economy.prices": {
        "numbers": {"cpi_yoy", "cpi_mom", "cpi_ytd"},
        "series": {"cpi_yoy"},
        "tables": {"goods"},
    },
    "economy.grdp": {
        "numbers": {"grdp_growth", "grdp"},
        "series": {"growth"},
        "tables": {"sectors"},
    },
    "economy.activity": {
        "numbers": {"iip_yoy", "iip_ytd", "retail", "exports", "imports", "visitors"},
        "series": {"iip", "trade"},
    },
    "economy.projects": {
        "numbers": {"share", "disbursed", "year_plan", "late"},
        "series": {"curve"},
        "tables": {"investors", "funds", "late"},
        "maps": {"areas"},
    },
    "economy.business": {
        "numbers": {
            "firms_new",
            "firms_dissolved",
            "firms_suspended",
            "firms_returned",
            "new_ytd",
        },
        "series": {"monthly"},
        "tables": {"sectors"},
        "maps": {"areas"},
    },
    "economy.business_sectors": {"maps": set()},
    "economy.budget": {
        "numbers": {
            "revenue",
            "revenue_share",
            "revenue_day",
            "expenditure",
            "expenditure_share",
            "expenditure_day",
        },
        "series": {"revenue", "expenditure"},
        "tables": {"revenue", "expenditure"},
    },
    "city.stage": {
        "numbers": {"stage"},
        "tables": {"rules"},
        "items": {"reasons"},
    },
    "feedback.service": {
        "numbers": {"late", "soon", "satisfaction"},
        "tables": {"agencies", "clock"},
    },
    "feedback.calls": {
        "numbers": {"calls_1h", "wait", "abandoned_share", "jumps"},
        "series": {"flow"},
        "tables": {"branches", "topics"},
        "items": {"active"},
    },
    "feedback.social": {
        "numbers": {"hot_posts", "hot_slope", "posts", "negative_share", "reach"},
        "series": {"topics"},
        "tables": {"topics"},
        "items": {"samples"},
    },
    "party.documents": {
        "numbers": {"open", "overdue", "soon", "progress"},
        "tables": {"documents", "issuers", "kinds", "leads"},
    },
    "transport.speed": {
        "numbers": {"mean_speed", "congested_share", "congested_links", "worst_speed"},
        "series": {"mean_speed"},
        "tables": {"worst_links"},
        "maps": {"links"},
    },
    "transport.cameras": {
        "numbers": {"queue", "flow", "speed", "unsure"},
        "series": {"flow"},
        "tables": {"cameras"},
        "maps": {"cameras"},
    },
    "transport.camera_events": {
        "numbers": {"active"},
        "tables": {"kinds"},
        "items": {"active"},
        "maps": {"events"},
    },
    "transport.signals": {
        "numbers": {"junctions", "cycle", "wrong"},
        "tables": {"running", "plans"},
    },
    "transport.transit": {
        "numbers": {"running", "late", "on_time"},
        "tables": {"late", "lines"},
    },
    "transport.vehicles": {"numbers": {"vehicles", "late"}, "maps": {"vehicles"}},
    "transport.congestion": {"numbers": {"jams", "longest"}, "items": {"active"}},
    "transport.situations": {"numbers": {"active"}, "items": {"active"}},
    "environment.air": {
        "numbers": {
            "aqi",
            "aqi_median",
            "pm25_median",
            "temperature",
            "humidity",
            "stations_bad",
            "stations_suspect",
        },
        "series": {"pm25"},
        "tables": {"stations"},
        "maps": {"stations", "areas"},
    },
    "environment.rain": {
        "numbers": {"max_day", "median_day", "gauges_wet", "gauges_refused"},
        "series": {"daily"},
        "tables": {"gauges"},
        "maps": {"areas"},
    },
    "environment.water": {
        "numbers": {"beyond", "lowest_do", "median_do", "ammonium", "ph", "high_water"},
        "series": {"oxygen", "level"},
        "tables": {"stations"},
        "maps": {"stations"},
    },
    "environment.rain_forecast": {
        "numbers": {"day", "soon"},
        "series": {"ahead"},
        "tables": {"places"},
    },
    "environment.land": {
        "numbers": {"contamination", "violations", "landfills", "late", "hectares"},
        "tables": {"sites", "kinds"},
        "maps": {"sites"},
    },
    "health.capacity": {
        "numbers": {
            "occupancy",
            "beds_free",
            "overloaded",
            "icu",
            "ventilators",
            "visits",
            "ambulances",
            "calls",
        },
        "series": {"occupancy", "visits"},
        "tables": {"hospitals", "units"},
        "maps": {"hospitals"},
        "items": {"active"},
    },
    "health.epidemics": {
        "numbers": {"dengue_cases", "hfmd_cases", "measles_cases", "pertussis_cases", "alerts"},
        "series": {"dengue_cases", "hfmd_cases", "measles_cases", "pertussis_cases"},
        "tables": {"diseases", "units"},
        "maps": {"dengue_cases", "hfmd_cases", "measles_cases", "pertussis_cases"},
        "items": {"active"},
    },
    "education.schools": {
        "numbers": {"pupils", "fill", "class_size", "crowded"},
        "tables": {"levels", "crowded"},
        "maps": {"areas"},
    },
    "education.closures": {
        "numbers": {"closed", "pupils"},
        "tables": {"closed", "reasons"},
        "maps": {"areas"},
        "items": {"active"},
    },
    "education.meals": {
        "numbers": {"meals", "failed_share", "poisoned"},
        "series": {"daily"},
        "tables": {"units"},
    },
    "health.outbreaks": {
        "numbers": {"active", "began", "ended"},
        "tables": {"active"},
        "items": {"active"},
    },
    "health.dengue": {
        "numbers": {"month_cases", "year_cases", "expected"},
        "series": {"curve"},
        "tables": {"years"},
    },
    "security.alerts": {"numbers": {"active", "severe"}, "items": {"active"}},
    "security.logins": {
        "numbers": {"failed_1h", "ratio", "events_1h"},
        "series": {"failed"},
        "tables": {"hosts"},
    },
    "security.order": {
        "numbers": {"incidents", "fires", "accidents", "dead", "injured", "hot"},
        "series": {"daily"},
        "tables": {"kinds", "areas", "hot"},
        "maps": {"areas", "hot"},
    },
    "security.points": {
        "numbers": {"active", "hot"},
        "items": {"active"},
        "tables": {"hot"},
        "maps": {"points"},
    },
    "urban.order": {
        "numbers": {"open", "found", "late", "settled_share"},
        "series": {"daily"},
        "tables": {"kinds", "areas"},
        "maps": {"areas"},
    },
    "feedback.requests": {
        "numbers": {
            "open",
            "closed",
            "closed_share",
            "on_time_share",
            "median_age_h",
            "median_hours_to_close",
        },
        "series": {"opened_closed"},
        "tables": {"categories", "ages", "areas"},
        "maps": {"areas"},
    },
    "food.safety": {
        "numbers": {"violations_share", "inspections", "violations"},
        "series": {"violations"},
        "tables": {"areas"},
    },
    "data.quality": {
        "numbers": {
            "datasets_ok",
            "datasets_stale",
            "datasets_absent",
            "rows_accepted",
            "rows_quarantined",
        },
        "tables": {"datasets", "quarantine"},
    },
    "data.scores": {
        "numbers": {"accurate", "sufficient", "clean", "live", "consistent", "shared"},
        "tables": {"datasets", "agencies"},
    },
    "data.coverage": {
        "numbers": {"coverage", "registered", "connected", "live", "shown"},
        "tables": {"agencies", "datasets"},
    },
    "data.overdue": {
        "numbers": {"overdue", "agencies"},
        "tables": {"overdue"},
        "items": {"overdue"},
    },
    "city.pictures": {"tables": {"cameras"}},
    "city.bottlenecks": {
        "numbers": {"flooding", "congestion", "air", "food_safety", "urban_order"},
    },
}
NAMES = (*PROMISED, GEOMETRY)

# The column a table is ranked by, and whether the largest comes first.
RANKED: dict[tuple[str, str], tuple[str, bool]] = {
    ("economy.investment", "provinces"): ("ytd", True),
    ("economy.prices", "goods"): ("yoy", True),
    ("economy.grdp", "sectors"): ("grdp", True),
    ("economy.projects", "investors"): ("year_plan", True),
    ("economy.business", "sectors"): ("firms_new", True),
    ("economy.budget", "revenue"): ("booked", True),
    ("economy.budget", "expenditure"): ("booked", True),
    ("transport.cameras", "cameras"): ("queue", True),
    ("transport.camera_events", "kinds"): ("events", True),
    ("transport.transit", "lines"): ("delay", True),
    ("transport.speed", "worst_links"): ("ratio", False),
    ("environment.air", "stations"): ("aqi", True),
    ("environment.rain", "gauges"): ("rain", True),
    ("health.dengue", "years"): ("year", True),
    ("health.capacity", "hospitals"): ("occupancy", True),
    ("health.capacity", "units"): ("occupancy", True),
    ("security.logins", "hosts"): ("failed", True),
    ("security.order", "areas"): ("total", True),
    ("security.order", "kinds"): ("week", True),
    ("security.order", "hot"): ("week", True),
    ("urban.order", "kinds"): ("open", True),
    ("urban.order", "areas"): ("open", True),
    ("feedback.requests", "categories"): ("open", True),
    ("feedback.requests", "areas"): ("open", True),
    ("food.safety", "areas"): ("violations", True),
    ("data.quality", "quarantine"): ("count", True),
}


# Lists of what is off: a good day has none.
MAY_BE_EMPTY = {
    ("education.closures", "closed"),
    ("education.closures", "reasons"),
    ("transport.transit", "late"),
}
