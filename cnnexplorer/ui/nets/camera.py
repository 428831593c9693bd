"""A camera's pictures, through OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from cnnexplorer.core import ImageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

CAMERA_SIDE = 256


def open_camera() -> cv2.VideoCapture:
    """Open the computer's first camera; takes seconds at times."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # the user is told that there is none
    return cv2.VideoCapture(0)


class Camera:
    """A camera, opened when its first picture is asked for; to be used by one thread at a time.

    Parameters
    ----------
    make
        Opens it: an OpenCV `VideoCapture`.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._capture: Any = None

    def picture(self) -> NDArray[np.float64]:
        """Return the next picture, (3, H, W): the square in its middle, mirrored as one sees oneself.

        Raises
        ------
        ImageError
            There is no camera, or it gives no picture any more; then it is let go.
        """
        try:
            if self._capture is None:
                self._capture = self._make()
                if not self._capture.isOpened():
                    raise ImageError("no camera answers: connect one, and close other programs that use it")
            good, frame = self._capture.read()
            if not good or frame is None or frame.ndim not in (2, 3) or frame.size == 0:
                raise _unplugged()
            return _prepared(frame)
        except cv2.error as error:
            self.release()
            raise _unplugged() from error
        except ImageError:
            self.release()
            raise

    def release(self) -> None:
        """Let the camera go, if it is open."""
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()


def _unplugged() -> ImageError:
    return ImageError("the camera gives no picture any more: switch it on again")


def _prepared(frame: NDArray[np.uint8]) -> NDArray[np.float64]:
    if frame.ndim == 2 or frame.shape[2] == 1:  # a camera without colours
        frame = np.repeat(frame.reshape(*frame.shape[:2], 1), 3, axis=2)
    height, width = frame.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = frame[top : top + side, left : left + side]
    small = cv2.resize(square, (CAMERA_SIDE, CAMERA_SIDE), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[:, ::-1, 2::-1].transpose(2, 0, 1)) / 255  # BGR -> RGB
