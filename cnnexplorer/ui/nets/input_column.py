"""The column at the left: what the network sees, where it comes from, and what the network answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QToolButton, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.core.samples import SAMPLES
from cnnexplorer.nets import Perturbation
from cnnexplorer.ui.language import _, plain
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.form import Choice, Form
from cnnexplorer.ui.widgets.map_view import Lit, MapView
from cnnexplorer.ui.widgets.number_field import NumberField
from cnnexplorer.ui.widgets.painting import Look

from .guesses import GuessBars
from .model import DEFAULT_SIDE
from .robustness_texts import perturbation_text
from .sketch import Sketch

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from cnnexplorer.nets import Computed

    from .model import NetModel
    from .sources import PictureSources
    from .state import Pointed

WIDTH = 236
PATIENCE = 250  # milliseconds
LARGEST_SIDE = 1024  # pixels


class InputColumn(QScrollArea):
    """Shows the picture as the network sees it and lights in it what a value elsewhere sees.

    Signals: `told(text)` with what lies under the mouse, `class_chosen(index)` for a click on a guess.
    """

    told = Signal(str)
    class_chosen = Signal(int)

    def __init__(
        self, model: NetModel, sources: PictureSources, actions: list[QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.form = InputForm(model, sources, actions)
        self.form.told.connect(self.told)
        self.form.guesses.chosen.connect(self.class_chosen)
        self.setWidget(self.form)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(WIDTH)


class InputForm(Form):
    """The column's contents."""

    told = Signal(str)

    def __init__(
        self, model: NetModel, sources: PictureSources, actions: list[QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._sources = model, sources
        self.layout_.setContentsMargins(12, 10, 12, 10)
        self._build_picture(actions)
        self._build_answer()
        self.layout_.addStretch(1)
        self.busy = self.hint()
        model.computed.connect(self._show)
        model.settings_changed.connect(self._show_settings)
        model.network_changed.connect(self._change_network)
        model.pointed.connect(self._light)
        self._under_way = ""
        self._said: tuple[object, ...] = ()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(lambda: self.busy.setText(self._under_way))
        model.busy_changed.connect(self._say_busy)
        sources.changed.connect(self._show_settings)
        self.restyle()
        self.retranslate()

    def retranslate(self) -> None:
        """Say what each sample is where the mouse rests on it, and all that depends on the state."""
        for place, sample in enumerate(SAMPLES.values(), start=1):
            self.samples.setItemData(place, _(sample.description), Qt.ItemDataRole.ToolTipRole)
        self._say_settings()
        self.guesses.update()

    def restyle(self) -> None:
        """Take icons from the theme."""
        super().restyle()
        if hasattr(self, "before"):
            self.before.setIcon(icon("chevron-left", self))
            self.behind.setIcon(icon("chevron-right", self))

    def _build_picture(self, actions: list[QAction]) -> None:
        self.heading(mark("What the network sees"))
        self.view = MapView()
        self.view.setFixedHeight(WIDTH - 24)
        self.say(self.view.setAccessibleName, "What the network sees")
        self.view.hovered.connect(self._hover)
        self.wide(self.view)
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.wide(self.title)
        self.samples = Choice({"": mark("Choose a sample…")} | {s.id: s.title for s in SAMPLES.values()})
        self.tip(self.samples, mark("Sample"))
        self.samples.activated.connect(self._choose_sample)
        self.wide(self.samples)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            row.addWidget(button)
        row.addStretch(1)
        self.wide(_holding(row))
        self.sketch = Sketch(self._model, self.view)
        self.wide(self.sketch)
        self.before, self.behind, self.place = QToolButton(), QToolButton(), QLabel()
        self.place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.tip(self.before, mark("The picture before"))
        self.tip(self.behind, mark("The next picture"))
        self.before.clicked.connect(lambda: self._sources.step(-1))
        self.behind.clicked.connect(lambda: self._sources.step(1))
        steps = QHBoxLayout()
        steps.setContentsMargins(0, 0, 0, 0)
        steps.addWidget(self.before)
        steps.addWidget(self.place, 1)
        steps.addWidget(self.behind)
        self._folder = _holding(steps)
        self.wide(self._folder)
        self.preprocess = QCheckBox()
        self.say(self.preprocess.setText, "Resize, crop, normalise")
        self.say(self.preprocess.setToolTip, "Prepare the picture as the weights expect it; off: the picture as it is")
        self.preprocess.toggled.connect(self._model.set_preprocess)
        self.wide(self.preprocess)
        self.side = NumberField(DEFAULT_SIDE, whole=True, minimum=32, maximum=LARGEST_SIDE, step=32)
        self.side.edited.connect(lambda side: self._model.set_side(int(side)))
        self.side.refused.connect(self._model.refused)
        self.row(
            mark("Side"),
            self.side,
            mark("How large the square is that the network looks at, in pixels; larger pictures give larger maps"),
        )
        self.steps = self.hint()
        self.disturbance = self.hint()
        self.disturbed = QPushButton()
        self.say(self.disturbed.setText, "Undo the disturbance")
        self.say(self.disturbed.setToolTip, "Take back noise, blur, patch and all else that the Robustness page does")
        self.disturbed.clicked.connect(lambda: self._model.set_perturbation(Perturbation()))
        self.wide(self.disturbed)

    def _build_answer(self) -> None:
        self.heading(mark("What it answers"))
        self.guesses = GuessBars()
        self.tip(self.guesses, mark("The five most probable classes; click for the arithmetic"))
        self.wide(self.guesses)
        self.unnamed = self.hint()

    def _choose_sample(self) -> None:
        if self.samples.value():
            self._sources.use_sample(self.samples.value())

    def _show(self, computed: Computed) -> None:
        self.view.set_map(computed.picture.astype(np.float64), Look("grey"), (0.0, 1.0))
        self.guesses.set_guesses(computed.guesses)
        self._show_settings()

    def _show_settings(self) -> None:
        """Show picture's name, folder, preprocessing and disturbance as they are."""
        state = self._state()
        if state != self._said:  # live pictures come faster than texts can be set
            self._say_settings()
            self._said = self._state()

    def _state(self) -> tuple[object, ...]:
        """Return all that the texts and controls depend on, and the controls."""
        model, sources = self._model, self._sources
        return (
            model.source.title,
            model.source.image.shape,
            sources.kind,
            sources.folder,
            sources.index,
            model.preprocess,
            None if model.network is None else model.network.preprocessing,
            model.side,
            model.perturbation,
            self._nameless,
            self.samples.value(),
            self.preprocess.isChecked(),
            self.side.value(),
        )

    @property
    def _nameless(self) -> bool:
        result = self._model.result
        return result is not None and bool(result.guesses) and result.guesses[0].category is None

    def _say_settings(self) -> None:
        source = self._model.source
        height, width = source.image.shape[1:]
        text = _("{title}, {width} × {height}")
        name = self.fontMetrics().elidedText(_(source.title), Qt.TextElideMode.ElideMiddle, 2 * WIDTH)
        self.title.setText(_breakable(text.format(title=name, height=height, width=width)))
        self.title.setToolTip(plain(text.format(title=_(source.title), height=height, width=width)))
        sample = next((id_ for id_, sample in SAMPLES.items() if sample.title == source.title), "")
        self.samples.setValue(sample if self._sources.kind == "sample" else "")
        files = self._sources.folder
        self._folder.setVisible(bool(files))
        if files:
            self.place.setText(_("{place} of {count}").format(place=self._sources.index + 1, count=len(files)))
        self.preprocess.setChecked(self._model.preprocess)
        self.set_row_visible(self.side, self._model.preprocess)
        self.side.setValue(self._model.side)
        network = self._model.network
        if network is None or not self._model.preprocess:
            self.steps.setText(_("The network gets the picture as it is, with values from 0 to 1."))
        else:
            sentences = network.preprocessing.sentences()
            self.steps.setText("\n".join(_(template).format(**values) for template, values in sentences))
        disturbance = perturbation_text(self._model.perturbation)
        self.disturbance.setText(_("Disturbed: {what}").format(what=disturbance))
        self.disturbance.setVisible(bool(disturbance))
        self.disturbed.setVisible(bool(disturbance))
        self.unnamed.setText(_("These weights name no classes.") if self._nameless else "")
        self.unnamed.setVisible(self._nameless)

    def _change_network(self) -> None:
        """Show nothing of the network before."""
        if self._model.result is None:
            self.guesses.set_guesses(())
            self.view.set_lit(None)
        self._show_settings()

    def _say_busy(self, text: str) -> None:
        """Tell what is under way once it has taken a while: a live picture's passes would only flicker."""
        self._under_way = text
        if not text:
            self._patience.stop()
            self.busy.setText("")
        elif self.busy.text():
            self.busy.setText(text)
        elif not self._patience.isActive():
            self._patience.start()

    def _light(self, pointed: Pointed | None) -> None:
        """Light what a value sees."""
        result = self._model.result
        if pointed is None or result is None:
            self.view.set_lit(None)
            return
        sees = pointed.sees
        self.view.set_lit(Lit(sees, "input") if sees.height > 0 and sees.width > 0 else None)

    def _hover(self, cell: tuple[int, int] | None) -> None:
        result = self._model.result
        if cell is None or result is None or cell[0] >= result.picture.shape[1] or cell[1] >= result.picture.shape[2]:
            self.told.emit("")
            return
        values = result.picture[:, cell[0], cell[1]]
        red, green, blue = (f"{value:.3f}" for value in values.tolist())
        text = _("picture, row {row}, column {column}: red {red}, green {green}, blue {blue}")
        self.told.emit(text.format(row=cell[0], column=cell[1], red=red, green=green, blue=blue))


def _breakable(text: str) -> str:
    """Let long words, such as names of files, be broken into lines.

    >>> len(_breakable("a" * 25)), len(_breakable("a word"))
    (49, 6)
    """
    return re.sub(r"\S{16,}", lambda word: "\u200b".join(word[0]), text)


def _holding(layout: QHBoxLayout) -> QWidget:
    holder = QWidget()
    holder.setLayout(layout)
    return holder
