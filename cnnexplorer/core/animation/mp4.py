"""MP4 with H.264, through PyAV, which is installed on its own."""

from __future__ import annotations

from fractions import Fraction
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING, Any

import cv2

from cnnexplorer.core.messages import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .pictures import Note, Picture

INSTALL = "pip install av"
_CODEC = "libx264"
# "bf": without pictures that are stored out of order, whose film would be told as shorter than it is
_OPTIONS = {"crf": "16", "preset": "veryfast", "tune": "animation", "bf": "0"}
_LONGEST = 1.0  # seconds: a picture that stands longer is told again, so that players can be wound to it


def has_pyav() -> bool:
    """Tell whether MP4 can be written."""
    return find_spec("av") is not None


def check_pyav() -> None:
    """Refuse MP4 where PyAV is missing.

    Raises
    ------
    UserError
        With the command that installs it.
    """
    if not has_pyav():
        raise UserError("MP4 needs PyAV, which is not installed: run  {command}  or choose another format",
                        command=INSTALL)  # fmt: skip


class Mp4Encoder:
    """Writes an MP4 picture by picture. Sides that are odd are made even by doubling the last row or column."""

    def __init__(self, file: IO[bytes], durations: Sequence[Fraction], note: Note, rate: int) -> None:
        check_pyav()
        import av

        self._rate = rate
        self._ticks = iter([round(seconds * rate) for seconds in durations])
        self._left = len(durations)
        self._now = 0
        self._container: Any = av.open(file, "w", format="mp4")
        self._container.metadata.update({"title": note.title, "comment": note.text})
        try:
            self._stream: Any = self._container.add_stream(_CODEC, rate=rate, options=dict(_OPTIONS))
        except ValueError:
            raise UserError("this PyAV cannot write H.264: choose another format") from None

    def add(self, picture: Picture) -> None:
        """Write the next picture."""
        import av

        height, width = picture.shape[:2]
        if height % 2 or width % 2:
            picture = cv2.copyMakeBorder(picture, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
        if not self._now:
            self._begin(*picture.shape[:2])
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p", dst_colorspace="ITU709")
        ticks = next(self._ticks)
        self._left -= 1
        again = max(round(_LONGEST * self._rate), 1)
        times = {*range(0, ticks, again)}
        if not self._left:
            times.add(ticks - 1)  # the last one is as long as a tick: so all of it is as long as it should be
        for tick in sorted(times):
            frame.pts, frame.time_base = self._now + tick, Fraction(1, self._rate)
            self._container.mux(self._stream.encode(frame))
        self._now += ticks

    def finish(self) -> None:
        """Write the end."""
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def _begin(self, height: int, width: int) -> None:
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = "yuv420p"
        context = self._stream.codec_context
        context.time_base = Fraction(1, self._rate)
        context.thread_count = 2  # painting leaves much of the second core free
        context.gop_size = 5 * self._rate
        context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709, said as players want it
