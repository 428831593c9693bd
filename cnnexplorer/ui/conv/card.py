"""A stage's card: its name and shape, its maps, the size formula."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours, icon
from cnnexplorer.ui.widgets.figure_button import FigureButton
from cnnexplorer.ui.widgets.figure_mode import for_figure, ground_brush, shows_focus
from cnnexplorer.ui.widgets.figures import ColourBar, Thumbnails
from cnnexplorer.ui.widgets.map_view import MapView
from cnnexplorer.ui.widgets.sign import Sign

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from .contents import CardContent
    from .shown import ViewKey

MIN_WIDTH, MARGIN = 150, 9


class Card(Speaking, QFrame):
    """Shows one stage.

    Signals: `selected()`, `hovered((row, column) or None)`, `clicked(row, column)`, `channel_chosen()`,
    `insert_asked(kind, before)`, `move_asked(by)`, `remove_asked()`, `enlarge_asked()`, `dropped(global point)`;
    `figure_asked()`, and `menu_opened(menu, widget)` for what others add to the menu of a widget.
    """

    selected = Signal()
    hovered = Signal(object)
    clicked = Signal(int, int)
    channel_chosen = Signal()
    insert_asked = Signal(str, bool)
    move_asked = Signal(int)
    remove_asked = Signal()
    enlarge_asked = Signal()
    dropped = Signal(QPoint)
    figure_asked = Signal()
    menu_opened = Signal(object, object)

    def __init__(self, key: ViewKey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self.content: CardContent | None = None
        self._is_selected = False
        self._active = False
        self._channel: int | None = 0
        self._painted: tuple[object, ...] = ()
        self._limits = (0.0, 1.0)
        self._movable = (False, False)
        self._enlarged = False
        self._size_hidden = self._note_hidden = False
        self.setMinimumWidth(MIN_WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._icon = Sign()
        self._icon_name = ""
        self._title = QElidingLabel()
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._title.setMinimumWidth(20)
        self._shape = QLabel()
        self._settings = QElidingLabel()
        self._settings.setMinimumWidth(20)
        self._menu_button = QToolButton()
        self._menu_button.setAutoRaise(True)
        self._menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tip(self._menu_button, "What can be done with this stage")
        self._menu_button.clicked.connect(self._open_menu)
        self._figure_button = FigureButton(mark("Save this card as a figure"))
        self._figure_button.clicked.connect(self.figure_asked)
        self.view = MapView()
        self.thumbnails = Thumbnails(24)
        self.tip(self.thumbnails, "Channels")
        self.bar = ColourBar()
        self._formula = QLabel()
        self._formula.setWordWrap(True)
        self._formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._formula.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._formula.customContextMenuRequested.connect(self._popup_formula)
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._build()
        self.view.hovered.connect(self.hovered)
        self.view.clicked.connect(self.clicked)
        self.view.clicked.connect(self.selected)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(lambda point: self._popup(self.view.mapToGlobal(point), self.view))
        self.thumbnails.chosen.connect(self._choose)
        self.restyle()

    def set_content(self, content: CardContent, movable: tuple[bool, bool]) -> None:
        """Show a stage; `movable` tells whether it can go left, and right."""
        if (content, movable) == (self.content, self._movable):
            return
        self.content = content
        self._movable = movable
        channels = len(content.source.values)
        if self._channel is None and not content.colour:
            self._channel = 0
        elif self._channel is not None and (content.colour and channels != self._known_channels()):
            self._channel = None
        if self._channel is not None:
            self._channel = min(self._channel, channels - 1)
        self._title.setText(content.title)
        self._title.setToolTip(content.about)
        self._settings.setText(content.settings)
        self._show_size()
        self._show_icon(content.icon)
        self._show_maps()

    @property
    def channel(self) -> int | None:
        """The channel that is shown; None for all three as a picture."""
        return self._channel

    def set_channel(self, channel: int | None) -> None:
        """Show a channel, or all three as a picture, where there is that; without a signal."""
        if channel == self._channel or self.content is None:
            return
        if self.content.colour if channel is None else 0 <= channel < len(self.content.source.values):
            self._channel = channel
            self._show_maps()

    @property
    def limits(self) -> tuple[float, float]:
        """The values at the ends of the colour map."""
        return self._limits

    @property
    def shown(self) -> NDArray[np.float64]:
        """The map that is shown: (H, W), or (3, H, W) for a picture."""
        assert self.content is not None
        maps = self.content.source.values
        return maps if self._channel is None else maps[self._channel]

    def set_selected(self, selected: bool) -> None:
        """Frame the card: the inspector shows its settings."""
        if selected != self._is_selected:
            self._is_selected = selected
            self.update()

    def set_active(self, active: bool) -> None:
        """Underline the card: the present step is its own."""
        if active != self._active:
            self._active = active
            self.update()

    def set_hidden(self, values: bool, size: bool, unread: bool) -> None:
        """Hide what tells of the values of the whole map, of its size, and what is never read: it is asked for."""
        self.bar.set_veiled(values)
        self.thumbnails.set_veiled(0 if values else None)
        self.view.set_covered(size)
        if (size, unread) != (self._size_hidden, self._note_hidden):
            self._size_hidden, self._note_hidden = size, unread
            self._show_size()

    def set_room(self, width: int) -> None:
        """Make sure that the map is a number of pixels wide, or 0 for the usual."""
        self.setMinimumWidth(max(MIN_WIDTH, width + 2 * MARGIN + 2))

    def set_enlarged(self, enlarged: bool) -> None:
        """Give the map all the height, or keep it a square below the name, so that the maps of all cards are level."""
        if enlarged != self._enlarged:
            self._enlarged = enlarged
            self._shape_view()

    def menu(self) -> QMenu:
        """Return the menu of what can be done with this stage."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        stage = self.key[0] == "stage"
        if self.key[0] != "input":
            before = menu.addMenu(_("Insert before"))
            self._fill_insert(before, before=True)
        after = menu.addMenu(_("Insert after"))
        self._fill_insert(after, before=False)
        if stage:
            menu.addSeparator()
            left = menu.addAction(icon("arrow-left", self), _("Move left"), lambda: self.move_asked.emit(-1))
            left.setEnabled(self._movable[0])
            right = menu.addAction(icon("arrow-right", self), _("Move right"), lambda: self.move_asked.emit(1))
            right.setEnabled(self._movable[1])
            menu.addAction(icon("delete-outline", self), _("Remove"), self.remove_asked.emit)
        menu.addSeparator()
        menu.addAction(icon("arrow-expand", self), _("Enlarge or restore"), self.enlarge_asked.emit)
        menu.addAction(_("Fit"), self.view.fit)
        menu.addAction(_("1:1"), self.view.one_to_one)
        return menu

    def retranslate(self) -> None:
        """Nothing more: the workspace gives the content anew."""

    def restyle(self) -> None:
        """Take the theme's colours."""
        theme = colours(self)
        self._menu_button.setIcon(icon("dots-vertical", self, "muted"))
        for label, role in (
            (self._shape, "text"),
            (self._settings, "muted"),
            (self._formula, "muted"),
            (self._note, "error"),
        ):
            palette = label.palette()
            palette.setColor(palette.ColorRole.WindowText, theme.colour(role))
            label.setPalette(palette)
        if self.content is not None:
            self._icon_name = ""
            self._show_icon(self.content.icon)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the card's ground, and its frame when it is selected or focused."""
        painter = QPainter(self)
        theme = colours(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = shows_focus(self) or (self._is_selected and not for_figure())
        painter.setPen(QPen(theme.colour("accent" if chosen else "line"), 2 if chosen else 1))
        painter.setBrush(ground_brush(theme.colour("panel")))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 6, 6)
        if self._active:
            painter.setPen(QPen(theme.colour("output"), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(12, 3, self.width() - 13, 3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the map a square."""
        super().resizeEvent(event)
        self._shape_view()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu."""
        self._popup(event.globalPos(), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the card."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.selected.emit()
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Enlarge the card, or make it small again."""
        self.enlarge_asked.emit()
        super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show that the card is being moved."""
        if event.buttons() & Qt.MouseButton.LeftButton and self.key[0] == "stage":
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop a card that was moved."""
        if self.cursor().shape() == Qt.CursorShape.ClosedHandCursor:
            self.unsetCursor()
            if not self.rect().contains(event.position().toPoint()):
                self.dropped.emit(event.globalPosition().toPoint())
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select with Enter, remove with Delete, move with Shift and the arrow keys."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.selected.emit()
        elif key == Qt.Key.Key_Delete and self.key[0] == "stage":
            self.remove_asked.emit()
        elif shift and key == Qt.Key.Key_Left and self._movable[0]:
            self.move_asked.emit(-1)
        elif shift and key == Qt.Key.Key_Right and self._movable[1]:
            self.move_asked.emit(1)
        elif key == Qt.Key.Key_Menu:
            self._open_menu()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(6)
        header.addWidget(self._icon)
        header.addWidget(self._title, 1)
        header.addWidget(self._menu_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 8, MARGIN, 8)
        layout.setSpacing(5)
        layout.addLayout(header)
        below = QHBoxLayout()
        below.addWidget(self._shape, 1)
        below.addWidget(self._figure_button)
        layout.addLayout(below)
        layout.addWidget(self._settings)
        layout.addWidget(self.view, 100)
        layout.addWidget(self.bar)
        layout.addWidget(self.thumbnails)
        layout.addWidget(self._formula)
        layout.addWidget(self._note)
        layout.addStretch(1)

    def _show_size(self) -> None:
        content = self.content
        if content is None:
            return
        shape, formula = ("?", "") if self._size_hidden else (content.shape, content.formula)
        note = "" if self._note_hidden else content.note
        self._shape.setText(shape)
        for label, text in ((self._formula, formula), (self._note, note)):
            label.setText(text)
            label.setVisible(bool(text))
        self.view.setAccessibleName(f"{content.title} {shape}")

    def _shape_view(self) -> None:
        self.view.setMaximumHeight(16_777_215 if self._enlarged else max(self.width() - 2 * MARGIN, 120))

    def _show_icon(self, name: str) -> None:
        if name != self._icon_name:
            self._icon_name = name
            self._icon.set_icon(icon(name, self, "muted"))

    def _known_channels(self) -> int:
        """How many channels the thumbnails know, the picture of all not counted."""
        return len(self.thumbnails) - 1 if len(self.thumbnails) == 4 else len(self.thumbnails)

    def _show_maps(self) -> None:
        content = self.content
        assert content is not None
        painted = (content.source, content.look, content.colour, self._channel)
        if painted == self._painted:
            return
        self._painted = painted
        limits = self._limits = content.source.limits(content.look, self._channel)
        small = content.source.small
        self.view.set_map(
            self.shown, content.look, limits, small if small is None or self._channel is None else small[self._channel]
        )
        self.bar.set_range("grey" if self._channel is None else content.look.colour_map, limits)
        maps = content.source.values if small is None else small
        entries = [*([maps] if content.colour else []), *maps]
        index = 0 if self._channel is None else self._channel + content.colour
        shared = content.look.range_mode == "shared"
        self.thumbnails.set_maps([entries], [content.look], index, shared=shared and not content.colour)
        self.thumbnails.setVisible(len(entries) > 1)

    def _choose(self, index: int) -> None:
        assert self.content is not None
        self._channel = (None if index == 0 else index - 1) if self.content.colour else index
        self._show_maps()
        self.channel_chosen.emit()

    def _open_menu(self) -> None:
        self._popup(self._menu_button.mapToGlobal(self._menu_button.rect().bottomLeft()), self)

    def _popup_formula(self, point: QPoint) -> None:
        text = self._formula.selectedText() or self._formula.text()
        copy = QAction(icon("content-copy", self), _("Copy the formula"))
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(text))
        self._popup(self._formula.mapToGlobal(point), self, copy)

    def _popup(self, point: QPoint, widget: QWidget, first: QAction | None = None) -> None:
        self.selected.emit()
        menu = self.menu()
        if first is not None:
            first.setParent(menu)
            menu.insertAction(menu.actions()[0], first)
            menu.insertSeparator(menu.actions()[1])
        self.menu_opened.emit(menu, widget)
        menu.popup(point)

    def _fill_insert(self, menu: QMenu, before: bool) -> None:
        for kind, title in new_stage_titles().items():
            menu.addAction(title, partial(self.insert_asked.emit, kind, before))


def new_stage_titles() -> dict[str, str]:
    """Return the stages that can be added, with their names."""
    return {
        "convolution": _("Convolution"),
        "activation": _("ReLU and other activations"),
        "max": _("Max pooling"),
        "average": _("Average pooling"),
        "flatten": _("Flatten"),
    }
