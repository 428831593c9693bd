"""Undo and redo, byte-exact and within a fixed memory.

An entry keeps what an edit changed, not the experiments before and after it: thousands of brush strokes fit in a few
megabytes.
"""

from __future__ import annotations

import zlib
from collections import deque
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .experiment import Experiment
from .stages import Convolution

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from .stages import Stage

MAX_ENTRIES = 5000
MAX_BYTES = 256 * 2**20  # of which thousands of edits take a few: the rest is for whole pictures
_ENTRY_BYTES = 2000  # what an entry's own objects take, measured
_PACKED_BYTES = 2**20  # arrays up to this size are packed: a few milliseconds at most
_COMPARED_BYTES = 2**24  # larger arrays are not even compared: they are kept whole


@dataclass(frozen=True)
class _Delta:
    """The way from one array to another: which bits differ, so that the same bits lead back where shapes agree.

    Only the cells that differ are kept where they are few; else all, packed where the array is small.
    """

    shape: tuple[int, ...]
    bits: NDArray[np.uint64] | bytes
    cells: NDArray[np.uint32] | None

    @classmethod
    def between(cls, source: NDArray[np.float64], target: NDArray[np.float64]) -> _Delta:
        # compared as bits: -0.0 is not 0.0 here, and NaN is itself
        before, after = _bits(source, target.shape).reshape(-1), target.view(np.uint64).reshape(-1)
        cells = np.flatnonzero(before != after)
        if 2 * len(cells) <= after.size:
            return cls(target.shape, before[cells] ^ after[cells], cells.astype(np.uint32))
        bits = before ^ after
        return cls(target.shape, zlib.compress(bits.tobytes(), 1) if bits.nbytes <= _PACKED_BYTES else bits, None)

    @property
    def size(self) -> int:
        held = len(self.bits) if isinstance(self.bits, bytes) else self.bits.nbytes
        return held + (0 if self.cells is None else self.cells.nbytes)

    def apply(self, source: NDArray[np.float64]) -> NDArray[np.float64]:
        bits = np.frombuffer(zlib.decompress(self.bits), np.uint64) if isinstance(self.bits, bytes) else self.bits
        target = np.empty(self.shape)
        changed = target.view(np.uint64)
        changed[...] = _bits(source, self.shape)
        changed.reshape(-1)[slice(None) if self.cells is None else self.cells] ^= bits
        target.flags.writeable = False
        return target


def _bits(array: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.uint64]:
    """Return the bits of an array, cut or filled up with zeros where the shape is another."""
    if array.shape == shape:
        return array.view(np.uint64)
    bits = np.zeros(shape, np.uint64)
    common = tuple(slice(min(have, want)) for have, want in zip(array.shape, shape, strict=True))
    bits[common] = array.view(np.uint64)[common]
    return bits


@dataclass(frozen=True)
class _Change:
    """How an array became another: `back` is None where `forth` leads both ways."""

    forth: _Delta
    back: _Delta | None

    @classmethod
    def between(cls, old: NDArray[np.float64], new: NDArray[np.float64]) -> _Change | _Whole | None:
        if old is new:
            return None
        size = max(old.nbytes, new.nbytes)
        if size > _COMPARED_BYTES or (old.shape != new.shape and size > _PACKED_BYTES):
            return _Whole(old, new)
        back = None if old.shape == new.shape else _Delta.between(new, old)
        return cls(_Delta.between(old, new), back)

    @property
    def size(self) -> int:
        return self.forth.size + (self.back.size if self.back else 0)

    def apply(self, array: NDArray[np.float64], forward: bool) -> NDArray[np.float64]:
        return (self.forth if forward else self.back or self.forth).apply(array)


@dataclass(frozen=True)
class _Whole:
    """Both arrays as they are: for large pictures, where finding the difference would take too long."""

    before: NDArray[np.float64]
    after: NDArray[np.float64]

    @property
    def size(self) -> int:
        return self.before.nbytes + self.after.nbytes

    def apply(self, _array: NDArray[np.float64], forward: bool) -> NDArray[np.float64]:
        return self.after if forward else self.before


@dataclass(frozen=True)
class _Retuned:
    """A convolution that was made from another one: its settings, and how its weights changed."""

    source: int
    settings: dict[str, Any]
    change: _Change | _Whole | None


@dataclass
class Entry:
    """One edit: `label` says what was done; `merge` marks edits of one gesture.

    `plans` tell how to make the stages before from those after it, and those after it from those before: a number takes
    the stage of that index over.
    """

    label: str
    merge: Hashable
    image: _Change | _Whole | None
    plans: tuple[list[int | Stage | _Retuned], list[int | Stage | _Retuned]]
    size: int

    @classmethod
    def between(cls, old: Experiment, new: Experiment, label: str, merge: Hashable) -> Entry:
        """Return the edit that leads from one experiment to another."""
        image = _Change.between(old.image, new.image)
        backward, forward = _take_over(new.stages, old.stages), _take_over(old.stages, new.stages)
        size = _ENTRY_BYTES + (image.size if image else 0)
        if len(backward) == len(forward):
            for index, (left, right) in enumerate(zip(old.stages, new.stages, strict=True)):
                if isinstance(backward[index], int) or not isinstance(left, Convolution):
                    continue
                if isinstance(forward[index], int) or not isinstance(right, Convolution):
                    continue
                change = _Change.between(left.weight, right.weight)
                backward[index] = _Retuned(index, _settings(left), change)
                forward[index] = _Retuned(index, _settings(right), change)
                size += change.size if change else 0
        kept = [stage for stage in (*backward, *forward) if isinstance(stage, Convolution)]
        return cls(label, merge, image, (backward, forward), size + sum(stage.weight.nbytes for stage in kept))

    def apply(self, experiment: Experiment, forward: bool) -> Experiment:
        """Return the experiment after the edit (forward) or before it."""
        image = self.image.apply(experiment.image, forward) if self.image else experiment.image
        return Experiment(image, tuple(_made(plan, experiment.stages, forward) for plan in self.plans[forward]))


def _take_over(source: Sequence[Stage], target: Sequence[Stage]) -> list[int | Stage | _Retuned]:
    """Plan each target stage: the index of an equal one in the source, or else itself."""
    plan: list[int | Stage | _Retuned] = []
    for position, stage in enumerate(target):
        # most edits leave a stage where it was, so that place is looked at first
        order = [position, *range(len(source))] if position < len(source) else range(len(source))
        same = next((index for index in order if source[index] is stage or source[index] == stage), None)
        plan.append(stage if same is None else same)
    return plan


def _settings(stage: Convolution) -> dict[str, Any]:
    return {field.name: getattr(stage, field.name) for field in fields(stage) if field.name != "weight"}


def _made(plan: int | Stage | _Retuned, stages: Sequence[Stage], forward: bool) -> Stage:
    if isinstance(plan, int):
        return stages[plan]
    if not isinstance(plan, _Retuned):
        return plan
    source = stages[plan.source]
    assert isinstance(source, Convolution)
    weight = plan.change.apply(source.weight, forward) if plan.change else source.weight
    return replace(source, weight=weight, **plan.settings)


class History:
    """The edits that led to an experiment, and those undone.

    Holds at most `max_entries` edits in `max_bytes`; the oldest are forgotten first, the latest never.
    """

    def __init__(self, experiment: Experiment, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self.experiment = experiment
        self._done: deque[Entry] = deque()
        self._undone: list[Entry] = []
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._gesture_start: Experiment | None = None
        self._size = 0

    @property
    def size(self) -> int:
        """The memory that the edits take, in bytes."""
        return self._size

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, or None."""
        return self._done[-1].label if self._done else None

    @property
    def redo_label(self) -> str | None:
        """What redo would do again, or None."""
        return self._undone[-1].label if self._undone else None

    def __len__(self) -> int:
        return len(self._done)

    def record(self, new: Experiment, label: str, merge: Hashable = None) -> None:
        """Take a new experiment; edits that follow each other with the same `merge` become one."""
        start = self.experiment
        if merge is not None and self._done and self._done[-1].merge == merge and not self._undone:
            start = self._gesture_start or self.experiment
            self._size -= self._done.pop().size
        self._gesture_start = start
        self._size -= sum(entry.size for entry in self._undone)
        self._undone.clear()
        entry = Entry.between(start, new, label, merge)
        self._done.append(entry)
        self._size += entry.size
        self.experiment = new
        while len(self._done) > 1 and (len(self._done) > self._max_entries or self._size > self._max_bytes):
            self._size -= self._done.popleft().size

    def end_gesture(self) -> None:
        """Let the next edit be one of its own."""
        if self._done:
            self._done[-1].merge = None
        self._gesture_start = None

    def undo(self) -> Experiment | None:
        """Take the latest edit back; None where there is none."""
        if not self._done:
            return None
        entry = self._done.pop()
        self._undone.append(entry)
        return self._step(entry, forward=False)

    def drop(self) -> None:
        """Take the latest edit back for good: it cannot be redone."""
        if self.undo() is not None:
            self._undone.pop()

    def redo(self) -> Experiment | None:
        """Do the edit again that was undone last; None where there is none."""
        if not self._undone:
            return None
        entry = self._undone.pop()
        self._done.append(entry)
        return self._step(entry, forward=True)

    def _step(self, entry: Entry, forward: bool) -> Experiment:
        entry.merge = None
        self._gesture_start = None
        self.experiment = entry.apply(self.experiment, forward)
        return self.experiment
