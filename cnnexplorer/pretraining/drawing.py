"""An endless stream of labelled pictures, drawn by several processes ahead of the training."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnexplorer.core.objects import CLASSES
from cnnexplorer.core.pictures import draw_labelled

from .orders import Order, draw_piece, pieces_of, start_worker

if TYPE_CHECKING:
    from types import TracebackType

    from numpy.typing import NDArray

_HELD_OUT = 10**9  # where the seeds of pictures begin that are never trained with


Pictures = tuple[torch.Tensor, torch.Tensor]  # (N, 3, H, W) uint8 and (N,) int64


def draw(order: Order) -> Pictures:
    """Return an order's pictures and their labels."""
    return _joined([draw_piece(order, piece, count) for piece, count in pieces_of(order)])


def draw_held_out(count: int, size: int = 224, first: int = 0) -> Pictures:
    """Return pictures that no training sees, and their labels: as many of each class. `first` asks for later ones."""
    pictures, labels = np.empty((count, 3, size, size), np.uint8), np.arange(count) % len(CLASSES)
    for index, label in enumerate(labels.tolist()):
        image, _ = draw_labelled(_HELD_OUT + first + index, size, label)
        pictures[index] = np.round(image * 255)
    return torch.from_numpy(pictures), torch.from_numpy(labels)


class Drawer:
    """Draws orders in processes of its own; with 0 workers in this one, when they are asked for."""

    def __init__(self, workers: int) -> None:
        self._pool = ProcessPoolExecutor(workers, get_context("spawn"), start_worker) if workers else None
        self._waiting: deque[tuple[Order, list[Future[tuple[NDArray[np.uint8], NDArray[np.int64]]]]]] = deque()

    def __enter__(self) -> Drawer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def ask(self, order: Order) -> None:
        """Begin to draw an order."""
        if self._pool is not None:
            pieces = [self._pool.submit(draw_piece, order, piece, count) for piece, count in pieces_of(order)]
            self._waiting.append((order, pieces))
        else:
            self._waiting.append((order, []))

    def take(self) -> Pictures:
        """Return the pictures of the oldest order, when they are there."""
        order, pieces = self._waiting.popleft()
        return _joined([piece.result() for piece in pieces]) if pieces else draw(order)


def _joined(pieces: list[tuple[NDArray[np.uint8], NDArray[np.int64]]]) -> Pictures:
    pictures, labels = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
    return torch.from_numpy(pictures), torch.from_numpy(labels)
