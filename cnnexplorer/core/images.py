"""Image files and clipboard pixels, turned into arrays (C, H, W) of float64 in [0, 1].

Only Pillow decodes, and only the formats in `FORMATS`. A file is judged by its header before memory is taken for its
pixels, and everything that can be wrong with it ends in one `ImageError`.
"""

from __future__ import annotations

import io
import math
import stat
import struct
import threading
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin, UnidentifiedImageError

from cnnexplorer.core.messages import CLIPBOARD, ImageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

MAX_SIDE = 2048
"""The longest side, in pixels, that the program works with."""

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
"""What Pillow may decode. Without a list, a file that says so would be handed on to Ghostscript."""

_MIB = 1024 * 1024
_MOST_FILE_BYTES = 512 * _MIB
_MOST_DECODED_BYTES = 640 * _MIB
_LONGEST_SIDE = 1_000_000
# Pillow raises above twice this number, on opening and wherever a frame, a tile or a crop unfolds later. Its own value
# would refuse images that can well be opened scaled down; None would switch those later checks off.
Image.MAX_IMAGE_PIXELS = _MOST_DECODED_BYTES // 2

_STRIP_PIXELS = 1 << 20  # pixels that are held as float64 at a time
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
_ORIENTATION_TAG = 0x0112
_TIFF_WIDTH, _TIFF_HEIGHT = 0x0100, 0x0101

# EXIF orientation -> (transpose, flip rows, flip columns), in this order, from the stored to the upright image
_UPRIGHT = {
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}

Channels = Literal["rgb", "grey"]


@dataclass(frozen=True)
class ImageInfo:
    """What the header of an image file tells.

    Parameters
    ----------
    name
        The file's name without its folders, or the name that was given with bytes.
    format
        One of `FORMATS`.
    width, height
        In pixels, the EXIF orientation applied.
    frames
        Number of frames or pages, 1 for a still image.
    has_alpha
        Whether some pixels can be transparent.
    channels
        "grey" if there is one band of numbers (with or without transparency), otherwise "rgb".
    """

    name: str
    format: str
    width: int
    height: int
    frames: int
    has_alpha: bool
    channels: Channels


def inspect_image(source: str | Path | bytes, *, name: str = CLIPBOARD) -> ImageInfo:
    """Read what an image is, from its header only.

    Parameters
    ----------
    source
        A path, or the bytes of an image file.
    name
        What messages call the image if `source` is bytes.

    Raises
    ------
    ImageError
        If there is no image to open; the sentence names the file and what to do.
    """
    with _opened(source, name) as (label, image):
        width, height = _turned(_stored_size(image), _orientation(image))
        return ImageInfo(
            name=label,
            format="JPEG" if image.format == "MPO" else str(image.format),  # MPO: a JPEG with more pictures behind it
            width=width,
            height=height,
            frames=_frame_count(image),
            has_alpha=image.has_transparency_data,
            channels="grey" if _is_single_band(image.mode) else "rgb",
        )


def load_image(
    source: str | Path | bytes,
    channels: Channels = "rgb",
    max_side: int | None = None,
    frame: int = 0,
    background: tuple[float, float, float] = (1.0, 1.0, 1.0),
    crop: tuple[int, int, int, int] | None = None,
    *,
    name: str = CLIPBOARD,
) -> NDArray[np.float64]:
    """Load an image file.

    The EXIF orientation (of the header: a PNG may hide another one behind its pixels) is applied, transparent pixels
    are composed over the background, and numbers are scaled to [0, 1]: 8 bits by 255 and 16 bits by 65535; 32-bit whole
    numbers by 65535 if they fit in 16 bits and otherwise from their minimum and maximum; floats not at all if they lie
    in [0, 1] and otherwise from their minimum and maximum (a constant image becomes 0). Pillow reduces colour images
    with 16 bits a channel to 8 bits. Grey is the luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B.

    Parameters
    ----------
    source
        A path, or the bytes of an image file.
    channels
        "rgb" for 3 channels, "grey" for 1.
    max_side
        The longer side of the result in pixels, at most: a larger image is scaled down by averaging areas, its shape
        kept. A smaller image is never scaled up.
    frame
        Which frame of an animation or page of a TIFF, from 0.
    background
        R, G, B in [0, 1] behind transparent pixels.
    crop
        left, top, width, height in pixels of the upright image: the part to load, cut out before scaling.
    name
        What messages call the image if `source` is bytes.

    Returns
    -------
    array (C, H, W) of float64 in [0, 1], C = 3 or 1

    Raises
    ------
    ImageError
        If the file does not give an image, would take too much memory, or is larger than `MAX_SIDE` and `max_side` is
        None. The sentence names the file and what to do.
    ValueError
        If `channels` or `max_side` cannot be.

    Examples
    --------
    >>> load_image(b"P2 2 1 255 0 255", channels="grey")
    array([[[0., 1.]]])
    """
    _check_arguments(channels, max_side)
    with _opened(source, name) as (label, image):
        _seek(image, frame, label)
        stored = _stored_size(image)
        turn = _orientation(image)
        upright = _turned(stored, turn)
        left, top, width, height = _checked_crop(crop, upright, label)
        target = _target_size((width, height), max_side, label)
        drafted = 1.0  # how many times smaller the decoder makes it
        if max_side is not None and image.format in ("JPEG", "MPO"):
            # The JPEG decoder can skip detail. Twice the size that is needed leaves the averaging to us.
            more = (2 * -(-upright[0] * target[0] // width), 2 * -(-upright[1] * target[1] // height))
            draft = image.draft(None, _turned(more, turn))
            drafted = stored[0] / draft[1][2] if draft is not None else 1.0
        _check_memory(image, stored, label)
        image.load()
        if isinstance(image, TiffImagePlugin.TiffImageFile):
            # Loading a TIFF turns it upright already; what remains to be done depends on Pillow's version.
            turn = _orientation(image)
    stored_left, stored_top, stored_width, stored_height = _stored_box((left, top, width, height), upright, turn)
    part = (
        int(stored_left / drafted),
        int(stored_top / drafted),
        min(image.size[0], math.ceil((stored_left + stored_width) / drafted)),
        min(image.size[1], math.ceil((stored_top + stored_height) / drafted)),
    )
    result = _resampled(image, part, _turned(target, turn), channels, background, label)
    transpose, flip_rows, flip_columns = _UPRIGHT[turn]
    if transpose:
        result = result.transpose(0, 2, 1)
    return np.ascontiguousarray(result[:, :: -1 if flip_rows else 1, :: -1 if flip_columns else 1])


def image_from_pixels(
    pixels: NDArray[np.uint8],
    channels: Channels = "rgb",
    max_side: int | None = None,
    background: tuple[float, float, float] = (1.0, 1.0, 1.0),
    *,
    name: str = CLIPBOARD,
) -> NDArray[np.float64]:
    """Turn the pixels of a screen or a clipboard into an image.

    Parameters
    ----------
    pixels
        (H, W, 4) RGBA with straight alpha, (H, W, 3) RGB or (H, W) grey, uint8.
    channels, max_side, background, name
        As in `load_image`.

    Returns
    -------
    array (C, H, W) of float64 in [0, 1], C = 3 or 1

    Raises
    ------
    ImageError
        If a side is longer than `MAX_SIDE` and `max_side` is None.
    ValueError
        If the array has another shape or type, or `channels` or `max_side` cannot be.

    Examples
    --------
    >>> image_from_pixels(np.array([[0, 51], [255, 102]], np.uint8), channels="grey")
    array([[[0. , 0.2],
            [1. , 0.4]]])
    """
    _check_arguments(channels, max_side)
    if pixels.dtype != np.uint8 or not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))):
        raise ValueError(f"pixels of shape {pixels.shape} and type {pixels.dtype}: give uint8 (H, W), (H, W, 3 or 4)")
    if pixels.size == 0:
        raise ValueError(f"pixels of shape {pixels.shape} are no image: give one row and one column or more")
    height, width = pixels.shape[:2]
    target = _target_size((width, height), max_side, name)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    return _resampled(image, (0, 0, width, height), target, channels, background, name)


def _check_arguments(channels: str, max_side: int | None) -> None:
    if channels not in ("rgb", "grey"):
        raise ValueError(f'channels "{channels}" is unknown: use "rgb" or "grey"')
    if max_side is not None and max_side < 1:
        raise ValueError(f"max_side {max_side} is too small: use 1 or more")


@contextmanager
def _opened(source: str | Path | bytes, name: str) -> Iterator[tuple[str, ImageFile.ImageFile]]:
    """Open an image, and give the name that messages call it, and itself."""
    label = name if isinstance(source, bytes) else _printable(Path(source).name or str(source))
    with _stream(source, label) as stream, _decoding(label):
        try:
            image = Image.open(stream, formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise _too_large(stream, label) from error
        with image:
            yield label, image


@contextmanager
def _decoding(label: str) -> Iterator[None]:
    """Make one kind of error of all that Pillow raises about a file, and silence its warnings."""
    try:
        with _silence:
            yield
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError(
            "{name} is not an image that can be opened here: choose a PNG, JPEG, BMP, GIF, WebP, TIFF or PPM file",
            name=label,
        ) from error
    except Image.DecompressionBombError as error:
        raise _bomb(label) from error
    except MemoryError as error:
        raise ImageError(
            "{name} needs more memory than is free: close other programs, or open a smaller copy of it", name=label
        ) from error
    except Exception as error:  # decoders raise a dozen kinds on broken files, and which ones is not documented
        raise ImageError(
            "{name} is damaged or incomplete: open it in another program and save it again, or choose another file",
            name=label,
        ) from error


def _printable(name: str) -> str:
    """Return a file's name with signs that steer text (line ends, changes of direction) made visible."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)


def _stream(source: str | Path | bytes, label: str) -> BinaryIO:
    """Return the bytes to decode; a folder, a pipe or a device is refused before it is opened."""
    if isinstance(source, bytes):
        _check_file_size(len(source), label)
        return io.BytesIO(source)
    try:
        status = Path(source).stat()
        if stat.S_ISDIR(status.st_mode):
            raise ImageError("{name} is a folder: choose an image file in it", name=label)
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for its writer
            raise ImageError("{name} is a device or a pipe: choose an image file", name=label)
        _check_file_size(status.st_size, label)
        return Path(source).open("rb")
    except FileNotFoundError as error:
        raise ImageError("{name} was not found: check that the file is still there", name=label) from error
    except PermissionError as error:
        raise ImageError(
            "{name} may not be read: allow reading it, or copy it to a folder of your own", name=label
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise ImageError("{name} cannot be read ({reason}): choose another file", name=label, reason=error) from error


def _check_file_size(size: int, label: str) -> None:
    if size == 0:
        raise ImageError("{name} is empty: choose another file", name=label)
    if size > _MOST_FILE_BYTES:
        raise ImageError(
            "{name} is a file of {size} MB, and the most is {limit} MB: save a smaller copy of the image",
            name=label,
            size=-(-size // _MIB),
            limit=_MOST_FILE_BYTES // _MIB,
        )


class _Silence:
    """Keeps Pillow's warnings about odd files from the console, in several threads at once.

    The list of filters belongs to the process: threads that each saved and restored it could leave it changed for ever.
    So the first thread that comes in saves it, and the last one out restores it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._filters = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.simplefilter("ignore")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._filters.__exit__(None, None, None)


_silence = _Silence()


def _too_large(stream: BinaryIO, label: str) -> ImageError:
    """Say that an image is too large to be opened at all, with its size where the header gives it."""
    stream.seek(0)
    prefix = stream.read(16)
    plugins = [Image.OPEN[name] for name in FORMATS]
    factory = next(factory for factory, accepts in plugins if accepts is not None and accepts(prefix))
    stream.seek(0)
    try:
        image = factory(stream, label)
    except Image.DecompressionBombError:  # what unfolds is a part of it
        return _bomb(label)
    return _memory_error(image.size, _decoded_bytes(image.size, image.mode), label)


def _bomb(label: str) -> ImageError:
    return ImageError("{name} decompresses to far more pixels than fit in memory: choose another file", name=label)


def _memory_error(size: tuple[int, int], needed: int, label: str) -> ImageError:
    return ImageError(
        "{name} has {width} x {height} pixels, which need {needed} MB of memory, and the most is {limit} MB: "
        "save a smaller copy of it",
        name=label,
        width=size[0],
        height=size[1],
        needed=-(-needed // _MIB),
        limit=_MOST_DECODED_BYTES // _MIB,
    )


def _decoded_bytes(size: tuple[int, int], mode: str) -> int:
    """Return the bytes that Pillow takes for an image: 4 for every pixel that 1 or 2 cannot hold."""
    each = 1 if mode in ("1", "L", "P") else 2 if mode.startswith("I;16") else 4
    return size[0] * size[1] * each


def _check_memory(image: ImageFile.ImageFile, stored: tuple[int, int], label: str, mode: str | None = None) -> None:
    needed = _decoded_bytes(image.size, mode or image.mode)
    if "progressive" in image.info:  # a JPEG whose decoder holds all coefficients, 2 bytes each, before the first pixel
        needed += 2 * stored[0] * stored[1] * len(image.getbands())
    if needed > _MOST_DECODED_BYTES:
        raise _memory_error(stored, needed, label)
    if max(stored) > _LONGEST_SIDE:  # rows are averaged one by one, as float64
        raise ImageError(
            "{name} has {width} x {height} pixels, and no side may be longer than {limit}: save a smaller copy of it",
            name=label,
            width=stored[0],
            height=stored[1],
            limit=_LONGEST_SIDE,
        )


def _stored_size(image: ImageFile.ImageFile) -> tuple[int, int]:
    """Return width and height as they are stored, before any turning."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):  # .size is upright or not, depending on Pillow's version
        return image.tag_v2[_TIFF_WIDTH], image.tag_v2[_TIFF_HEIGHT]
    return image.size


def _orientation(image: ImageFile.ImageFile) -> int:
    """Return the EXIF orientation, 1 where there is none or none that can be."""
    try:
        # The method of the base class: the one of a PNG would load the pixels.
        turn = Image.Image.getexif(image).get(_ORIENTATION_TAG, 1)
    except (SyntaxError, ValueError, LookupError, TypeError, OSError, struct.error):
        return 1  # the notes of the camera are broken, not the image
    return turn if turn in _UPRIGHT else 1


def _turned(size: tuple[int, int], turn: int) -> tuple[int, int]:
    """Return (width, height) after turning, or before: it is the same exchange."""
    return (size[1], size[0]) if _UPRIGHT[turn][0] else size


def _frame_count(image: ImageFile.ImageFile) -> int:
    return int(getattr(image, "n_frames", 1))


def _seek(image: ImageFile.ImageFile, frame: int, label: str) -> None:
    frames = _frame_count(image)
    if not 0 <= frame < frames:
        raise ImageError(
            "{name} has no frame {frame}: choose one from 1 to {frames}", name=label, frame=frame + 1, frames=frames
        )
    for index in range(1, frame + 1):  # one by one: a frame of a GIF may enlarge the image, and going on loads it
        if image.format == "GIF":  # all frames but the first are in colour, and going on turns that one to colour too
            _check_memory(image, image.size, label, mode="RGB")
        image.seek(index)


def _checked_crop(
    crop: tuple[int, int, int, int] | None, size: tuple[int, int], label: str
) -> tuple[int, int, int, int]:
    if crop is None:
        return (0, 0, *size)
    left, top, width, height = crop
    if min(left, top) < 0 or min(width, height) < 1 or left + width > size[0] or top + height > size[1]:
        raise ImageError(
            "the part of {part_width} x {part_height} pixels at column {left}, row {top} does not lie in {name}, "
            "which has {width} x {height} pixels: choose a part inside it",
            part_width=width,
            part_height=height,
            left=left,
            top=top,
            name=label,
            width=size[0],
            height=size[1],
        )
    return crop


def _target_size(size: tuple[int, int], max_side: int | None, label: str) -> tuple[int, int]:
    """Return (width, height) scaled down to `max_side`."""
    longer = max(size)
    if max_side is None:
        if longer > MAX_SIDE:
            raise ImageError(
                "{name} has {width} x {height} pixels, and the longer side may have {limit}: "
                "open it scaled down, or choose a part of it",
                name=label,
                width=size[0],
                height=size[1],
                limit=MAX_SIDE,
            )
        return size
    if longer <= max_side:
        return size
    return max(1, round(size[0] * max_side / longer)), max(1, round(size[1] * max_side / longer))


def _stored_box(box: tuple[int, int, int, int], upright: tuple[int, int], turn: int) -> tuple[int, int, int, int]:
    """Return where a part (left, top, width, height) of the upright image lies in the stored one."""
    transpose, flip_rows, flip_columns = _UPRIGHT[turn]
    left, top, width, height = box
    if flip_columns:
        left = upright[0] - left - width
    if flip_rows:
        top = upright[1] - top - height
    return (top, left, height, width) if transpose else (left, top, width, height)


def _is_single_band(mode: str) -> bool:
    return mode in ("1", "L", "LA", "I", "F") or mode.startswith("I;16")


def _resampled(
    image: Image.Image,
    part: tuple[int, int, int, int],
    target: tuple[int, int],
    channels: Channels,
    background: tuple[float, float, float],
    label: str,
) -> NDArray[np.float64]:
    """Turn a part (left, top, right, bottom) of an image into (C, H, W), each pixel the average of the area it covers.

    It goes through strips of rows, so that the numbers of a large image are never held all at once.
    """
    left, top, right, bottom = part
    width, height = right - left, bottom - top
    number_range = _number_range(image, label)
    behind = np.array(background, np.float64)
    if channels == "grey":
        behind = behind @ _LUMA[:, np.newaxis]
    result = np.zeros((target[1], target[0], len(behind)))
    scale = height / target[1]
    count = max(1, _STRIP_PIXELS // width)
    for start in range(0, height, count):
        stop = min(start + count, height)
        strip = image.crop((left, top + start, right, top + stop))
        values = _composed(strip, number_range, behind, channels, label)  # (rows, width, C)
        if (width, height) == target:
            result[start:stop] = values
            continue
        narrow = _narrowed(values, target[0])
        first, last = int(start / scale), min(target[1], math.ceil(stop / scale))
        sums = _overlaps(first, last, start, stop, scale) @ narrow.reshape(stop - start, -1)
        result[first:last] += sums.reshape(last - first, target[0], -1)
    return np.clip(result, 0.0, 1.0).transpose(2, 0, 1)


def _narrowed(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Average columns, (rows, W, C) -> (rows, width, C), from the sums of all columns up to each new edge."""
    sums = np.zeros((values.shape[0], values.shape[1] + 1, values.shape[2]))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    edges = np.arange(width + 1) * values.shape[1] / width
    whole = np.minimum(edges.astype(np.intp), values.shape[1] - 1)
    parts = sums[:, whole] + (edges - whole)[:, np.newaxis] * values[:, whole]
    return np.asarray(np.diff(parts, axis=1) * (width / values.shape[1]))


def _overlaps(first: int, last: int, start: int, stop: int, scale: float) -> NDArray[np.float64]:
    """Return which share of each new row first..last every old row start..stop makes: (last - first, stop - start)."""
    new = np.arange(first, last)[:, np.newaxis]
    old = np.arange(start, stop)
    shares = np.minimum((new + 1) * scale, old + 1) - np.maximum(new * scale, old)
    return np.asarray(np.maximum(shares, 0.0) / scale)


def _number_range(image: Image.Image, label: str) -> tuple[float, float]:
    """Return the numbers of the file that become 0 and 1."""
    if image.mode == "F":
        least, most = _finite_extremes(image, label)
        return (0.0, 1.0) if least >= 0 and most <= 1 else (least, most)
    if image.mode == "I":
        low, high = cast("tuple[int, int]", image.getextrema())
        return (0.0, 65535.0) if low >= 0 and high <= 65535 else (float(low), float(high))
    return 0.0, 65535.0 if image.mode.startswith("I;16") else 255.0


def _finite_extremes(image: Image.Image, label: str) -> tuple[float, float]:
    width, height = image.size
    count = max(1, _STRIP_PIXELS // width)
    low, high = math.inf, -math.inf
    for top in range(0, height, count):
        values = np.asarray(image.crop((0, top, width, min(height, top + count))))
        if not np.isfinite(values).all():
            raise ImageError(
                "{name} holds values that are infinite or not numbers: replace them and save it again", name=label
            )
        low, high = min(low, float(values.min())), max(high, float(values.max()))
    return low, high


def _composed(
    strip: Image.Image,
    number_range: tuple[float, float],
    behind: NDArray[np.float64],
    channels: Channels,
    label: str,
) -> NDArray[np.float64]:
    """Turn a strip of an image into (H, W, C) in [0, 1], over the background `behind` of (C,) numbers."""
    key = strip.info.get("transparency")
    if not _is_single_band(strip.mode) and strip.mode not in ("RGB", "RGBA"):
        with _decoding(label):
            strip = strip.convert("RGBA" if strip.has_transparency_data else "RGB")
        key = None
    if strip.mode == "1":
        strip = strip.convert("L")  # 0 and 255, as the transparent one of the two is told
    raw = np.asarray(strip).reshape(strip.height, strip.width, -1)  # (H, W) of one band -> (H, W, 1)
    alpha: NDArray[np.float64] | None = None
    if strip.mode in ("LA", "RGBA"):
        alpha = raw[:, :, -1:] / 255.0
        raw = raw[:, :, :-1]
    elif isinstance(key, int | tuple):
        # One colour is transparent. Colours of 16 bits a channel have lost their lower byte.
        wanted = np.atleast_1d(key)
        alpha = 1.0 - np.all(
            raw == np.where((wanted > 255) & (raw.dtype == np.uint8), wanted >> 8, wanted), axis=2, keepdims=True
        )
    low, high = number_range
    values = (raw - np.float64(low)) / (high - low if high > low else 1.0)
    if channels == "grey" and values.shape[2] == 3:
        values = values @ _LUMA[:, np.newaxis]
    if alpha is not None:
        values = values * alpha + behind * (1.0 - alpha)
    return np.broadcast_to(values, (*values.shape[:2], len(behind)))
