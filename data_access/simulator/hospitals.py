"""Beds, emergency visits, ambulances of an hour as FHIR summaries. Real names, figures of a demo.

Beds fill over a working week and empty before its end; now and then one hospital is overloaded.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from data_access.simulator.fhir_report import Measured, lines, report, site
from data_access.simulator.order import Order
from data_access.simulator.siting import in_city
from data_access.simulator.weather import rain_mm

DATASET, WRITTEN_AS = "health.capacity", "fhir"
DAYS = 14  # two laps would be the same week twice


@dataclass(frozen=True, slots=True)
class Hospital:
    """A hospital of the city's health department; position and beds are approximate."""

    id: str
    name: str
    lat: float
    lon: float
    beds: int


HOSPITALS = (
    Hospital("xanh-pon", "BV Đa khoa Xanh Pôn", 21.0318, 105.8367, 850),
    Hospital("thanh-nhan", "BV Thanh Nhàn", 21.0038, 105.8580, 800),
    Hospital("dong-da", "BV Đa khoa Đống Đa", 21.0137, 105.8285, 350),
    Hospital("duc-giang", "BV Đa khoa Đức Giang", 21.0626, 105.8985, 700),
    Hospital("ha-dong", "BV Đa khoa Hà Đông", 20.9712, 105.7786, 750),
    Hospital("son-tay", "BV Đa khoa Sơn Tây", 21.1372, 105.5048, 550),
    Hospital("tim", "BV Tim Hà Nội", 21.0248, 105.8427, 450),
    Hospital("phu-san", "BV Phụ sản Hà Nội", 21.0272, 105.8079, 800),
    Hospital("nhi", "BV Nhi Hà Nội", 20.9580, 105.7480, 300),
    Hospital("bac-thang-long", "BV Bắc Thăng Long", 21.1395, 105.8440, 400),
    Hospital("van-dinh", "BV Đa khoa Vân Đình", 20.7372, 105.7718, 350),
    Hospital("soc-son", "BV Đa khoa Sóc Sơn", 21.2557, 105.8478, 320),
)
CENTRE = "cap-cuu-115"
BUSY = (0.80, 0.04)  # share of the beds on a Monday, and how hospitals differ
WEEK = (0.0, 0.02, 0.03, 0.03, 0.01, -0.04, -0.05)  # more or less of it, Monday to Sunday
OVERLOAD = 0.10  # chance of a hospital's day to be one of too many
ICU_SHARE, ICU_BUSY, VENTS_OF_ICU = 0.06, 0.74, 0.9
VISITS_A_BED_DAY = 0.16
# Share of a day's emergency visits in each hour.
ARRIVALS = np.array((1.6, 1.2, 1.0, 0.9, 0.9, 1.2, 2.2, 4.0, 5.8, 6.2, 6.0, 5.4, 4.8, 5.0, 5.4, 5.4,
                     5.2, 5.4, 5.8, 6.2, 6.0, 5.0, 3.6, 2.6))  # fmt: skip
ARRIVALS = ARRIVALS / ARRIVALS.sum()
AMBULANCES, CALLS_A_DAY, HOURS_A_CALL = 42, 430, 1.3

PATIENTS = "http://hl7.org/fhir/us/saner/Measure/CDCPatientImpactAndHospitalCapacity"
EMERGENCIES = "https://soyte.hanoi.gov.vn/fhir/Measure/EmergencyVisits"
AMBULANCE = "https://soyte.hanoi.gov.vn/fhir/Measure/AmbulanceService"


def hospitals(order: Order) -> list[Hospital]:
    """Return the hospitals of the order's city."""
    return in_city(order, HOSPITALS, named=lambda _, place: f"BV Đa khoa {place}")


def places(order: Order) -> Iterator[dict[str, Any]]:
    """Yield the organizations that report, and where each is."""
    for each in hospitals(order):
        yield {"resourceType": "Organization", "id": each.id, "name": each.name}
        yield site(f"{each.id}-site", each.name, each.lat, each.lon, organization=each.id)
    yield {"resourceType": "Organization", "id": CENTRE, "name": "Trung tâm Cấp cứu 115"}


def reports(order: Order) -> Iterator[dict[str, Any]]:
    """Yield every hour's reports of the last DAYS days and of what is to come."""
    nature = order.draws().normal(0.0, BUSY[1], len(HOSPITALS))
    for day in order.days(DAYS, ahead=1):
        wet = 1.0 + min(rain_mm(order.seed, day), 100.0) / 250
        for hour in range(24):
            at = order.instant(day, hour * 3600)
            if at + timedelta(hours=1) > order.horizon:
                return
            draw = order.draws(day.toordinal(), hour)
            for number, each in enumerate(HOSPITALS):
                is_much = order.draws(day.toordinal(), 24, number).random() < OVERLOAD
                busy = BUSY[0] + float(nature[number]) + WEEK[day.weekday()]
                busy += 0.19 * np.sin(np.pi * hour / 23) if is_much else 0.0
                yield from _hospital(each, at, hour, float(busy), draw)
            yield _ambulances(at, hour, wet, draw)


def _hospital(
    each: Hospital, at: datetime, hour: int, busy: float, draw: np.random.Generator
) -> Iterator[dict[str, Any]]:
    occupied = round(each.beds * (busy + draw.normal(0.0, 0.006)))
    icu = max(6, round(each.beds * ICU_SHARE))
    vents = round(icu * VENTS_OF_ICU)
    icu_taken = int(draw.binomial(icu, min(0.98, ICU_BUSY + busy - BUSY[0])))
    counts: Measured = {
        "Beds": {
            "numBeds": each.beds,
            "numBedsOcc": occupied,
            "numICUBeds": icu,
            "numICUBedsOcc": icu_taken,
        },
        "Ventilators": {"numVent": vents, "numVentUse": int(draw.binomial(vents, 0.55))},
    }
    yield report(PATIENTS, each.id, at, counts, hours=1)
    mean = each.beds * VISITS_A_BED_DAY * float(ARRIVALS[hour])
    visits: Measured = {"": {"initial-population": int(draw.poisson(mean))}}
    yield report(EMERGENCIES, each.id, at, visits, hours=1)


def _ambulances(at: datetime, hour: int, wet: float, draw: np.random.Generator) -> dict[str, Any]:
    calls = int(draw.poisson(CALLS_A_DAY * float(ARRIVALS[hour]) * wet))
    busy = min(AMBULANCES, round(calls * HOURS_A_CALL))
    counts: Measured = {
        "calls": {"initial-population": calls},
        "vehicles": {"measure-population": AMBULANCES, "numerator": busy},
    }
    return report(AMBULANCE, CENTRE, at, counts, hours=1)


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one bulk export: a resource a line."""
    resources = [*places(order), *reports(order)]
    yield order.path(".ndjson.gz"), gzip.compress(lines(resources), mtime=0)
