"""All actions in one table: menus, the palette and the shortcuts page are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from cnnexplorer.core.messages import mark

from .language import _
from .theme import icon

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class ActionSpec:
    """An action: its menu, text, icon, shortcuts, tip, and whether it is switched on and off.

    A shortcut of one key without Ctrl, such as Space, works where nothing that has the focus wants that key: buttons,
    lists and fields keep theirs.
    """

    id: str
    menu: str
    text: str
    icon: str
    shortcuts: tuple[str, ...]
    tip: str
    checkable: bool = False
    short: str = ""


MENUS = {
    "file": mark("&File"),
    "edit": mark("&Edit"),
    "steps": mark("&Steps"),
    "network": mark("&Network"),
    "lab": mark("&Lab"),
    "view": mark("&View"),
    "help": mark("&Help"),
}

# the menus and actions that one workspace alone has; what is in neither list works everywhere
OWN = {
    "conv": (
        "steps", "adjust", "default", "add_convolution", "add_activation", "add_max", "add_average", "add_flatten",
        "remove_stage", "copy_arithmetic", "one_to_one", "enlarge",
    ),
    "net": ("network", "folder", "picture_before", "picture_behind", "camera", "live", "draw", "column"),
}  # fmt: skip

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("new", "file", mark("&New"), "file-outline", ("Ctrl+N",),
               mark("Begin anew with the first example; unsaved work is asked about")),
    ActionSpec("new_lab", "file", mark("New &lab…"), "file-document-edit-outline", (),
               mark("Write a lab of your own, from a template")),
    ActionSpec("practice", "file", mark("P&ractice…"), "dumbbell", (),
               mark("Exercises without end, of a kind and level of your choice")),
    ActionSpec("open", "file", mark("&Open…"), "folder-open-outline", ("Ctrl+O",),
               mark("Open a picture as the input, or a session"), short=mark("Open")),
    ActionSpec("save", "file", mark("&Save"), "content-save-outline", ("Ctrl+S",),
               mark("Save all that is on the desk as a session")),
    ActionSpec("save_as", "file", mark("Sav&e as…"), "content-save-edit-outline", ("Ctrl+Shift+S",),
               mark("Save all that is on the desk as a session under another name")),
    ActionSpec("paste", "file", mark("&Paste a picture"), "clipboard-outline", ("Ctrl+Shift+V",),
               mark("Take the picture, or a matrix of numbers, from the clipboard as the input"),
               short=mark("Paste")),
    ActionSpec("adjust", "file", mark("&Adjust the picture…"), "tune-variant", ("Ctrl+J",),
               mark("Choose the frame, crop, colours and working size of the picture"), short=mark("Adjust")),
    ActionSpec("folder", "file", mark("Open a f&older of pictures…"), "folder-multiple-image", ("Ctrl+Shift+O",),
               mark("Step through the pictures of a folder")),
    ActionSpec("picture_before", "file", mark("Picture &before"), "chevron-left", ("Alt+Up",),
               mark("Show the picture before in the folder")),
    ActionSpec("picture_behind", "file", mark("&Next picture"), "chevron-right", ("Alt+Down",),
               mark("Show the next picture of the folder")),
    ActionSpec("camera", "file", mark("&Camera"), "camera-outline", (), mark("Show the camera's pictures, live"),
               checkable=True),
    ActionSpec("live", "file", mark("Picture of the Con&volution workspace"), "grid", (),
               mark("Take the Convolution workspace's picture or drawing, and follow it"),
               checkable=True),
    ActionSpec("draw", "file", mark("&Draw on the picture"), "pencil", ("Ctrl+D",),
               mark("Draw on the picture with the mouse; the maps follow"), checkable=True),
    ActionSpec("save_figure", "file", mark("Save a fi&gure…"), "image-outline", ("Ctrl+E",),
               mark("Save what is on screen as a picture, or the numbers behind it"), short=mark("Figure")),
    ActionSpec("save_layers", "file", mark("Save &whole layers…"), "content-save-all-outline", ("Ctrl+Shift+L",),
               mark("Save every map or filter of layers: as pictures, contact sheets or data")),
    ActionSpec("record", "file", mark("Record an an&imation…"), "movie-open-outline", ("Ctrl+R",),
               mark("Record the steps, or what is shown while a number runs, as GIF, PNG, WebP or MP4")),
    ActionSpec("quit", "file", mark("&Quit"), "exit-to-app", ("Ctrl+Q",), mark("Close the program")),
    ActionSpec("undo", "edit", mark("&Undo"), "undo", ("Ctrl+Z",), mark("Take the latest edit back")),
    ActionSpec("redo", "edit", mark("&Redo"), "redo", ("Ctrl+Shift+Z", "Ctrl+Y"), mark("Do what was undone again")),
    ActionSpec("default", "edit", mark("&Start over"), "restart", (),
               mark("Go back to the first example; undo brings your work back")),
    ActionSpec("add_convolution", "edit", mark("Add a con&volution"), "grid", (), mark("Add a convolution at the end")),
    ActionSpec("add_activation", "edit", mark("Add an &activation"), "chart-bell-curve-cumulative", (),
               mark("Add a ReLU, or another activation, at the end")),
    ActionSpec("add_max", "edit", mark("Add &max pooling"), "arrow-collapse-all", (),
               mark("Add max pooling at the end")),
    ActionSpec("add_average", "edit", mark("Add avera&ge pooling"), "arrow-collapse-all", (),
               mark("Add average pooling at the end")),
    ActionSpec("add_flatten", "edit", mark("Add f&lattening"), "format-list-numbered", (),
               mark("Lay all values in one row at the end")),
    ActionSpec("remove_stage", "edit", mark("Re&move the chosen stage"), "delete-outline", (),
               mark("Take the chosen stage out; undo brings it back")),
    ActionSpec("copy_figure", "edit", mark("Copy the &picture"), "content-copy", ("Ctrl+Shift+E",),
               mark("Put a picture of the view in use onto the clipboard")),
    ActionSpec("copy_arithmetic", "edit", mark("&Copy the arithmetic"), "content-copy", ("Ctrl+Shift+C",),
               mark("Copy the present step's arithmetic as text")),
    ActionSpec("first", "steps", mark("&First step"), "skip-previous", ("Ctrl+Home",), mark("Go to the first step")),
    ActionSpec("back", "steps", mark("Step &back"), "step-backward", ("Ctrl+Left",), mark("Go one step back")),
    ActionSpec("play", "steps", mark("&Play or pause"), "play", ("Space",), mark("Let the steps run, or stop them")),
    ActionSpec("forward", "steps", mark("Step f&orward"), "step-forward", ("Ctrl+Right",), mark("Go one step on")),
    ActionSpec("last", "steps", mark("&Last step"), "skip-next", ("Ctrl+End",), mark("Go to the last step")),
    ActionSpec("loop", "steps", mark("Repeat at the &end"), "repeat", ("L",),
               mark("Begin again when the last step is done"), checkable=True),
    ActionSpec("fill", "steps", mark("Fill &cell by cell"), "dots-grid", ("F",),
               mark("Show only what the steps so far have computed; else the whole map"), checkable=True),
    ActionSpec("predict", "steps", mark("P&redict"), "head-question-outline", ("P",),
               mark("Hide the coming output and ask for it; then see how it comes about"), checkable=True),
    ActionSpec("hint", "steps", mark("&Hint"), "lightbulb-on-outline", ("Ctrl+H",),
               mark("Help with what is asked, a little more each time")),
    ActionSpec("show_answer", "steps", mark("Show the &answer"), "eye-outline", ("Ctrl+Shift+H",),
               mark("Give up on what is asked; that is counted")),
    ActionSpec("spotlight", "steps", mark("&Spotlight"), "spotlight-beam", ("S",),
               mark("Light the present step's cells and dim the rest"), checkable=True),
    ActionSpec("slower", "steps", mark("Slo&wer"), "speedometer-slow", ("Ctrl+Down",), mark("Fewer steps a second")),
    ActionSpec("faster", "steps", mark("Fas&ter"), "speedometer", ("Ctrl+Up",), mark("More steps a second")),
    ActionSpec("weights", "network", mark("&Weights…"), "tray-arrow-down", ("Ctrl+L",),
               mark("Choose trained, downloaded, own or random weights")),
    ActionSpec("reset_filters", "network", mark("&Original filters"), "backup-restore", (),
               mark("Put all edited filters back as they were loaded; undo brings the edits back")),
    ActionSpec("save_table", "network", mark("Save the &table…"), "table-arrow-down", (),
               mark("Save the Architecture page's table as CSV, Markdown or LaTeX")),
    ActionSpec("page_overview", "network", mark("O&verview"), "view-carousel-outline", ("F2",),
               mark("The whole network, from the picture to the answer"), checkable=True),
    ActionSpec("page_architecture", "network", mark("&Architecture"), "table", ("F3",),
               mark("Layer by layer: shapes, parameters, multiply-accumulates"), checkable=True),
    ActionSpec("page_filters", "network", mark("&Filters"), "image-filter-center-focus", ("F4",),
               mark("The filters as pictures; change them"), checkable=True),
    ActionSpec("page_maps", "network", mark("&Maps"), "view-grid-outline", ("F5",),
               mark("All maps of a layer"), checkable=True),
    ActionSpec("page_number", "network", mark("&Number"), "calculator-variant-outline", ("F6",),
               mark("The arithmetic of one value"), checkable=True),
    ActionSpec("page_answer", "network", mark("An&swer"), "format-list-bulleted", ("F7",),
               mark("Classes, probabilities, and the fully connected layers"), checkable=True),
    ActionSpec("page_robustness", "network", mark("&Robustness"), "chart-line", ("F8",),
               mark("Disturb the picture, and see layer by layer what changes"), checkable=True),
    ActionSpec("page_why", "network", mark("Wh&y"), "help-rhombus-outline", ("F9",),
               mark("Where in the picture the answer comes from"), checkable=True),
    ActionSpec("go_back", "network", mark("&Back"), "arrow-left", ("Alt+Left",),
               mark("Return to what was looked at before")),
    ActionSpec("go_forward", "network", mark("For&ward"), "arrow-right", ("Alt+Right",),
               mark("Take the last return back")),
    ActionSpec("layer_before", "network", mark("Layer bef&ore"), "chevron-up", ("Ctrl+PgUp",),
               mark("Look at the layer before")),
    ActionSpec("layer_behind", "network", mark("Next &layer"), "chevron-down", ("Ctrl+PgDown",),
               mark("Look at the next layer")),
    ActionSpec("lab_check", "lab", mark("&Check"), "check", ("Ctrl+Return", "Ctrl+Enter"),
               mark("See whether the answer is right")),
    ActionSpec("lab_hint", "lab", mark("Take a &hint"), "lightbulb-on-outline", ("Ctrl+Shift+T",),
               mark("Show a hint; each costs a little")),
    ActionSpec("lab_answer", "lab", mark("Show the right &answer"), "eye-outline", (),
               mark("Show the right answer; the step then gives no points")),
    ActionSpec("lab_set_up", "lab", mark("&Set up again"), "restore", (),
               mark("Put the workspace as this step began; undo takes it back")),
    ActionSpec("lab_next", "lab", mark("&Next step"), "chevron-right", ("Alt+PgDown",),
               mark("Go on to the next step of the lab")),
    ActionSpec("lab_back", "lab", mark("Step &before"), "chevron-left", ("Alt+PgUp",),
               mark("Go to the step of the lab before")),
    ActionSpec("lab_report", "lab", mark("&Report…"), "file-account-outline", (),
               mark("Save your answers as a page or as PDF")),
    ActionSpec("lab_leave", "lab", mark("&Leave the lab"), "exit-run", (),
               mark("Leave the lab; your progress is kept, and your own work comes back")),
    ActionSpec("workspace_conv", "view", mark("&Convolution"), "grid", ("Alt+1",),
               mark("The Convolution workspace"), checkable=True),
    ActionSpec("workspace_net", "view", mark("&Network"), "layers-triple-outline", ("Alt+2",),
               mark("The Network workspace"), checkable=True),
    ActionSpec("workspace_labs", "view", mark("La&bs"), "school-outline", ("Alt+3",),
               mark("Labs: exercises that check themselves"), checkable=True),
    ActionSpec("fit", "view", mark("&Fit all maps"), "fit-to-page-outline", ("Ctrl+0",),
               mark("Show every map as large as it goes")),
    ActionSpec("one_to_one", "view", mark("All maps &1:1"), "numeric-1-box-outline", ("Ctrl+1",),
               mark("Show one pixel a cell")),
    ActionSpec("enlarge", "view", mark("&Enlarge the chosen stage"), "arrow-expand", ("E",),
               mark("Give the chosen stage all the room, or give it back")),
    ActionSpec("inspector", "view", mark("&Inspector"), "page-layout-sidebar-right", ("Ctrl+I",),
               mark("Show or hide the settings on the right"), checkable=True),
    ActionSpec("column", "view", mark("&Picture at the left"), "page-layout-sidebar-left", ("Ctrl+Shift+I",),
               mark("Show or hide what the network sees and answers, on the left"), checkable=True),
    ActionSpec("theme_system", "view", mark("Colours of the &system"), "theme-light-dark", (),
               mark("Light or dark as the system prefers"), checkable=True),
    ActionSpec("theme_light", "view", mark("&Light"), "white-balance-sunny", (), mark("Light colours"), checkable=True),
    ActionSpec("theme_dark", "view", mark("&Dark"), "weather-night", (), mark("Dark colours"), checkable=True),
    ActionSpec("language_en", "view", "English", "translate", (), mark("Show the program in English"), checkable=True),
    ActionSpec("language_es", "view", "Español", "translate", (), mark("Show the program in Spanish"), checkable=True),
    ActionSpec("palette", "help", mark("&Find an action…"), "magnify", ("Ctrl+K",),
               mark("Find any action by its name")),
    ActionSpec("shortcuts", "help", mark("&Keyboard shortcuts"), "keyboard-outline", ("F1",),
               mark("Show every shortcut")),
    ActionSpec("writing_labs", "help", mark("&Writing labs"), "file-document-edit-outline", (),
               mark("How a lab is written, with examples")),
    ActionSpec("tour", "help", mark("Guided &tour"), "compass-outline", (), mark("Show the window in five steps")),
    ActionSpec("about", "help", mark("&About CNN Explorer"), "information-outline", (),
               mark("Version, parts, and where the log file lies")),
)  # fmt: skip


class Actions(QObject):
    """The actions as Qt's, by id.

    Parameters
    ----------
    window
        The widget that the shortcuts belong to.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, QAction] = {}
        for spec in ACTIONS:
            action = QAction(self)
            action.setShortcuts([QKeySequence(text) for text in spec.shortcuts if not is_plain_key(text)])
            action.setCheckable(spec.checkable)
            self._actions[spec.id] = action
            window.addAction(action)
        self.retranslate()
        self.restyle()

    def __getitem__(self, id_: str) -> QAction:
        return self._actions[id_]

    def connect_all(self, slots: Mapping[str, Callable[[], object]]) -> None:
        """Connect actions to what they do."""
        for id_, slot in slots.items():
            self._actions[id_].triggered.connect(lambda _checked=False, slot=slot: slot())

    def has_shortcut(self, keys: QKeySequence) -> bool:
        """Tell whether keys are the shortcut of an action that can be taken now."""
        return any(
            keys in action.shortcuts() and action.isEnabled() and action.isVisible()
            for action in self._actions.values()
        )

    def retranslate(self) -> None:
        """Say texts and tips in the language in use."""
        for spec in ACTIONS:
            action = self._actions[spec.id]
            action.setText(_(spec.text))
            action.setIconText(_(spec.short) or plain(_(spec.text)))
            keys, tip = shortcut_text(spec), _(spec.tip)
            action.setToolTip(f"{tip} ({keys})" if keys else tip)
            action.setStatusTip(tip)

    def restyle(self) -> None:
        """Take icons from the theme."""
        for spec in ACTIONS:
            self._actions[spec.id].setIcon(icon(spec.icon, self._window))

    def take_key(self, event: QKeyEvent) -> bool:
        """Run the action of a plain key that nobody else wanted; tell whether there is one."""
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return False
        name = QKeySequence(event.key()).toString(QKeySequence.SequenceFormat.PortableText)
        for spec in ACTIONS:
            if name in spec.shortcuts and is_plain_key(name) and self._actions[spec.id].isEnabled():
                self._actions[spec.id].trigger()
                return True
        return False

    def show_workspace(self, workspace: str, in_lab: bool = False) -> None:
        """Hide the actions of other workspaces; what is hidden has no shortcut either.

        Those of a lab are there while one is played.
        """
        for spec in ACTIONS:
            owner = next((name for name, own in OWN.items() if spec.menu in own or spec.id in own), workspace)
            self._actions[spec.id].setVisible(owner == workspace and (in_lab or spec.menu != "lab"))

    def show_playing(self, playing: bool) -> None:
        """Show on the play button what it will do."""
        self._actions["play"].setIcon(icon("pause" if playing else "play", self._window))


def is_plain_key(shortcut: str) -> bool:
    """Tell whether a shortcut is a single key that widgets may want for themselves."""
    return "+" not in shortcut and (len(shortcut) == 1 or shortcut == "Space")


def shortcut_text(spec: ActionSpec) -> str:
    """Return an action's shortcuts as the system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(text).toString(native) for text in spec.shortcuts)


def plain(text: str) -> str:
    """Return an action's text without the marks of its key and its dots.

    >>> plain("&Open a picture…")
    'Open a picture'
    """
    return text.replace("&", "").rstrip("…")
