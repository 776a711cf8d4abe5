"""A brief as a PDF, within what the asker may see; audited, as whatever leaves the room."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, request

from analytics.brief.finding import finding_in, name_of
from callbacks import session
from callbacks.brief_deeds import published
from callbacks.desk import desk
from language import LANGUAGES, pick
from layouts.documents.brief import brief_document
from layouts.pages.brief import KINDS
from permissions.roles import Right

routes = Blueprint("brief_pdf", __name__)


def attach(app: Flask) -> None:
    """Serve the route."""
    app.register_blueprint(routes)


@routes.get("/brief/pdf")
def brief_pdf() -> Response:
    """Return the brief that is asked for, as a file."""
    who, reach = session.person(), desk()
    kind, language = request.args.get("kind", ""), request.args.get("language", "")
    is_draft = request.args.get("state") == "draft"
    if who is None or not who.may(Right.APPROVE_BRIEFS if is_draft else Right.SEE_CONSOLE):
        abort(403)
    if kind not in KINDS or language not in LANGUAGES:
        abort(400)
    envelope = published(reach, name_of(kind, draft=is_draft))
    whole = finding_in(envelope)
    if envelope is None or whole is None:
        abort(404)
    finding = whole.within(who.ceiling)
    if not finding.brief.sentences:
        abort(404)
    detail = {"digest": finding.digest, "language": language}
    session.audit(who, "brief.pdf", "ok", target=f"brief/{kind}", detail=detail)
    made = brief_document(
        finding,
        city=pick(reach.city.name, language),
        owner=pick(envelope.owner_label, language),
        language=language,
        timezone=reach.city.timezone,
    )
    response = Response(made, mimetype="application/pdf")
    name = f"brief-{kind}-{finding.digest[:12]}-{language}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
