"""What is lit in each view at a step, and which cells are the counterparts of a hovered one. Pure, no widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core import Activation, Convolution, Flatten, Rectangle, source_rectangles
from cnnexplorer.ui.widgets.map_view import Lit

if TYPE_CHECKING:
    from cnnexplorer.core import Experiment, Step

    from .shown import ViewKey


def lit_views(experiment: Experiment, step: Step) -> dict[ViewKey, Lit]:
    """Return what a step lights: the output cell, the patch, the padding around it, and what that was made from."""
    stage, index = step.stage, step.stage_index
    row, column = display_cell(experiment, index, step.output)
    lit: dict[ViewKey, Lit] = {("stage", index): Lit(Rectangle(row, column, 1, 1), "output")}
    chain = source_rectangles(
        experiment.stages, index, Rectangle(step.output[1], step.output[2], 1, 1), experiment.image.shape
    )
    for place in range(index + 1):  # chain[place] is in the input of stage `place`
        before: ViewKey = ("input", -1) if place == 0 else ("stage", place - 1)
        shape = experiment.input_shape(place)
        frame = _inside(chain[place], shape)
        if frame is None or len(shape) != 3:
            continue
        cells: tuple[Rectangle, ...] = ()
        mark = None
        if place == index:
            cells = _taps(step, padded=False)
            if step.winner is not None and (cell := step.cells[step.winner]) is not None:
                mark = Rectangle(cell[1], cell[2], 1, 1)
        lit[before] = Lit(frame, "input", cells, mark)
        if isinstance(experiment.stages[place], Convolution):
            lit["padding", place] = Lit(
                padded(experiment, place, chain[place]), "input", _taps(step, padded=True) if place == index else ()
            )
    if isinstance(stage, Flatten | Activation) and len(experiment.input_shape(index)) == 1:
        before = ("input", -1) if index == 0 else ("stage", index - 1)
        lit[before] = Lit(Rectangle(step.output[1], 0, 1, 1), "input")
    return lit


def linked_views(experiment: Experiment, key: ViewKey, row: int, column: int) -> dict[ViewKey, Rectangle]:
    """Return what the cell at (row, column) of a view was made from, in every view before it."""
    kind, index = key
    if kind == "input":
        return {}
    if kind == "padding":
        stage = experiment.stages[index]
        assert isinstance(stage, Convolution)
        cell = Rectangle(row - stage.sides[0], column - stage.sides[2], 1, 1)
        chain = source_rectangles(experiment.stages, index - 1, cell, experiment.image.shape)
        last = index
    else:
        chain = source_rectangles(experiment.stages, index, Rectangle(row, column, 1, 1), experiment.image.shape)
        last = index
    linked: dict[ViewKey, Rectangle] = {}
    for place in range(last + 1):
        shape = experiment.input_shape(place)
        before: ViewKey = ("input", -1) if place == 0 else ("stage", place - 1)
        frame = _inside(chain[place], shape)
        if frame is not None:
            linked[before] = frame
        if isinstance(experiment.stages[place], Convolution) and ("padding", place) != key:
            linked["padding", place] = padded(experiment, place, chain[place])
    return linked


def padded(experiment: Experiment, index: int, cells: Rectangle) -> Rectangle:
    """Return a rectangle of a convolution's input in the coordinates of its padded input, inside it."""
    stage = experiment.stages[index]
    assert isinstance(stage, Convolution)
    top, bottom, left, right = stage.sides
    _channels, height, width = experiment.input_shape(index)
    moved = Rectangle(cells.top + top, cells.left + left, cells.height, cells.width)
    return _clipped(moved, height + top + bottom, width + left + right) or Rectangle(0, 0, 1, 1)


def display_cell(experiment: Experiment, index: int, output: tuple[int, int, int]) -> tuple[int, int]:
    """Return where a stage's view shows an output cell; a flat row stands upright there."""
    return output[1], 0 if len(experiment.shapes[index]) == 1 else output[2]


def _taps(step: Step, padded: bool) -> tuple[Rectangle, ...]:
    """Return the single cells that a dilated kernel reads; none where they fill the window."""
    stage = step.stage
    if not isinstance(stage, Convolution) or stage.dilations == (1, 1):
        return ()
    _, rows, columns = step.inputs.shape
    top, left = (0, 0) if padded else (stage.sides[0], stage.sides[2])
    _channels, height, width = step.input_shape
    cells = [
        Rectangle(
            step.window.top + m * stage.dilations[0] - top, step.window.left + n * stage.dilations[1] - left, 1, 1
        )
        for m in range(rows)
        for n in range(columns)
    ]
    if padded:
        return tuple(cells)
    return tuple(cell for cell in cells if 0 <= cell.top < height and 0 <= cell.left < width)


def _inside(cells: Rectangle, shape: tuple[int, ...]) -> Rectangle | None:
    return _clipped(cells, shape[0], 1) if len(shape) == 1 else _clipped(cells, shape[1], shape[2])


def _clipped(cells: Rectangle, rows: int, columns: int) -> Rectangle | None:
    """Return the part of a rectangle inside a map, None where there is none."""
    top, left = max(cells.top, 0), max(cells.left, 0)
    bottom, right = min(cells.top + cells.height, rows), min(cells.left + cells.width, columns)
    return Rectangle(top, left, bottom - top, right - left) if bottom > top and right > left else None
