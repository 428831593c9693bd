"""The present step on screen: patch times kernel is products, and the arithmetic written out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnexplorer.core import Activation, Convolution, Flatten, activation_formula, format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import code_font, colours, number_font
from cnnexplorer.ui.widgets.figure_mode import for_figure, pixel_ratio
from cnnexplorer.ui.widgets.matrix_editor import KERNEL_LOOK
from cnnexplorer.ui.widgets.painting import Look, Placement, paint_hatching, paint_map
from cnnexplorer.ui.widgets.partial import paint_first

from .names import channel_name
from .predict_arithmetic import open_arithmetic

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QFont, QPaintEvent, QResizeEvent

    from cnnexplorer.core import Step
    from cnnexplorer.ui.theme import Colours

_GAP = 34.0
_MARGIN = 12.0
_TITLE = 20.0
_NO_STEP = mark("Add a stage with + to see its steps.")
_NOT_YET = mark("This step reads values that are asked for.")


class StepView(Speaking, QWidget):
    """Paints the grids of the present step: the patch, the kernel, their products; or the window of a pooling.

    A filter with several planes has a line of grids for each, with its sub-total.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step: Step | None = None
        self._known: int | None = None
        self._absent = _NO_STEP
        self._input_look, self._input_limits = Look(), (0.0, 1.0)
        self._decimals = 2
        self._kernels: dict[int, tuple[object, QPixmap]] = {}
        self._least_cell = 15.0
        self.setMinimumSize(200, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)

    def set_step(self, step: Step | None, look: Look, limits: tuple[float, float], known: int | None = None) -> None:
        """Show a step; its inputs on the colours of the view that they come from.

        `known` hides what comes out, and all but the first products; None hides nothing.
        """
        self._known, self._absent = known, _NO_STEP
        taller = self._lines(step) != self._lines(self._step)
        self._step, self._input_look, self._input_limits = step, look, limits
        if taller:
            self.setMinimumHeight(self._needed_height())
        self.update()

    def leave_out(self) -> None:
        """Show no step, since the values that it reads are not to be seen."""
        self._step, self._absent = None, _NOT_YET
        self.update()

    def set_decimals(self, decimals: int) -> None:
        """Set the decimals of the numbers."""
        self._decimals = decimals
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(520, 190)

    def retranslate(self) -> None:
        """Paint the words again."""
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the step."""
        painter = QPainter(self)
        theme = colours(self)
        step = self._step
        if step is None:
            painter.setPen(theme.colour("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _(self._absent))
        elif isinstance(step.stage, Convolution):
            self._paint_convolution(painter, theme, step)
        elif isinstance(step.stage, Activation | Flatten):
            self._paint_one(painter, theme, step)
        else:
            self._paint_pooling(painter, theme, step)

    @staticmethod
    def _lines(step: Step | None) -> tuple[int, ...]:
        return () if step is None else step.inputs.shape

    def _needed_height(self) -> int:
        lines = self._lines(self._step)
        if not lines:
            return 120
        return max(120, round(lines[0] * (lines[1] * self._least_cell + 14) + _TITLE + _MARGIN))

    def _paint_convolution(self, painter: QPainter, theme: Colours, step: Step) -> None:
        assert step.weights is not None
        assert step.products is not None
        planes, rows, columns = step.inputs.shape
        subtotal_width = 92.0
        room = self.width() - 2 * _MARGIN - 2 * _GAP - subtotal_width
        across = room / (3 * columns)
        down = ((self.height() - _TITLE - _MARGIN) / planes - 14) / rows
        cell = max(min(across, down, 84.0), 6.0)
        # on whole pixels, where the kernel's picture stays sharp
        block_w, block_h = float(round(cell * columns)), float(round(cell * rows + 14))
        left = float(round(max((self.width() - 3 * block_w - 2 * _GAP - subtotal_width) / 2, 4.0)))
        top = float(round(min(max((self.height() - _TITLE - planes * block_h) / 2, 0), 16.0) + _TITLE))
        xs = [left, left + block_w + _GAP, left + 2 * (block_w + _GAP)]
        for x, title, role in zip(
            xs, (_("Patch"), _("Kernel"), _("Products")), ("input", "kernel", "output"), strict=True
        ):
            self._title(painter, theme, x, top - _TITLE, max(block_w, 60.0), title, role)
        product_look = Look("diverging", decimals=self._decimals)
        reach = float(np.nanmax(np.abs(np.nan_to_num(step.products)))) or 1.0
        for plane in range(planes):
            y = top + plane * block_h
            spots = [Placement(x, y, cell) for x in xs]
            self._grid(
                painter, theme, step.inputs[plane], self._shown(self._input_look), self._input_limits, spots[0], "input"
            )
            self._hatch_padding(painter, theme, step, plane, spots[0])
            self._paint_kernel(painter, theme, step.weights[plane], spots[1], plane)
            if self._known is None:
                self._grid(painter, theme, step.products[plane], product_look, (-reach, reach), spots[2], "output")
            else:
                self._paint_known(painter, theme, step.products[plane], plane, (-reach, reach), spots[2])
            middle = y + cell * rows / 2
            self._sign(painter, theme, xs[1] - _GAP / 2, middle, "·")
            self._sign(painter, theme, xs[2] - _GAP / 2, middle, "=")
            if planes > 1:
                name = channel_name(plane, planes)
                whole = self._known is None or self._known >= (plane + 1) * rows * columns
                text = f"{name}: Σ = {format_number(step.subtotals[plane], self._decimals) if whole else '?'}"
            else:
                bias = f" + {format_number(step.bias, self._decimals)}" if step.bias is not None else ""
                text = f"Σ{bias} = {self._value(step)}"
            painter.setPen(theme.colour("output"))
            font = number_font(14)
            font.setBold(planes == 1)
            painter.setFont(font)
            start = xs[2] + block_w + 10
            if QFontMetricsF(font).horizontalAdvance(text) > self.width() - start:
                text = text.replace(" = ", "\n= ")
            box = QRectF(start, middle - 24, subtotal_width + 30, 48)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _value(self, step: Step) -> str:
        return "?" if self._known is not None else format_number(step.value, self._decimals)

    def _paint_known(
        self,
        painter: QPainter,
        theme: Colours,
        products: NDArray[np.float64],
        plane: int,
        limits: tuple[float, float],
        spot: Placement,
    ) -> None:
        """Paint the products that are known, and empty cells for the rest."""
        rows, columns = products.shape
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("base"))
        for tap in range(products.size):
            painter.drawRect(spot.rect(*divmod(tap, columns)))
        count = min(max((self._known or 0) - plane * products.size, 0), products.size)
        look, area = Look("diverging", decimals=self._decimals), QRectF(self.rect())
        paint_first(painter, products, count, look, limits, spot, area, theme, pixel_ratio(self))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("output"), 2))
        painter.drawRect(spot.rect(0, 0, rows, columns))

    def _paint_kernel(
        self, painter: QPainter, theme: Colours, weights: NDArray[np.float64], spot: Placement, plane: int
    ) -> None:
        """Paint a kernel plane, which seldom changes: on the screen from a picture of it."""
        if for_figure():
            self._grid(painter, theme, weights, KERNEL_LOOK, KERNEL_LOOK.range_for(weights, weights), spot, "kernel")
        else:
            picture = self._kernel_picture(theme, weights, spot.scale, plane)
            painter.drawPixmap(QPointF(spot.x - 2, spot.y - 2), picture)

    def _kernel_picture(self, theme: Colours, weights: NDArray[np.float64], cell: float, plane: int) -> QPixmap:
        """Return a kernel plane's grid, 2 pixels larger on each side; painted anew only when it is another."""
        key = (weights.tobytes(), weights.shape, cell, theme, self.devicePixelRatioF())
        known = self._kernels.get(plane)
        if known is not None and known[0] == key:
            return known[1]
        ratio = self.devicePixelRatioF()
        rows, columns = weights.shape
        size = QSizeF(columns * cell + 4, rows * cell + 4) * ratio
        picture = QPixmap(math.ceil(size.width()), math.ceil(size.height()))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        with QPainter(picture) as painter:
            limits = KERNEL_LOOK.range_for(weights, weights)
            self._grid(painter, theme, weights, KERNEL_LOOK, limits, Placement(2, 2, cell), "kernel")
        self._kernels[plane] = (key, picture)
        return picture

    def _paint_pooling(self, painter: QPainter, theme: Colours, step: Step) -> None:
        _planes, rows, columns = step.inputs.shape
        cell = max(min((self.width() - 200) / columns, (self.height() - _TITLE - _MARGIN) / rows, 48.0), 6.0)
        left = max((self.width() - cell * columns - 150) / 2, 6.0)
        top = min(max((self.height() - _TITLE - cell * rows) / 2, 0), 16.0) + _TITLE
        spot = Placement(left, top, cell)
        self._title(painter, theme, left, top - _TITLE, max(cell * columns, 90.0), _("Region"), "input")
        window = np.where(np.isneginf(step.inputs[0]), 0.0, step.inputs[0])
        self._grid(painter, theme, window, self._shown(self._input_look), self._input_limits, spot, "input")
        self._hatch_padding(painter, theme, step, 0, spot)
        if step.winner is not None and self._known is None:
            painter.setPen(QPen(theme.colour("output"), 3))
            painter.drawRect(spot.rect(*divmod(step.winner, columns)).adjusted(1.5, 1.5, -1.5, -1.5))
        name = "max" if step.winner is not None else f"Σ / {step.divisor}"
        painter.setPen(theme.colour("output"))
        font = number_font(16)
        font.setBold(True)
        painter.setFont(font)
        box = QRectF(left + cell * columns + 18, top, 180, cell * rows)
        painter.drawText(
            box,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            f"{name} = {self._value(step)}",
        )

    def _paint_one(self, painter: QPainter, theme: Colours, step: Step) -> None:
        """Paint what one value becomes: of an activation, or of flattening."""
        cell = 64.0
        middle = self.height() / 2
        left = self.width() / 2 - 140
        source = Placement(left, middle - cell / 2, cell)
        target = Placement(left + 280 - cell, middle - cell / 2, cell)
        self._grid(painter, theme, step.inputs[0], self._shown(self._input_look), self._input_limits, source, "input")
        if self._known is None:
            value = np.array([[step.value]])
            self._grid(painter, theme, value, self._shown(self._input_look), self._input_limits, target, "output")
        else:
            painter.setPen(QPen(theme.colour("output"), 2))
            painter.setFont(number_font(20))
            painter.drawRect(target.rect(0, 0))
            painter.drawText(target.rect(0, 0), Qt.AlignmentFlag.AlignCenter, "?")
        painter.setPen(theme.colour("muted"))
        painter.setFont(number_font(12))
        if isinstance(step.stage, Activation):
            text = activation_formula(step.stage, None, self._decimals)
        else:
            text = f"→ [{step.output[1]}]"
        wide = QRectF(0, middle - cell / 2 - 30, self.width(), 22)
        painter.drawText(wide, Qt.AlignmentFlag.AlignCenter, text)
        y = middle
        painter.setPen(QPen(theme.colour("muted"), 2))
        start, end = source.rect(0, 0).right() + 14, target.rect(0, 0).left() - 14
        painter.drawLine(QPointF(start, y), QPointF(end, y))
        painter.drawLine(QPointF(end - 7, y - 6), QPointF(end, y))
        painter.drawLine(QPointF(end - 7, y + 6), QPointF(end, y))

    def _shown(self, look: Look) -> Look:
        return Look(look.colour_map, decimals=self._decimals)

    def _grid(
        self, painter: QPainter, theme: Colours, values: object, look: Look, limits: tuple[float, float],
        spot: Placement, role: str,
    ) -> None:  # fmt: skip
        assert isinstance(values, np.ndarray)
        paint_map(painter, values, look, limits, spot, QRectF(self.rect()), theme, pixel_ratio(self))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour(role), 2))
        painter.drawRect(spot.rect(0, 0, *values.shape))

    def _hatch_padding(self, painter: QPainter, theme: Colours, step: Step, plane: int, spot: Placement) -> None:
        """Hatch the taps that lie in the padding."""
        stage = step.stage
        assert not isinstance(stage, Activation | Flatten)
        _channels, height, width = step.input_shape
        _, rows, columns = step.inputs.shape
        dilation_h, dilation_w = stage.dilations if isinstance(stage, Convolution) else (1, 1)
        for row in range(rows):
            y = step.window.top + row * dilation_h - stage.sides[0]
            for column in range(columns):
                x = step.window.left + column * dilation_w - stage.sides[2]
                if not (0 <= y < height and 0 <= x < width):
                    paint_hatching(painter, spot.rect(row, column), theme.colour("input", 0.6), 7)

    @staticmethod
    def _title(painter: QPainter, theme: Colours, x: float, y: float, width: float, text: str, role: str) -> None:
        painter.setPen(theme.colour(role))
        painter.setFont(number_font(12))
        painter.drawText(
            QRectF(x, y, width, _TITLE - 3), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text
        )

    @staticmethod
    def _sign(painter: QPainter, theme: Colours, x: float, y: float, text: str) -> None:
        painter.setPen(theme.colour("text"))
        painter.setFont(number_font(20))
        painter.drawText(QRectF(x - 15, y - 15, 30, 30), Qt.AlignmentFlag.AlignCenter, text)


class Token(NamedTuple):
    """A piece of written arithmetic, in the colour of a role."""

    text: str
    role: str


class ArithmeticView(QWidget):
    """The arithmetic of the present step written out as in the lecture, in the colours of the views."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step: Step | None = None
        self._known: int | None = None
        self._decimals = 2
        self._lines: list[list[list[Token]]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setMinimumWidth(180)

    def set_step(self, step: Step | None, known: int | None = None) -> None:
        """Write a step out; `known` leaves what comes out open, once it is not 0 after as many products."""
        self._step, self._known = step, known
        self._lines = [] if step is None else step_tokens(step, self._decimals)
        if step is not None and known is not None:
            self._lines = open_arithmetic(self._lines, step, known, self._decimals)
        self.setAccessibleName(self.text())
        self._resize()
        self.update()

    def set_decimals(self, decimals: int) -> None:
        """Set the decimals of the numbers."""
        self._decimals = decimals
        self.set_step(self._step, self._known)

    def text(self) -> str:
        """Return the arithmetic as text."""
        if self._known is not None:
            return "\n".join("".join(token.text for term in line for token in term) for line in self._lines)
        return "" if self._step is None else self._step.expression(self._decimals)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew."""
        super().resizeEvent(event)
        self._resize()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines that are in view."""
        painter = QPainter(self)
        theme = colours(self)
        painter.setFont(self._font())
        metrics = QFontMetricsF(self._font())
        height, advance = metrics.lineSpacing() + 4, metrics.horizontalAdvance("0")
        for number, line in enumerate(self._broken(advance)):
            y = _MARGIN + number * height
            if y + height < event.rect().top() or y > event.rect().bottom():
                continue
            # all signs are equally wide: a line is drawn once in each colour, with blanks for the rest
            for role in dict.fromkeys(token.role for token in line):
                text = "".join(token.text if token.role == role else " " * len(token.text) for token in line)
                painter.setPen(theme.colour(role))
                painter.drawText(QPointF(_MARGIN, y + metrics.ascent()), text.rstrip())

    def _font(self) -> QFont:
        font = code_font()
        font.setPixelSize(min(max(self.width() // 28, 13), 24))
        return font

    def _broken(self, advance: float) -> list[list[Token]]:
        """Break lines between terms, to the width of the view."""
        limit = max(int((self.width() - 2 * _MARGIN) / advance), 8)
        broken: list[list[Token]] = []
        for terms in self._lines:
            line: list[Token] = []
            length = 0
            for term in terms:
                size = sum(len(token.text) for token in term)
                if line and length + size > limit:
                    broken.append(line)
                    line, length = [], 0
                line = [*line, *term]
                length += size
            broken.append(line)
        return broken

    @property
    def needed_height(self) -> int:
        """How high the view must be for all lines, in pixels."""
        metrics = QFontMetricsF(self._font())
        lines = len(self._broken(metrics.horizontalAdvance("0")))
        return math.ceil(2 * _MARGIN + lines * (metrics.lineSpacing() + 4))

    def _resize(self) -> None:
        needed = self.needed_height
        if needed != self.minimumHeight():
            self.setMinimumHeight(needed)


def step_tokens(step: Step, decimals: int) -> list[list[list[Token]]]:
    """Return a step's arithmetic as lines of terms of coloured pieces; together they read as `Step.expression`."""

    def number(value: float) -> str:
        return format_number(value, decimals)

    value = Token(number(step.value), "output")
    equals = Token(" = ", "text")
    if isinstance(step.stage, Convolution):
        return _product_tokens(step, decimals)
    if isinstance(step.stage, Activation | Flatten):
        formula, _, _result = step.expression(decimals).rpartition(" = ")
        return [[[Token(formula, "input"), equals, value]]]
    if step.winner is None:  # which cells an average counts, its expression knows
        counted, _, divided = step.expression(decimals).rpartition(" = ")[0].rpartition(")")
        read = [Token(text, "input") for text in counted.removeprefix("(").split(" + ")]
        between, opening, closing = " + ", "(", f"){divided}"
    else:
        read = [
            Token(number(x), "output" if tap == step.winner else "input")
            for tap, (x, cell) in enumerate(zip(step.inputs.flat, step.cells, strict=True))
            if cell is not None
        ]
        between, opening, closing = ", ", "max(", ")"
    terms = [[token, Token(between, "text")] for token in read[:-1]]
    terms.append([read[-1], Token(closing, "text"), equals, value])
    terms[0].insert(0, Token(opening, "text"))
    return [terms]


def _product_tokens(step: Step, decimals: int) -> list[list[list[Token]]]:
    assert step.weights is not None

    def number(value: float) -> str:
        return format_number(value, decimals)

    lines = []
    for inputs, weights in zip(step.inputs, step.weights, strict=True):
        terms = [
            [Token("(", "text"), Token(number(x), "input"), Token("·", "text"), Token(number(w), "kernel"),
             Token(") + ", "text")]
            for x, w in zip(inputs.flat, weights.flat, strict=True)
        ]  # fmt: skip
        terms[-1][-1] = Token(")", "text")
        lines.append(terms)
    bias = [] if step.bias is None else [[Token(" + ", "text"), Token(number(step.bias), "kernel")]]
    total = [Token(" = ", "text"), Token(number(step.value), "output")]
    if len(lines) == 1:
        return [[*lines[0], *bias, total]]
    names = [channel_name(plane, len(lines)) for plane in range(len(lines))]
    for terms, name, subtotal in zip(lines, names, step.subtotals, strict=True):
        terms[0].insert(0, Token(f"{name}: ", "muted"))
        terms.append([Token(" = ", "text"), Token(number(subtotal), "text")])
    sums = [[Token(number(subtotal), "text"), Token(" + ", "text")] for subtotal in step.subtotals]
    sums[-1].pop()
    return [*lines, [*sums, *bias, total]]
