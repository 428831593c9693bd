"""What `cnnexplorer render` makes of a session."""

from __future__ import annotations

import os
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

import msgspec

from cnnexplorer.core import SaveError, SettingError
from cnnexplorer.core.animation import FORMATS as ANIMATIONS
from cnnexplorer.core.animation import Timing, write_animation
from cnnexplorer.core.data_files import DATA_FORMATS
from cnnexplorer.core.files import write_file

from .conv.card import Card
from .conv.film import Film, FilmFrame
from .conv.recording import Wish, order_of, reel_of
from .conv.reels import step_places
from .figures.rendering import FigureWish
from .figures.saving import begin_picture, notes_of, save_data
from .render_options import FRAMES, PICTURES, is_animation, is_folder
from .unseen_window import read_session, unseen_window

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .conv.workspace import ConvWorkspace
    from .figures.takeaway import Takeaway
    from .unseen_window import UnseenWindow

_SUFFIXES = {form: f".{form}" for form in PICTURES} | {id_: format_.suffix for id_, format_ in DATA_FORMATS.items()}


def render(options: argparse.Namespace) -> Iterator[Path]:
    """Write all that is asked for, and tell each file when it is there; to be called when Qt's application is there.

    Raises
    ------
    UserError
        Something could not be done; no file is left half written.
    """
    _check(options)
    session = read_session(options.session)
    front = options.workspace or ("conv" if options.stage else session.view.workspace)
    if is_animation(options.format):
        if front == "net":
            raise SettingError(
                "{name} shows the network, and only the steps of the convolution can be animated here: add"
                " --workspace conv, or record the network in the window",
                name=options.session.name,
            )
        front = "conv"
    if front == "conv":  # no network is loaded that nobody sees
        session = replace(session, network=None)
    session = replace(session, view=msgspec.structs.replace(session.view, workspace=front))
    with unseen_window() as unseen:
        unseen.open(session, options.session.absolute().parent)
        yield from _rendered(unseen, options)


def _check(options: argparse.Namespace) -> None:
    """Refuse at once what cannot be, before anything is computed."""
    if not is_folder(options) or options.format == FRAMES:
        _check_free(options.out, options.force)
    elif options.out.exists() and not options.out.is_dir():
        raise SaveError("{file} is a file, and a folder is needed: choose another name", file=options.out.name)


def _check_free(path: Path, force: bool) -> None:
    if os.path.lexists(path) and (not force or path.is_dir()):
        raise SaveError("{file} is there already: add --force to replace it", file=path.name)


def _make_folder(folder: Path) -> None:
    """Make a folder, and those that it lies in, as far as they are missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SaveError(
            "the folder {folder} cannot be made: {error}; choose another", folder=folder, error=error.strerror or error
        ) from error


def _rendered(unseen: UnseenWindow, options: argparse.Namespace) -> Iterator[Path]:
    """Write all that is asked for, and tell each file when it is there."""
    if is_animation(options.format):
        yield _film(unseen.window.conv, options)
        return
    if options.size is not None:
        unseen.fit(unseen.window.takeaways()[0].widget, *options.size)
    chosen = _chosen(unseen.window.takeaways(), options)
    if not is_folder(options):
        _make_folder(options.out.parent)
        _write(chosen[0], options.out, options)
        yield options.out
        return
    _make_folder(options.out)
    for takeaway in chosen:
        path = options.out / f"{takeaway.name}{_SUFFIXES[options.format]}"
        _check_free(path, options.force)
        _write(takeaway, path, options)
        yield path


def _chosen(offers: Sequence[Takeaway], options: argparse.Namespace) -> list[Takeaway]:
    """Return the views that are asked for, the one for a single file first.

    Raises
    ------
    SettingError
        A stage that the experiment does not have, or nothing of what is asked for.
    """
    views = {offer.widget: offer for offer in offers}
    widgets = [widget for widget in views if isinstance(widget, Card)]
    cards = {card.key: views[card] for card in widgets}
    maps = {card.key: views[card.view] for card in widgets}
    count = sum(kind == "stage" for kind, _index in cards)
    for number in options.stage:
        if number > count:
            raise SettingError("there is no stage {number}: the session has {count}", number=number, count=count)
    of_stages = maps if options.maps else cards
    if options.stage:
        found = [of_stages["stage", number - 1] for number in options.stage]
    elif options.maps or (cards and is_folder(options)):
        found = [*([] if options.maps else offers[:1]), *of_stages.values()]
    else:
        found = list(offers)
    if options.format in DATA_FORMATS:
        format_, several = DATA_FORMATS[options.format], is_folder(options)
        found = [offer for offer in found if offer.arrays is not None and (not several or format_.fits(offer.arrays()))]
    if not found:
        raise SettingError("there is nothing of that kind in what the session shows: choose other options")
    return found


def _write(takeaway: Takeaway, path: Path, options: argparse.Namespace) -> None:
    """Write a view as a picture, or the numbers behind it."""
    if options.format in DATA_FORMATS:
        assert takeaway.arrays is not None
        save_data(takeaway, DATA_FORMATS[options.format], takeaway.arrays(), path, notes_of(takeaway), Event())
        return
    wish = FigureWish(options.scale, options.transparent, options.caption)
    data = options.session.read_bytes() if options.session.suffix.lower() == ".cnnx" else None
    write_file(path, begin_picture(takeaway, wish, options.format, lambda: data, options.session.name)())


def _check_steps(count: int, options: argparse.Namespace) -> None:
    """Refuse steps that there are not."""
    for step in (options.first, options.last):
        if step is not None and step > count > 0:
            raise SettingError("there is no step {step}: these stages have {count}", step=step, count=count)


def _film(conv: ConvWorkspace, options: argparse.Namespace) -> Path:
    """Write the animation of an experiment's steps."""
    scene = conv.scene()
    stages = len(scene.shown.result.experiment.stages)
    for number in options.stage:
        if number > stages:
            raise SettingError("there is no stage {number}: the session has {count}", number=number, count=stages)
    width, height = options.size or (1280, 720)
    chosen = tuple(number - 1 for number in options.stage) or tuple(range(stages))
    _check_steps(len(step_places(scene.shown.result.experiment, chosen)), options)
    wish = Wish(
        stages=chosen,
        first=options.first - 1,
        last=None if options.last is None else options.last - 1,
        timing=Timing(options.speed, options.rate, *options.pauses),
        frame=FilmFrame(width, height, not options.no_caption, not options.no_arithmetic, options.scale),
        form="png" if options.format == FRAMES else options.format,
        loop=not options.once,
    )
    reel = reel_of(scene, wish)
    order = order_of(scene, wish, reel)
    path: Path = options.out
    if path.is_dir():
        path /= f"steps{ANIMATIONS[wish.form].suffix}"
        _check_free(path, options.force)
    _make_folder(path.parent)
    film = Film(reel, scene.view, wish.frame)
    try:
        samples = [film.picture(step) for step in order.spread()]
        film.rewind()
        pictures = (film.picture(shot.step) for shot in order.shots)
        durations = [shot.seconds for shot in order.shots]
        write_animation(path, pictures, durations, form=order.form, note=order.note, loop=order.loop, samples=samples)
    finally:
        film.close()
    return path
