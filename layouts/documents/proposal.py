"""A proposed signal plan on paper: what two people have approved, for the police to decide.

Values in, the bytes of a PDF out; nothing is sent anywhere.
"""

from __future__ import annotations

from language import number, text
from layouts.documents.sheet import QUIET, document, paragraph, style
from layouts.pages.proposal_view import PlanView, ProposalView


def proposal_document(each: ProposalView, *, at: str, by: str, city: str, language: str) -> bytes:
    """Return the document of an approved proposal; `at` and `by` are whose copy it is."""

    def say(key: str, **values: object) -> str:
        return text(f"proposals.document.{key}", language, **values)

    def figures(plan: PlanView) -> dict[str, str]:
        return {
            "plan": plan.name,
            "cycle": number(plan.cycle_s, decimals=0, language=language),
            "splits": " + ".join(number(s, decimals=0, language=language) for s in plan.splits_s),
            "offset": number(plan.offset_s, decimals=0, language=language),
        }

    body, small = style("body"), style("small", ink=QUIET)
    wanted = figures(each.plan)
    junction = say("junction", name=each.junction.name, id=each.junction.junction)
    story = [
        paragraph(say("title"), style("title", space_after=8)),
        paragraph(say("to"), style("heading", space_after=8)),
        paragraph(junction, style("heading")),
        *(paragraph(say(part, **wanted), body) for part in ("plan", "cycle", "splits", "offset")),
    ]
    if each.junction.running is not None:
        story.append(paragraph(say("running", **figures(each.junction.running)), small))
    story += [
        paragraph(say("reason", reason=each.reason), style("body", space_before=8)),
        paragraph(say("run", run=each.run) if each.run else say("no_run"), body),
        paragraph(say("proposed", who=each.by.who, at=each.by.at), style("body", space_before=8)),
        *(paragraph(say("approved", who=vote.who, at=vote.at), body) for vote in each.votes),
        paragraph(say("decision"), style("small", ink=QUIET, space_before=10)),
    ]
    foot = (city, say("foot", id=each.proposal_id, at=at, by=by))
    return document(story, title=say("title"), foot=foot)
