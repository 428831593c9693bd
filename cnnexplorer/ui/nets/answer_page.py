"""The Answer page."""

from __future__ import annotations

from .page import Page


class AnswerPage(Page):
    """To come."""
