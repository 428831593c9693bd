"""The Why page."""

from __future__ import annotations

from .page import Page


class WhyPage(Page):
    """To come."""
