"""The places that were looked at, back and forward."""

from __future__ import annotations

from .state import Place

MAX_VISITED = 200


class Trail:
    """Where one was, and where in it one is."""

    def __init__(self) -> None:
        self._places: list[Place] = [Place()]
        self._at = 0

    @property
    def place(self) -> Place:
        """Where one is."""
        return self._places[self._at]

    @property
    def can_go_back(self) -> bool:
        """Whether something was looked at before."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a place that was gone back from."""
        return self._at < len(self._places) - 1

    def begin(self, place: Place) -> None:
        """Forget all other places."""
        self._places, self._at = [place], 0

    def go(self, place: Place) -> None:
        """Add a place behind the present one; what was behind that is forgotten, and so are the oldest places."""
        del self._places[self._at + 1 :]
        self._places.append(place)
        del self._places[:-MAX_VISITED]
        self._at = len(self._places) - 1

    def step(self, by: int) -> Place:
        """Go back (-1) or forward (1), where that can be; return the place."""
        self._at = min(max(self._at + by, 0), len(self._places) - 1)
        return self.place
