"""Records a film: pictures are painted in slices on the GUI thread, which stays alive, and written on another one."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from PySide6.QtCore import QObject, Signal

from cnnexplorer.core import UserError
from cnnexplorer.core.animation import Cancelled, Note, Shot, check_format, encode, png_bytes, write_animation

from .slices import Slices
from .tasks import LatestTask

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

    from cnnexplorer.core.animation.pictures import Picture

    from .slices import Work

_WAITING = 4  # pictures that are painted and not yet written
_PATIENCE = 0.003  # seconds until the next look at whether one has been written
_SAMPLES = 12  # pictures that a palette is made from
_PAIRS = 3  # places at which an estimate looks


class Painter(Protocol):
    """A film: paints its pictures, in order."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""

    def painting(self, index: int) -> Generator[Any, Any, Picture]:
        """Paint a picture, on the GUI thread, in the way that slices go on."""

    def rewind(self) -> None:
        """Begin anew."""


@dataclass(frozen=True)
class Order:
    """What becomes a file: which pictures, for how long each, and in which format."""

    shots: tuple[Shot, ...]
    form: str = "gif"
    note: Note = field(default_factory=Note)
    loop: bool = True

    @property
    def seconds(self) -> float:
        """How long the animation takes."""
        return float(sum(shot.seconds for shot in self.shots))

    def spread(self) -> list[int]:
        """Return steps from all over it, where the format has one palette for all."""
        if self.form != "gif":
            return []
        last = len(self.shots) - 1
        return sorted({self.shots[round(k * last / (_SAMPLES - 1))].step for k in range(_SAMPLES)})


class Estimate(NamedTuple):
    """About how many bytes a recording will have, and how many seconds it will take."""

    size: float
    seconds: float


class Recorder(QObject):
    """Records one film at a time.

    Signals: `progressed(done, count)`, `finished(path)`, `failed(error)` with a sentence or a bug, and `cancelled()`;
    with the last two nothing of the file is left on the disk.
    """

    progressed = Signal(int, int)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slices = Slices(self)
        self._task = LatestTask(self)
        self._queue: Queue[Picture | None] = Queue(_WAITING)
        self._busy = False
        self._trouble: BaseException | None = None

    @property
    def busy(self) -> bool:
        """Whether a recording is under way."""
        return self._busy

    def start(self, film: Painter, order: Order, path: Path) -> None:
        """Record a film into a file, or (PNG) into a folder; the film must live until the end is told.

        Raises
        ------
        SettingError
            The format cannot hold it.
        """
        assert not self._busy
        check_format(order.form, film.size, [shot.seconds for shot in order.shots])
        self._busy, self._trouble = True, None
        self._queue = Queue(_WAITING)
        self._slices.start(self._work(film, order, path))

    def cancel(self) -> None:
        """Stop; `cancelled` follows when the half file is gone."""
        if self._busy:
            self._stop(Cancelled())

    def close(self) -> None:
        """Stop, and wait until the half file is gone; to be called before the program ends."""
        self.cancel()
        self._task.close()
        self._slices.close()
        self._busy = False

    def _work(self, film: Painter, order: Order, path: Path) -> Work:
        """Paint samples for a palette, and then all pictures, each as soon as the writer has room for it."""
        try:
            samples = []
            for step in order.spread():
                picture = yield from painted(film, step)
                samples.append(picture)
            film.rewind()
            self._begin(order, path, samples)
            for number, shot in enumerate(order.shots, 1):
                picture = yield from painted(film, shot.step)
                while self._queue.full():
                    yield _PATIENCE
                self._queue.put_nowait(picture)
                self.progressed.emit(number, len(order.shots))
        except Exception as error:
            self._stop(error)

    def _begin(self, order: Order, path: Path, samples: Sequence[Picture]) -> None:
        """Let the writer begin: it waits for the pictures on its thread."""
        stream = _taken(self._queue, len(order.shots))
        durations = [shot.seconds for shot in order.shots]

        def write() -> None:
            write_animation(path, stream, durations, form=order.form, note=order.note, loop=order.loop,
                            samples=samples)  # fmt: skip

        self._task.start(write, lambda _nothing: self._end(self.finished, path), self._fail)

    def _stop(self, trouble: BaseException) -> None:
        """Paint no more, and let the writer take its half file away; then tell why."""
        self._trouble = trouble
        self._slices.stop()
        if not self._task.busy:
            self._fail(trouble)
            return
        while True:  # the writer may wait for a picture: what it gets is the end
            try:
                self._queue.put_nowait(None)
            except Full:
                _drop_one(self._queue)
            else:
                return

    def _fail(self, error: BaseException) -> None:
        trouble = error if self._trouble is None or not isinstance(error, Cancelled) else self._trouble
        if isinstance(trouble, Cancelled):
            self._end(self.cancelled)
        else:
            self._end(self.failed, trouble)

    def _end(self, signal: Any, *values: object) -> None:  # noqa: ANN401  # a bound signal
        self._slices.stop()
        self._busy = False
        signal.emit(*values)


class Estimator(QObject):
    """Tells about how large a recording will be and how long it will take, from a few pictures of it.

    Signals: `estimated(Estimate)`, and `failed(error)` with a sentence where a picture cannot be painted or written.
    """

    estimated = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slices = Slices(self)

    def start(self, film: Painter, order: Order) -> None:
        """Estimate, in place of what is being estimated."""
        self._slices.start(self._carefully(film, order))

    def stop(self) -> None:
        """Estimate nothing."""
        self._slices.stop()

    def close(self) -> None:
        """Wait until the thread is idle; to be called before the program ends."""
        self._slices.close()

    def _carefully(self, film: Painter, order: Order) -> Work:
        try:
            estimate = yield from self._work(film, order)
        except UserError as error:
            self.failed.emit(error)
        else:
            self.estimated.emit(estimate)

    def _work(self, film: Painter, order: Order) -> Generator[Any, Any, Estimate]:
        shots = order.shots
        places = sorted({round(k * max(len(shots) - 2, 0) / (_PAIRS - 1)) for k in range(_PAIRS)})
        pairs = []
        began = time.perf_counter()
        for place in places:
            first = yield from painted(film, shots[place].step)
            second = yield from painted(film, shots[min(place + 1, len(shots) - 1)].step)
            pairs.append((first, second))
        painting = (time.perf_counter() - began) / (2 * len(pairs))
        whole, more, writing = yield lambda: _weighed(pairs, order)
        count = len(shots) - 1
        return Estimate(whole + count * more, (count + 1) * max(painting, writing))


def _weighed(pairs: Sequence[tuple[Picture, Picture]], order: Order) -> tuple[float, float, float]:
    """Return the bytes of the first picture, the mean bytes of a further one, and the seconds that one takes."""
    samples = [picture for pair in pairs for picture in pair]
    wholes, mores, seconds = [], [], []
    for pair in pairs:
        sizes, times = [], []
        for pictures in (pair[:1], pair):
            began = time.perf_counter()
            sizes.append(_bytes(pictures, order, samples))
            times.append(time.perf_counter() - began)
        wholes.append(sizes[0])
        mores.append(sizes[1] - sizes[0])
        seconds.append(max(times[1] - times[0], 0.001))
    return wholes[0], sum(mores) / len(mores), sum(seconds) / len(seconds)


def _bytes(pictures: Sequence[Picture], order: Order, samples: Sequence[Picture]) -> int:
    """Return how many bytes pictures take in a format."""
    if order.form == "png":
        return sum(len(png_bytes(picture, order.note)) for picture in pictures)
    file = io.BytesIO()
    encode(file, pictures, [order.shots[0].seconds] * len(pictures), form=order.form, samples=samples)
    return len(file.getvalue())


def painted(film: Painter, step: int) -> Generator[Any, Any, Picture]:
    """Paint a picture, and let the window live before what comes next."""
    picture = yield from film.painting(step)
    yield None
    return picture


def _taken(queue: Queue[Picture | None], count: int) -> Iterator[Picture]:
    """Give the writer one picture after the other, on its thread."""
    for _number in range(count):
        picture = queue.get()
        if picture is None:
            raise Cancelled
        yield picture


def _drop_one(queue: Queue[Picture | None]) -> None:
    try:
        queue.get_nowait()
    except Empty:  # the writer was faster
        return
