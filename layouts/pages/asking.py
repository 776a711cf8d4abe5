"""The question before something the whole room will see: filled and answered in the browser.

A key with `data-asks` is pressed only once that is answered yes (assets/presses.mjs).
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting, icon, say

WORDS = "asking-words"


def asking(*, setting: Setting) -> Component:
    """Build the dialog, closed."""
    return html.Dialog(
        [
            html.P(id=WORDS, className="asking-words"),
            html.P([icon("bi-eye"), say("asking.visible", setting)], className="asking-visible"),
            html.Div(
                [
                    html.Button(
                        say("asking.no", setting), className="key", **attrs(data_answer="no")
                    ),
                    html.Button(
                        say("asking.yes", setting),
                        className="key key-main asking-do",
                        **attrs(data_answer="yes"),
                    ),
                ],
                className="asking-keys",
            ),
        ],
        id=ids.ASKING,
        className="asking",
        **attrs(aria_labelledby=WORDS),
    )
