"""How fast an animation is recorded, what the window feels of it, and how small a GIF is.

Run it with ``python -m tests.benchmarks.animation``. The experiment is the one of the first start; with a picture of
24 x 24, so that it has a thousand steps, and as it is, its 81 steps over and over. Naive is what Pillow makes of the
same pictures: each of them whole with a palette of its own, and as one file with `save_all`, which leaves out the
border that does not change.
"""

from __future__ import annotations

import io
import os
import tempfile
import time
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

if "DISPLAY" not in os.environ:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from cnnexplorer.core.animation import FORMATS, Shot, encode, has_pyav
from cnnexplorer.core.editing import with_image
from cnnexplorer.ui.conv.board import LOOKS, BoardView
from cnnexplorer.ui.conv.film import Film, FilmFrame
from cnnexplorer.ui.conv.reels import StepReel, step_places
from cnnexplorer.ui.conv.shown import compute
from cnnexplorer.ui.conv.workspace import first_experiment
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.recorder import Order, Recorder
from cnnexplorer.ui.theme import use_theme
from tests.benchmarks.heartbeat import Heartbeat
from tests.benchmarks.rows import Row

STEPS = 1000
RATE = 30
LARGE = 24  # cells a side of a picture whose stages have a thousand steps
LEAST_RATE, LONGEST_GAP = 60.0, 0.050
OTHER_STEPS = 200  # of the formats besides
COMPARED = 240  # pictures whose sizes are compared


class Recorded(NamedTuple):
    """Pictures a second, seconds of a processor for each; the window's longest gap, and its thread's work in it."""

    rate: float
    cpu: float
    gap: float
    busy: float


def rows() -> list[Row]:
    """Measure, and return a row for each claim."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setStyle("fusion")
    use_language("en")
    use_theme("light")
    found = []
    for what, side in ((f"a picture of {LARGE} x {LARGE}", LARGE), ("the picture of the first start", None)):
        with _film(side) as film:
            taken = _record(app, film, "gif", STEPS)
            found += _gif_rows(what, taken, film)
            if side is not None:
                others = [form for form in FORMATS if form != "gif" and (form != "mp4" or has_pyav())]
                for form in others:
                    other = _record(app, film, form, OTHER_STEPS)
                    found.append(_rate_row(f"{OTHER_STEPS} steps as {form}, 1280 x 720", other))
    return found


def _gif_rows(what: str, taken: Recorded, film: Film) -> list[Row]:
    ours, whole, together = _sizes(film)
    size = (
        f"{ours / 1e6:.2f} MB: 1 in {whole / ours:.1f} of whole pictures ({whole / 1e6:.1f} MB), "
        f"1 in {together / ours:.1f} of Pillow's save_all ({together / 1e6:.1f} MB)"
    )
    gap = f"{1000 * taken.gap:.0f} ms, of which the thread worked {1000 * taken.busy:.0f} ms"
    most = f"at most {1000 * LONGEST_GAP:.0f} ms"
    return [
        _rate_row(f"{STEPS} steps of {what} as GIF, 1280 x 720", taken),
        Row("meanwhile the longest gap of the window", gap, most, taken.gap <= LONGEST_GAP),
        Row(f"{COMPARED} steps of {what} as GIF: size", size, "at most 1 in 5 of whole pictures", ours <= whole / 5),
    ]


def _rate_row(what: str, taken: Recorded) -> Row:
    text = f"{taken.rate:.0f} a second, {1000 * taken.cpu:.1f} ms of a processor each"
    return Row(what, text, f"at least {LEAST_RATE:.0f} on two free cores", taken.rate >= LEAST_RATE)


class _film:  # used as a function
    """Gives a film of all steps of the first experiment, with a picture of another size if one is given."""

    def __init__(self, side: int | None) -> None:
        experiment = first_experiment()
        if side is not None:
            image = cv2.resize(experiment.image[0], (side, side), interpolation=cv2.INTER_AREA)
            experiment = with_image(experiment, image[None])
        shown = compute(experiment)
        places = step_places(experiment, range(len(experiment.stages)))
        self._film = Film(StepReel(shown, LOOKS, places), BoardView(), FilmFrame())

    def __enter__(self) -> Film:
        return self._film

    def __exit__(self, *_error: object) -> None:
        self._film.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _shots(film: Film, count: int) -> tuple[Shot, ...]:
    steps = islice(cycle(range(film.reel.count)), count)
    return tuple(Shot(step, Fraction(1, RATE)) for step in steps)


def _record(app: QApplication, film: Film, form: str, count: int) -> Recorded:
    recorder, beat, ended = Recorder(), Heartbeat(app), []
    for signal in (recorder.finished, recorder.failed):
        signal.connect(ended.append)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film{FORMATS[form].suffix}"
        beat.begin()
        began, cpu = time.perf_counter(), time.process_time()
        recorder.start(film, Order(_shots(film, count), form), path)
        while not ended:
            app.processEvents()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        beat.stop()
        assert ended == [path], ended
    recorder.close()
    return Recorded(count / seconds, cpu / count, beat.worst.seconds, beat.worst.busy)


def _sizes(film: Film) -> tuple[int, int, int]:
    """Return the bytes of a film as it is recorded, as whole pictures, and as Pillow's `save_all` makes it."""
    film.rewind()
    pictures = [film.picture(shot.step) for shot in _shots(film, COMPARED)]
    ours, together, whole = io.BytesIO(), io.BytesIO(), 0
    durations = [Fraction(1, RATE)] * COMPARED
    encode(ours, pictures, durations, form="gif", samples=pictures[:: COMPARED // 12])
    images = [Image.fromarray(picture) for picture in pictures]
    for image in images:
        file = io.BytesIO()
        image.convert("P", palette=Image.Palette.ADAPTIVE).save(file, "GIF")
        whole += len(file.getvalue())
    images[0].save(together, "GIF", save_all=True, append_images=images[1:], duration=round(1000 / RATE), loop=0)
    return len(ours.getvalue()), whole, len(together.getvalue())


if __name__ == "__main__":
    for row in rows():
        print(f"{row.what}: {row.measured} ({row.to_reach}) {'yes' if row.reached else 'NO'}", flush=True)
