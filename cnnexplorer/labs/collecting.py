"""All fields of a lab that are of the wrong kind: msgspec stops at the first; so that is cut out, and it goes on."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import msgspec

from .model import Lab
from .wrong_fields import field_error, with_path

if TYPE_CHECKING:
    from .lines import Path
    from .sayings import LabError

MOST_ERRORS = 40
MOST_ROUNDS = 120
# what stands in for a field that cannot be left out, so that its neighbours are looked at
_TEXT = {"en": "-"}
_STAND_INS: dict[str | int, Any] = {
    "format": 1, "title": _TEXT, "text": _TEXT, "says": _TEXT, "steps": [{"text": _TEXT}]
}  # fmt: skip


class Collected:
    """A lab's values as far as they make a lab, and what is wrong with the others.

    Parameters
    ----------
    values
        What TOML gave. It is changed: what is wrong is cut out.

    Attributes
    ----------
    errors
        What is wrong, each with its path.
    lab
        The lab without it; None where too little is left.
    """

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._places: dict[int, tuple[list[Any], list[int]]] = {}  # of a list that was cut: where its rest stood
        self._cut: set[Path] = set()
        self._shortened: set[Path] = set()
        self.errors: list[LabError] = []
        self.lab: Lab | None = None
        for _round in range(MOST_ROUNDS):
            try:
                self.lab = msgspec.convert(self._values, Lab)
            except msgspec.ValidationError as error:
                if not self._take(field_error(str(error))) or len(self.errors) == MOST_ERRORS:
                    break
            else:
                break

    def original(self, path: Path) -> Path:
        """Return where a field of the lab that is left stands in the file."""
        found: list[str | int] = []
        here: Any = self._values
        for part in path:
            places = self._places.get(id(here), (None, None))[1]
            found.append(places[part] if places is not None and isinstance(part, int) else part)
            here = _part(here, part)
        return tuple(found)

    def is_whole(self, path: Path) -> bool:
        """Tell whether nothing was cut out of the step, or of the part of the head, at a place in the file."""
        return path[:1] not in self._cut and not any(cut[:2] == path[:2] for cut in self._cut)

    def _take(self, error: LabError) -> bool:
        """Take down what is wrong, and cut it out; tell whether there was something to cut."""
        path = error.path
        place = self.original(path)
        if place not in self._cut | self._shortened:  # else it is wrong only because of what was cut out
            self.errors.append(with_path(error, place))
        while path:
            holder, last = self._held(path[:-1]), path[-1]
            stands_in = _STAND_INS.get(last)
            if stands_in is not None and isinstance(holder, dict) and holder.get(last) != stands_in:
                holder[last] = copy.deepcopy(stands_in)
                self._cut.add(place)
                return True
            if _part(holder, last) is not None:
                self._remove(holder, last, path)
                return True
            self._cut.add(place)  # it is missing: the table around it is of no use
            path, place = path[:-1], place[:-1]
        return False

    def _remove(self, holder: Any, last: str | int, path: Path) -> None:  # noqa: ANN401  # a dict or a list
        self._cut.add(self.original(path))
        if isinstance(last, int):
            self._shortened.add(self.original(path[:-1]))
            places = self._places.setdefault(id(holder), (holder, list(range(len(holder)))))[1]
            del places[last]
        del holder[last]

    def _held(self, path: Path) -> Any:  # noqa: ANN401  # whatever TOML gave
        here: Any = self._values
        for part in path:
            here = _part(here, part)
        return here


def _part(value: Any, key: str | int) -> Any:  # noqa: ANN401
    """Return a part of a table or of a list; None where there is none."""
    if isinstance(value, dict):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None
