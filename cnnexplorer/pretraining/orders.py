"""Which pictures to draw, and the work of one process that draws: it needs no torch."""

from __future__ import annotations

import os
import threading
from multiprocessing import parent_process
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from cnnexplorer.core.objects import CLASSES
from cnnexplorer.core.pictures import FULL, Difficulty, compose
from cnnexplorer.core.textures import texture

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PIECE = 256  # pictures that one process draws at a time
_GROUNDS = 48  # textures that the pictures of a piece share, each at another place of them


class Order(NamedTuple):
    """Which pictures to draw: the same order always gives the same ones."""

    seed: int
    chunk: int
    pictures: int
    size: int
    difficulty: Difficulty = FULL


def start_worker() -> None:
    """Let a process draw with one thread, there are several of them; and end when the training is killed."""
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # nobody waits for what is being drawn


def pieces_of(order: Order) -> list[tuple[int, int]]:
    """Return what each piece of an order is: its number, and how many pictures it has."""
    return [(start // _PIECE, min(_PIECE, order.pictures - start)) for start in range(0, order.pictures, _PIECE)]


def draw_piece(order: Order, piece: int, count: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the pictures (count, 3, H, W) of one piece of an order, and their labels."""
    rng = np.random.default_rng([order.seed, order.chunk, piece, order.size])
    side = round(1.4 * order.size)
    grounds = [texture(rng, side) for _ in range(min(_GROUNDS, count))]
    pictures = np.empty((count, 3, order.size, order.size), np.uint8)
    labels = rng.integers(len(CLASSES), size=count)
    for picture, label in zip(pictures, labels.tolist(), strict=True):
        ground = grounds[int(rng.integers(len(grounds)))]
        top, left = rng.integers(0, side - order.size, 2).tolist()
        piece_of_it = ground[top : top + order.size, left : left + order.size]
        if rng.random() < 0.5:
            piece_of_it = piece_of_it.transpose(1, 0, 2)
        picture[:] = compose(rng, piece_of_it, label, order.difficulty).transpose(2, 0, 1)
    return pictures, labels
