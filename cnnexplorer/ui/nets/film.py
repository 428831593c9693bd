"""Films: a view of a page, picture by picture, while a disturbance of the picture goes from one value to another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QSize, QTimer
from PySide6.QtGui import QImage, QPainter

from cnnexplorer.core import UserError, format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.figures.caption import LEAST_WIDTH
from cnnexplorer.ui.figures.parts import ground_of
from cnnexplorer.ui.figures.rendering import Figure, FigureWish
from cnnexplorer.ui.language import _
from cnnexplorer.ui.widgets.caption_bar import CAPTION_HEIGHT, CaptionBar

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core.animation.pictures import Picture
    from cnnexplorer.nets import Perturbation
    from cnnexplorer.ui.figures.takeaway import Takeaway

    from .model import NetModel
    from .robustness_controls import Knob

_PATIENCE = 0.004  # seconds until the next look at whether the maps are there
_REST = 300  # milliseconds without a picture until the user's own disturbance comes back
_DECIMALS = 3
CHANGED = mark("the network, the page, the picture or the window's size is another now: close this, and begin again")
UNCOMPUTED = mark("the maps could not be computed for this disturbance")


@dataclass(frozen=True)
class Sweep:
    """A number of a disturbance that takes one value after the other; all others stay as they are."""

    knob: Knob
    values: Sequence[float]
    base: Perturbation

    def at(self, index: int) -> Perturbation:
        """Return the disturbance of a picture."""
        return self.knob.write(self.base, self.values[index])

    def caption(self, index: int) -> tuple[str, str]:
        """Return the number and its value, and which value of how many it is."""
        value = format_number(self.knob.read(self.at(index)), _DECIMALS)
        return (
            f"{_(self.knob.title)} = {value}",
            _("value {number} of {count}").format(number=index + 1, count=len(self.values)),
        )


class Surroundings(NamedTuple):
    """All that must stay as it is while a film is made: what the maps depend on apart from the disturbance."""

    network: object
    filters: int
    settings: tuple[object, ...]
    place: object
    size: QSize


def surroundings(model: NetModel, page: QWidget) -> Surroundings:
    """Return what is so now."""
    network = model.network
    return Surroundings(
        network,
        0 if network is None else network.filters_version,
        (model.source, model.preprocess, model.side),
        model.place,
        page.size(),
    )


class NetFilm(QObject):
    """Paints what a view shows at each value of a sweep, on the page that is on the screen. To be closed at the end.

    Between pictures the user's own disturbance comes back after a moment, unless `held`.

    Parameters
    ----------
    takeaway
        The view.
    page
        The page that it is on.
    before
        What was so when the user began: where anything of it changes, no picture is painted any more.
    """

    def __init__(
        self, model: NetModel, page: QWidget, takeaway: Takeaway, sweep: Sweep, before: Surroundings,
        scale: int = 1, caption: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self._model, self._page, self._takeaway, self._before = model, page, takeaway, before
        self.sweep, self._scale = sweep, scale
        self._caption = CaptionBar() if caption else None
        self._painting = self._held = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(self._come_to_rest)
        size = self._figure().size
        self._view = size
        if caption:
            size = QSize(max(size.width(), LEAST_WIDTH), size.height() + CAPTION_HEIGHT)
        self._room = size

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._room.width() * self._scale, self._room.height() * self._scale

    @property
    def held(self) -> bool:
        """Whether more pictures follow for sure."""
        return self._held

    @held.setter
    def held(self, held: bool) -> None:
        self._held = held
        self._come_to_rest()

    def rewind(self) -> None:
        """Do nothing: pictures depend on their value alone."""

    def painting(self, index: int) -> Generator[Any, Any, Picture]:
        """Have the maps of a value computed and shown, and paint the view.

        Raises
        ------
        UserError
            Something else was changed meanwhile, the picture may not be disturbed, or the maps cannot be computed.
        """
        while self._painting:  # another picture of this film is under way
            yield _PATIENCE
        self._painting = True
        self._rest.stop()
        try:
            wanted = self.sweep.at(index)
            self._check()
            self._model.lend_perturbation(wanted)
            while not self._model.is_settled:
                yield _PATIENCE
                self._check(wanted)
            self._check(wanted)
            result = self._model.result
            if result is None or result.perturbation != wanted:
                raise UserError(UNCOMPUTED)
            yield None
            return self._picture(index)
        finally:
            self._painting = False
            if not self._held:
                self._rest.start()

    def close(self) -> None:
        """Bring the user's own disturbance back."""
        self._rest.stop()
        self._held = self._painting = False
        self._come_to_rest()
        if self._caption is not None:
            self._caption.deleteLater()
        self.deleteLater()

    def _check(self, wanted: Perturbation | None = None) -> None:
        """Refuse to go on where something is not as it was when the user began."""
        model = self._model
        lent = wanted is None or (model.lends_perturbation and model.perturbation == wanted)
        if not lent or not self._page.isVisible() or surroundings(model, self._page) != self._before:
            raise UserError(CHANGED)

    def _come_to_rest(self) -> None:
        if not (self._held or self._painting):
            self._model.take_perturbation_back()

    def _figure(self) -> Figure:
        return Figure(self._takeaway, FigureWish(self._scale))

    def _picture(self, index: int) -> Picture:
        """Return the view as it is now, (H, W, 3), and its caption below."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        image = QImage(*self.size, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter.fillRect(image.rect(), ground_of(self._takeaway.widget))
        left = (self._room.width() - self._view.width()) // 2
        painter.drawImage(QPoint(left * self._scale, 0), self._figure().image())
        if self._caption is not None:
            painter.scale(self._scale, self._scale)
            self._caption.resize(self._room.width(), CAPTION_HEIGHT)
            self._caption.set_texts(*self.sweep.caption(index))
            self._caption.render(painter, QPoint(0, self._room.height() - CAPTION_HEIGHT))
        painter.end()
        lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
        return cv2.cvtColor(lines[:, : image.width()], cv2.COLOR_BGRA2RGB)  # type: ignore[return-value]  # uint8 too


def sweep_of(knob: Knob, values: Sequence[float], own: Perturbation, side: int) -> Sweep:
    """Return the sweep of a number; one that moves the patch gets one to move where there is none."""
    if knob.id in ("patch_right", "patch_down") and not own.patch_size:
        own = replace(own, patch_size=side // 4)
    return Sweep(knob, [round(value) for value in values] if knob.whole else values, own)
