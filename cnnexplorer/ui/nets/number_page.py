"""The Number page."""

from __future__ import annotations

from .page import Page


class NumberPage(Page):
    """To come."""
