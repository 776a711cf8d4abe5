"""The page of paper of one to four runs, `/what-if/document.pdf?runs=…`; every copy is audited."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request

from callbacks import runs, session
from callbacks.desk import Desk, desk
from callbacks.names import people_names
from callbacks.what_if_tiles import maps_of, seen
from language import LANGUAGES, pick
from layouts.documents.what_if import About, Picture, what_if_document
from permissions.roles import Person, Right
from twin import maps
from twin.comparison import MOST, Compared

routes = Blueprint("what_if_document", __name__, url_prefix="/what-if")


def attach(app: Flask) -> None:
    """Serve the address of this module from `app`."""
    app.register_blueprint(routes)


@routes.get("/document.pdf")
def document() -> Response:
    """Answer the runs named in the address as one page."""
    who, reach = session.person(), desk()
    named = [each for each in request.args.get("runs", "").split(",") if each][:MOST]
    target = f"job/{','.join(named)}"
    if who is None or not who.may(Right.SEE_TWINS):
        session.audit(who, "twin.document", "refused", target=target, code="forbidden")
        return session.error("forbidden", 403)
    found, _ = seen(reach, named, who)
    if not found:
        return session.error("unknownRun", 404)
    wanted = request.args.get("language", "")
    language = wanted if wanted in LANGUAGES else session.page_language()
    made = _made(reach, found, who, language)
    session.audit(who, "twin.document", "ok", target=target)
    response = Response(made, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="what-if-{found[0].job_id}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _made(reach: Desk, found: list[Compared], who: Person, language: str) -> bytes:
    names = people_names(reach, language)
    abouts = []
    for run in found:
        job = runs.find(reach, run.job_id)
        assert job is not None  # noqa: S101 - it was found a moment ago
        attached = tuple(note.words for note in runs.notes(reach, run.job_id, who))
        abouts.append(
            About(job.id, runs.who_of(job, names), job.asked_at_ms, job.result_hash, attached)
        )
    owner = reach.city.agencies[reach.city.data_office]
    return what_if_document(
        found,
        abouts,
        [_picture(reach, run) for run in found],
        wards={unit.code: unit.title for unit in reach.city.areas},
        city=pick(reach.city.name, language),
        owner=pick(owner.name, language),
        by=names.get(who.user_id) or who.user_id,
        at_ms=reach.now_ms(),
        language=language,
        timezone=reach.city.timezone,
    )


def _picture(reach: Desk, run: Compared) -> Picture | None:
    """Return the first map a run has."""
    layers = maps.maps_of(run.result, reach.city)
    name = next((each for each in maps_of(run.result["kind"]) if each in layers), None)
    if name is None:
        return None
    return Picture(layers[name], reach.city.scales[layers[name]["scale"]])
