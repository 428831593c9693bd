"""The dialog that records an animation: what, with a preview, and then into a file while the window stays alive."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QSlider, QVBoxLayout, QWidget

from cnnexplorer.core import UserError
from cnnexplorer.core.animation import FORMATS
from cnnexplorer.core.messages import mark

from .batch_texts import size_text
from .figures.preview import Preview
from .language import _, translate_count
from .long_dialog import LongDialog
from .questions import CANCEL, DISCARD, Answer, Question
from .recorder import Estimator, Painter, Recorder, painted
from .saving import ask_where
from .slices import Slices

if TYPE_CHECKING:
    from pathlib import Path

    from cnnexplorer.core.animation.pictures import Picture

    from .recorder import Estimate, Order
    from .recording_form import RecordingForm
    from .settings import Settings
    from .slices import Work

_FRAME = 40  # pixels of the screen that a new dialog leaves free
_CALM = 120  # milliseconds without a change until the preview and the estimate follow


class Film(Painter, Protocol):
    """A film that is let go when the dialog has been closed."""

    def close(self) -> None:
        """Let go of all that it holds."""


class RecordingDialog(LongDialog):
    """Asks what is to be recorded, and records it. Who inherits says what, in `make` and `stem`.

    Signals: `saved(path)` when a recording is there.

    Parameters
    ----------
    form
        Asks what is to be recorded.
    """

    saved = Signal(object)

    def __init__(self, form: RecordingForm, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(
            mark("Record an animation"),
            mark("Progress of the recording"),
            mark("Choose a file, and record the animation"),
            mark("Stop: nothing of the file is left"),
            parent,
        )
        self._settings = settings
        self._film: Film | None = None
        self._order: Order | None = None
        self._estimate: Estimate | None = None
        self._began = 0.0
        self.recorder, self.estimator, self._slices = Recorder(self), Estimator(self), Slices(self)
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM)
        self._calm.timeout.connect(self._follow)
        self.form = form
        self._build_fields()
        self._connect()
        room = self.screen().availableSize()
        self.resize(min(1040, room.width() - _FRAME), min(660, room.height() - _FRAME))
        self._follow()

    def make(self, film: Any) -> tuple[Film, Order]:  # noqa: ANN401  # each dialog has its own kind of film
        """Return what would be recorded now; `film` is the one before, which can become another; None at first.

        Raises
        ------
        UserError
            What is asked for cannot be recorded.
        """
        raise NotImplementedError

    @property
    def stem(self) -> str:
        """What the file is called where nothing else is said."""
        raise NotImplementedError

    # Qt's side

    @property
    def busy(self) -> bool:
        """Whether a recording is under way."""
        return self.recorder.busy

    def stop_work(self) -> None:
        """Begin to stop; nothing of the file will be left."""
        self.recorder.cancel()

    def reject(self) -> None:
        """Close, and remember what was chosen; a recording under way is stopped first, if the user says so."""
        if self.busy and not self.is_leaving:
            self._ask_to_leave()
            return
        if not self.busy:
            self.form.remember()
            self.close_work()
        super().reject()

    def close_work(self) -> None:
        """Stop, and wait for work under way; to be called before the program ends."""
        self._calm.stop()
        self.recorder.close()
        self.estimator.close()
        self._slices.close()
        if self._film is not None:
            self._film.close()
            self._film = None

    def retranslate(self) -> None:
        """Say again what depends on what is chosen."""
        if not self.recorder.busy:
            self._calm.start()

    def _ask_to_leave(self) -> None:
        """Ask before a recording is lost; it goes on meanwhile, and may be done before the answer."""
        Question(
            self, _("Record an animation"), _("Stop the recording?"), _("Nothing of the file is left then."),
            (
                Answer("stay", _("&Go on recording"), CANCEL),
                Answer("stop", _("&Stop and close"), DISCARD, self.leave),
            ),
        ).open()  # fmt: skip

    # building

    def _build_fields(self) -> None:
        self.preview, self.slider, self.place = Preview(), QSlider(Qt.Orientation.Horizontal), QLabel()
        self.tip(self.slider, mark("Look at another picture of the animation"))
        self.place.setMinimumWidth(self.fontMetrics().horizontalAdvance("88888 / 88888  888.88 s"))
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        below = QHBoxLayout()
        below.addWidget(self.slider, 1)
        below.addWidget(self.place)
        left = QVBoxLayout()
        left.addWidget(self.preview, 1)
        left.addLayout(below)
        area = QScrollArea()
        area.setWidget(self.form)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(max(self.form.minimumWidth(), self.form.minimumSizeHint().width()) + 18)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addLayout(left, 1)
        columns.addWidget(area)
        self.say(self.start_button.setText, mark("&Record…"))
        self.build(columns, (self.form, self.slider))

    def _connect(self) -> None:
        self.form.changed.connect(self._change)
        self.form.refused.connect(self.complain)
        self.slider.valueChanged.connect(self._show_picture)
        self.estimator.estimated.connect(self._show_estimate)
        self.estimator.failed.connect(self._refuse)
        self.recorder.progressed.connect(self._show_progress)
        self.recorder.finished.connect(self._finish)
        self.recorder.failed.connect(self.fail)
        self.recorder.cancelled.connect(lambda: self.end(_("Stopped.")))
        self.start_button.clicked.connect(self._record)

    # choosing

    def _change(self) -> None:
        """Follow what is chosen when the user pauses."""
        self.start_button.setEnabled(False)
        self.estimator.stop()
        self._calm.start()

    def _follow(self) -> None:
        """Show what would be recorded, or what is in the way."""
        self._order = self._estimate = None
        try:
            self._film, self._order = self.make(self._film)
        except UserError as error:
            self._refuse(error)
            return
        order = self._order
        self.slider.setRange(0, len(order.shots) - 1)
        self._show_picture()
        self._say_summary()
        self.start_button.setEnabled(True)
        self.estimator.start(self._film, order)

    def _show_picture(self) -> None:
        """Show the picture that the slider is at, and when it is shown."""
        order, film = self._order, self._film
        if order is None or film is None:
            return
        before = order.shots[: self.slider.value()]
        seconds = float(sum(shot.seconds for shot in before))
        count = len(order.shots)
        self.place.setText(f"{self.slider.value() + 1} / {count}  {seconds:.2f} s")
        self._slices.start(self._preview_work(film, order.shots[self.slider.value()].step))

    def _preview_work(self, film: Film, step: int) -> Work:
        film.rewind()  # the estimate may have left the views elsewhere
        try:
            picture = yield from painted(film, step)
        except UserError as error:
            self._refuse(error)
        else:
            image = image_of(picture)
            self.preview.set_image(image, image.size())

    def _refuse(self, error: UserError) -> None:
        """Tell why there is nothing to record."""
        self.start_button.setEnabled(False)
        self.estimator.stop()
        self.complain(error)

    def _show_estimate(self, estimate: Estimate) -> None:
        self._estimate = estimate
        self._say_summary()

    def _say_summary(self) -> None:
        assert self._order is not None
        count = translate_count("{count} picture", "{count} pictures", len(self._order.shots))
        text = _("{pictures} in {seconds} s").format(pictures=count, seconds=f"{self._order.seconds:.4g}")
        if self._estimate is not None:
            seconds = max(round(self._estimate.seconds), 1)
            text += "; " + _("about {size}, recorded in about {seconds} s").format(
                size=size_text(self._estimate.size), seconds=seconds
            )
        if self.form.format.value() == "gif":
            text += "\n" + _("A GIF counts time in hundredths of a second: durations are rounded to them.")
        self.tell(text)

    # recording

    def _record(self) -> None:
        order, film = self._order, self._film
        assert order is not None
        assert film is not None
        form = FORMATS[order.form]
        where = ask_where(
            self, self._settings, _("Record an animation"), self.stem, {order.form: (_(form.label), form.suffix)}
        )
        if where is not None:
            self.record(where[0])

    def record(self, path: Path) -> None:
        """Record what is chosen into a file."""
        assert self._order is not None
        assert self._film is not None
        self.form.remember()
        self.estimator.stop()
        self._slices.stop()
        self._began = time.monotonic()
        self.begin()
        try:
            self.recorder.start(self._film, self._order, path)
        except UserError as error:
            self.fail(error)

    def _show_progress(self, done: int, count: int) -> None:
        self.bar.setRange(0, count)
        self.bar.setValue(done)
        seconds = time.monotonic() - self._began
        text = _("{done} of {count} pictures").format(done=f"{done:,}", count=f"{count:,}")
        if seconds >= 1:
            left = max(round(seconds / done * (count - done)), 1)
            text = _("{progress}, about {seconds} s left").format(progress=text, seconds=left)
        self.tell(text)

    def _finish(self, path: Path) -> None:
        files = list(path.iterdir()) if path.is_dir() else [path]
        size = size_text(sum(file.stat().st_size for file in files))
        self.end(_("{file} was recorded: {size}.").format(file=path.name, size=size))
        self.saved.emit(path)

    def end(self, text: str = "") -> None:
        """Show the picture again that the slider is at, and how the recording ended."""
        question = self.findChild(Question)
        if question is not None and question.isVisible():  # nothing can be stopped any more
            question.reject()
        self._show_picture()
        super().end(text)


def image_of(picture: Picture) -> QImage:
    """Return a picture (H, W, 3) as Qt's."""
    height, width = picture.shape[:2]
    return QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
