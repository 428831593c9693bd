"""What can follow `cnnexplorer render`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cnnexplorer.catalogue import LANGUAGES
from cnnexplorer.command_line import spoken
from cnnexplorer.core.animation import FORMATS as ANIMATIONS
from cnnexplorer.core.animation.timing import MAX_RATE
from cnnexplorer.core.data_files import DATA_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

PICTURES = ("png", "svg", "pdf")
FRAMES = "frames"  # a folder of PNG pictures of an animation
_KINDS = (*PICTURES, *(form for form in ANIMATIONS if form != "png"), FRAMES, *DATA_FORMATS)
_SUFFIXES = {".gif": "gif", ".webp": "webp", ".mp4": "mp4", ".apng": "apng", ".svg": "svg", ".pdf": "pdf",
             **{format_.suffix: id_ for id_, format_ in reversed(DATA_FORMATS.items())}, ".png": "png"}  # fmt: skip
_OF_PICTURES = ("caption", "transparent")
_OF_ANIMATIONS = ("speed", "rate", "first", "last", "pauses", "no_caption", "no_arithmetic", "once")
MAX_SCALE = 4


@spoken
def parse(arguments: list[str], _: Callable[[str], str]) -> argparse.Namespace:
    """Read the command line; argparse tells of what is wrong in it, and ends with the status 2."""
    parser = argparse.ArgumentParser(
        prog="cnnexplorer render",
        description=_("Make pictures, animations and data of a session, as the window would, without a window."),
        epilog=_epilog(_),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("session", type=Path, metavar="SESSION",
        help=_("a session (.cnnx), or a PNG picture that was saved by the program"))  # fmt: skip
    add("--out", type=Path, required=True, metavar="FILE_OR_FOLDER",
        help=_("the file to write; in a folder, which is made, a file for each view"))  # fmt: skip
    add("--format", choices=_KINDS, metavar="FORMAT",
        help=_("one of: {formats}; without it, what the name of the file says, else png").format(
            formats=", ".join(_KINDS)))  # fmt: skip
    add("--stage", type=_whole(1), nargs="+", default=[], metavar="N",
        help=_("only these stages of the experiment, counted from 1"))  # fmt: skip
    add("--workspace", choices=("conv", "net"), help=_("the workspace to show, where it is not the session's own"))
    add("--size", type=_size, metavar="WxH", help=_("width and height of what is shown, in pixels"))
    add("--scale", type=_whole(1, MAX_SCALE), default=1, metavar="N",
        help=_("pixels of the picture for each of the screen: 1 to {most}").format(most=MAX_SCALE))  # fmt: skip
    add("--theme", choices=("light", "dark"), default="light", help=_("light or dark colours"))
    add("--lang", choices=tuple(LANGUAGES), help=_("the language: English or Spanish"))
    add("--force", action="store_true", help=_("replace files that are there already"))
    pictures = parser.add_argument_group(_("pictures"))
    pictures.add_argument("--caption", action="store_true", help=_("write title and facts below pictures"))
    pictures.add_argument("--transparent", action="store_true", help=_("paint no background"))
    pictures.add_argument("--maps", action="store_true", help=_("the maps alone, without what is around them"))
    films = parser.add_argument_group(_("animations"))
    films.add_argument("--speed", type=float, default=2.0, metavar="S", help=_("steps a second"))
    films.add_argument("--rate", type=_whole(1, MAX_RATE), default=30, metavar="N", help=_("pictures a second"))
    films.add_argument("--first", type=_whole(1), default=1, metavar="N", help=_("the first step, counted from 1"))
    films.add_argument("--last", type=_whole(1), metavar="N", help=_("the last step"))
    films.add_argument("--pauses", type=float, nargs=2, default=(0.5, 1.0), metavar=("START", "END"),
                       help=_("seconds that the first and the last picture stand longer"))  # fmt: skip
    films.add_argument("--no-caption", action="store_true", help=_("without the line that tells the step"))
    films.add_argument("--no-arithmetic", action="store_true", help=_("without the grids and the arithmetic"))
    films.add_argument("--once", action="store_true", help=_("do not begin again at the end"))
    options = parser.parse_args(arguments)
    if options.format is None:
        options.format = "png" if is_folder(options) else _SUFFIXES.get(options.out.suffix.lower())
        if options.format is None:
            text = _("{name} does not end as any format does: end it with one of {endings}, or use --format")
            parser.error(text.format(name=options.out.name, endings=", ".join(sorted(_SUFFIXES))))
    if unused := [name for name in _unused(options.format) if getattr(options, name) != parser.get_default(name)]:
        text = _("{option} is of no use for {format}: leave it out, or choose another format")
        parser.error(text.format(option="--" + unused[0].replace("_", "-"), format=options.format))
    return options


def is_animation(format_id: str) -> bool:
    """Tell whether a format holds the steps one after the other."""
    return format_id == FRAMES or (format_id in ANIMATIONS and format_id not in PICTURES)


def _unused(format_id: str) -> tuple[str, ...]:
    """Return the options that a format leaves no use for."""
    if is_animation(format_id):
        return (*_OF_PICTURES, "maps")
    return _OF_ANIMATIONS if format_id in PICTURES else (*_OF_PICTURES, *_OF_ANIMATIONS)


def is_folder(options: argparse.Namespace) -> bool:
    """Tell whether pictures are to go into a folder: one that is there, or a name without an ending."""
    out: Path = options.out
    return out.is_dir() or not out.suffix


def _epilog(_: Callable[[str], str]) -> str:
    examples = (
        ("cnnexplorer render lesson.cnnx --out board.png --scale 2", _("what the window shows, twice as large")),
        ("cnnexplorer render lesson.cnnx --out figures/ --format svg", _("a drawing of each stage")),
        ("cnnexplorer render lesson.cnnx --out relu.pdf --stage 2", _("the second stage alone")),
        ("cnnexplorer render lesson.cnnx --out steps.gif --stage 1", _("the steps of the first stage")),
        ("cnnexplorer render lesson.cnnx --out maps.npz", _("the numbers of all maps")),
    )
    lines = [_("examples:"), *(f"  {command}\n      {text}" for command, text in examples), "", _("exit status:")]
    lines += [
        "  0  " + _("everything was written; the names are printed"),
        "  1  " + _("something could not be done: one sentence says what"),
        "  2  " + _("the command line is wrong"),
    ]
    return "\n".join(lines)


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return what reads a whole number from `least` to `most`."""
    limits = f"{least} ≤ N" + ("" if most is None else f" ≤ {most}")

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= (int(text) if most is None else most):
            raise argparse.ArgumentTypeError(f"{text}: {limits}")
        return int(text)

    return read


def _size(text: str) -> tuple[int, int]:
    sides = text.lower().replace("×", "x").split("x")
    if len(sides) != 2 or not all(side.isdecimal() for side in sides):
        raise argparse.ArgumentTypeError(f"{text}: WxH")
    return int(sides[0]), int(sides[1])
