"""Animations into files: one picture after the other, whole or not at all."""

from __future__ import annotations

import math
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from cnnexplorer.core.files import atomic_file, save_error
from cnnexplorer.core.messages import SaveError, SettingError, mark

from . import gif, webp
from .gif import GifEncoder
from .mp4 import Mp4Encoder, check_pyav
from .pictures import Note
from .png import ApngEncoder, png_bytes
from .webp import WebpEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from fractions import Fraction

    from .pictures import Picture


class Encoder(Protocol):
    """Writes pictures to a file, one by one."""

    def add(self, picture: Picture) -> None:
        """Write the next picture."""

    def finish(self) -> None:
        """Write the end."""


@dataclass(frozen=True)
class AnimationFormat:
    """A way to keep an animation.

    Attributes
    ----------
    label
        Its name and what it is good for, in English, marked for translation.
    suffix
        How its files end; "" for a folder of pictures.
    max_rate
        Pictures a second at most.
    exact
        Whether every pixel comes back as it was.
    """

    label: str
    suffix: str
    max_rate: int = 60
    exact: bool = True


FORMATS: dict[str, AnimationFormat] = {
    "gif": AnimationFormat(mark("GIF: plays everywhere, 256 colours"), ".gif", gif.MAX_RATE, exact=False),
    "apng": AnimationFormat(mark("Animated PNG: exact"), ".png"),
    "webp": AnimationFormat(mark("WebP: exact, small"), ".webp"),
    "mp4": AnimationFormat(mark("MP4: video for slides and the web"), ".mp4", exact=False),
    "png": AnimationFormat(mark("PNG pictures in a folder: exact"), ""),
}


class Cancelled(Exception):
    """The user wants no animation any more: raised by the pictures, it leaves no file behind."""


def check_format(form: str, size: tuple[int, int], durations: Sequence[Fraction]) -> None:
    """Refuse what a format cannot hold; `size` is (width, height) in pixels.

    Raises
    ------
    SettingError
        More pixels, or more pictures a second, than the format can hold.
    UserError
        MP4 without PyAV.
    """
    most = FORMATS[form].max_rate
    if min(durations) * most < 1:
        raise SettingError("GIF shows at most {most} pictures a second: choose fewer, or another format", most=most)
    if form == "mp4":
        check_pyav()
    side = webp.MAX_SIDE if form == "webp" else 0xFFFF
    if max(size) > side:
        raise SettingError("{width} × {height} pixels are too many for this format: use at most {side} a side",
                           width=size[0], height=size[1], side=side)  # fmt: skip


def write_animation(
    path: Path | str,
    pictures: Iterable[Picture],
    durations: Sequence[Fraction],
    *,
    form: str = "gif",
    note: Note = Note(),  # noqa: B008  # an immutable one
    loop: bool = True,
    samples: Sequence[Picture] = (),
) -> None:
    """Write an animation to a file, or (as "png") its pictures into a new folder, whole or not at all.

    Parameters
    ----------
    pictures
        (H, W, 3) uint8 each, all of one size; taken one at a time, and no more than two are kept.
    durations
        Seconds of each, as exact fractions; as many as there are pictures.
    form
        "gif", "apng", "webp", "mp4" or "png".
    note
        What the file says about itself.
    loop
        Whether it begins again at the end, where the format can say so.
    samples
        Pictures that the palette of a GIF is made from; the first picture without any.

    Raises
    ------
    SaveError
        The file or the folder cannot be written, or the folder is there already.
    UserError
        MP4 without PyAV.
    """
    path, stream = Path(path), iter(pictures)
    if form == "png":
        _write_folder(path, stream, len(durations), note)
        return
    with atomic_file(path) as file:
        encode(file, stream, durations, form=form, note=note, loop=loop, samples=samples)


def encode(
    file: IO[bytes],
    pictures: Iterable[Picture],
    durations: Sequence[Fraction],
    *,
    form: str,
    note: Note = Note(),  # noqa: B008  # an immutable one
    loop: bool = True,
    samples: Sequence[Picture] = (),
) -> None:
    """Write an animation to an open file that can seek; see `write_animation`."""
    stream = iter(pictures)
    first = next(stream)
    check_format(form, first.shape[1::-1], durations)
    encoder = _ENCODERS[form](file, durations, note, loop, samples or (first,))
    encoder.add(first)
    for picture in stream:
        encoder.add(picture)
    encoder.finish()


def _mp4(
    file: IO[bytes], durations: Sequence[Fraction], note: Note, _loop: bool, _samples: Sequence[Picture]
) -> Encoder:
    return Mp4Encoder(file, durations, note, math.lcm(*(seconds.denominator for seconds in durations)))


_ENCODERS: dict[str, Callable[[IO[bytes], Sequence[Fraction], Note, bool, Sequence[Picture]], Encoder]] = {
    "gif": GifEncoder,
    "apng": lambda file, durations, note, loop, _samples: ApngEncoder(file, durations, note, loop),
    "webp": lambda file, durations, note, loop, _samples: WebpEncoder(file, durations, note, loop),
    "mp4": _mp4,
}


def _write_folder(path: Path, pictures: Iterator[Picture], count: int, note: Note) -> None:
    """Write PNG files whose names sort as they follow each other."""
    digits = max(len(str(count)), 3)
    with new_folder(path) as folder:
        for number, picture in enumerate(islice(pictures, count), 1):
            (folder / f"{path.name}_{number:0{digits}}.png").write_bytes(png_bytes(picture, note))


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Fill a folder beside `path` that takes its name only when all is in it; on trouble nothing is left.

    Raises
    ------
    SaveError
        It cannot be written, or something of that name is there already.
    """
    part = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.part")
    try:
        if path.exists():
            raise SaveError("{file} is there already: choose another name for the folder", file=path.name)
        part.mkdir()
        yield part
        part.rename(path)
    except OSError as error:
        raise save_error(path, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
