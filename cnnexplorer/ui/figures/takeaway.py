"""What can be taken away from one view: its picture, the facts of its caption, and the numbers behind it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core.data_files import Arrays


@dataclass(frozen=True, eq=False)
class Takeaway:
    """A view on screen, ready to be taken away as a picture or as data.

    Attributes
    ----------
    widget
        What the picture shows: the whole of it, also where the window shows only a part.
    name
        A stem for file names, in plain ASCII, that sorts: "stage2_relu_channel3", "alexnet2012_conv1_007".
    title
        What it is, in the language in use.
    facts
        The lines of its caption as (label, value), in the language in use: network, weights, layer, channel, value
        range, colour map, every parameter of the stage, version of the program.
    arrays
        Gives the data behind it, by name, when it is asked for, on another thread: it reads nothing that changes. None
        where there is none.
    numbers
        What these are, in the language in use, where the title tells of the picture alone: the same for several views
        of the same numbers.
    words
        What the fields of a file-name template stand for: "network", "layer", "channel" and "view" as they apply.
    buttons
        Whether it is a picture of the screen, with its small buttons: a page or the window, not one view.
    spread
        Lets the widget be as large as all that it has to show takes while it is painted, or gives another that is.
    """

    widget: QWidget
    name: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    arrays: Callable[[], Arrays] | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    buttons: bool = False
    spread: Callable[[], AbstractContextManager[QWidget | None]] = nullcontext
    numbers: str = ""

    @property
    def caption(self) -> str:
        """The facts as lines of "label: value"."""
        return "\n".join(f"{label}: {value}" for label, value in self.facts)
