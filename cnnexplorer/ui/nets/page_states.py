"""The pages' own settings, taken down for a session and brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core import PagesState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .page import Page, PageState


class PageStates:
    """The settings of all pages; those of a page that is not made yet wait for it.

    Parameters
    ----------
    pages
        The pages that there are, by their ids; more may come.
    """

    def __init__(self, pages: Mapping[str, Page]) -> None:
        self._pages = pages
        self._waiting: dict[str, PageState] = {}

    def take(self) -> PagesState:
        """Return the settings of every page of which some are known."""
        made = {id_: state for id_, page in self._pages.items() if (state := page.page_state()) is not None}
        return PagesState(**{**self._waiting, **made})  # type: ignore[arg-type]  # each page has a state of its own

    def bring_back(self, states: PagesState) -> None:
        """Show settings; pages of which none are known stay as they are."""
        for id_ in PagesState.__struct_fields__:
            state = getattr(states, id_)
            if state is not None:
                self._waiting[id_] = state
                if id_ in self._pages:
                    self.begin(id_)

    def begin(self, id_: str) -> None:
        """Let a page that was made just now show the settings that have waited for it."""
        state = self._waiting.pop(id_, None)
        if state is not None:
            self._pages[id_].show_page_state(state)
