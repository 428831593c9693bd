"""What a workspace has to save a whole layer at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnexplorer.core.messages import mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from cnnexplorer.core.batch import Group

    Reader = Callable[[Group], NDArray[Any]]
    Fact = tuple[str, str]
    Opener = Callable[[int], Reader]


@dataclass(frozen=True, eq=False)
class BatchKind:
    """Maps, or filters.

    Attributes
    ----------
    title
        What they are called, marked for translation.
    groups
        What can be chosen from.
    labels
        What each is called in the list, in the language in use.
    chosen
        The names of those that are chosen at first.
    open
        Takes the pictures' files, none for the present picture, and returns what opens one of them by its index, on the
        worker.
    of_pictures
        Whether there are others of other pictures.
    whole
        What a file with all of them is called.
    unit
        What one of them is called, marked for translation.
    facts
        Takes the file name of a picture, None for the present one, and returns what is known of all groups as (label,
        value), in the language in use.
    """

    id: str
    title: str
    groups: tuple[Group, ...]
    labels: tuple[str, ...]
    chosen: frozenset[str]
    open: Callable[[tuple[Path, ...]], Opener]
    of_pictures: bool = False
    whole: str = "maps"
    unit: str = mark("Channel")
    facts: Callable[[str | None], tuple[Fact, ...]] = lambda _picture: ()


@dataclass(frozen=True, eq=False)
class BatchOffer:
    """All that can be saved.

    Attributes
    ----------
    prefix
        What every file's name begins with; may be empty.
    kinds
        The first is offered first.
    list_pictures
        Returns the pictures of a folder, on the worker; None where there can be no others than the present one.
    """

    prefix: str
    kinds: tuple[BatchKind, ...]
    list_pictures: Callable[[Path], tuple[Path, ...]] | None = None

    @property
    def words(self) -> dict[str, str]:
        """What the fields of a file-name template stand for in all files."""
        return {"workspace": "network" if self.prefix else "convolution", "network": self.prefix}
