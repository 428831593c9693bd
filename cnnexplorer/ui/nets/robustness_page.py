"""The Robustness page."""

from __future__ import annotations

from .page import Page


class RobustnessPage(Page):
    """To come."""
