"""The leader's console (stub)."""

from dash import html


def layout():
    return html.Div()


def register(app):
    pass
