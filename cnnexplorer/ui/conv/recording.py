"""What is recorded of an experiment: the steps of stages, or its maps while a number runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from cnnexplorer.core.animation import Note, Shot, Timing, check_format, shots
from cnnexplorer.core.messages import SettingError
from cnnexplorer.core.sweeps import sweep_values
from cnnexplorer.ui.figures.facts import program_fact
from cnnexplorer.ui.language import _
from cnnexplorer.ui.recorder import Order

from .board import BoardView
from .film import FilmFrame
from .names import stage_titles
from .reels import StepReel, SweepReel, step_places, target_title
from .takeaways import experiment_facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnexplorer.core.sweeps import SweepTarget
    from cnnexplorer.ui.widgets.painting import Look

    from .reels import Reel
    from .shown import Shown

MAX_PICTURES = 100_000


@dataclass(frozen=True, eq=False)
class Scene:
    """What a recording starts from: a result, and how the workspace shows it.

    Attributes
    ----------
    place
        The present step, as (stage, index); None without steps.
    size
        Width and height of the window's board.
    filter_index, plane
        The filter that is looked at, and its plane.
    """

    shown: Shown
    looks: Mapping[str, Look]
    view: BoardView = field(default_factory=BoardView)
    place: tuple[int, int] | None = None
    spotlight: bool = True
    fill: bool = False
    size: tuple[int, int] = (1280, 720)
    filter_index: int = 0
    plane: int = 0


@dataclass(frozen=True)
class Wish:
    """What the user wants recorded.

    Attributes
    ----------
    kind
        "steps" or "sweep".
    stages
        Of steps: whose.
    first, last
        Of steps: from which to which of all these, counted from 0; the last one for None.
    target, begin, end, values
        Of a sweep: which number, from where to where, in how many values.
    """

    kind: Literal["steps", "sweep"] = "steps"
    stages: tuple[int, ...] = ()
    first: int = 0
    last: int | None = None
    target: SweepTarget | None = None
    begin: float = 0.0
    end: float = 1.0
    values: int = 60
    timing: Timing = field(default_factory=Timing)
    frame: FilmFrame = field(default_factory=FilmFrame)
    form: str = "gif"
    loop: bool = True


def reel_of(scene: Scene, wish: Wish) -> Reel:
    """Return what is filmed.

    Raises
    ------
    SettingError
        There is nothing to film.
    """
    if wish.kind == "sweep":
        assert wish.target is not None
        values = sweep_values(wish.begin, wish.end, wish.values)
        return SweepReel(scene.shown, scene.looks, wish.target, values, scene.place, scene.spotlight)
    places = step_places(scene.shown.result.experiment, wish.stages)
    places = places[wish.first : None if wish.last is None else wish.last + 1]
    if not places:
        raise SettingError("there are no steps to record: choose a stage")
    return StepReel(scene.shown, scene.looks, places, scene.spotlight, scene.fill)


def order_of(scene: Scene, wish: Wish, reel: Reel) -> Order:
    """Return which pictures of a reel become a file, and what the file says of itself.

    Raises
    ------
    SettingError
        Too many pictures, or a format that cannot hold them.
    UserError
        MP4 without PyAV.
    """
    if reel.count > MAX_PICTURES:
        raise SettingError("{count} pictures are too many: use at most {most}", count=reel.count, most=MAX_PICTURES)
    taken = tuple(shots(reel.count, wish.timing))
    check_format(wish.form, wish.frame.pixels, [shot.seconds for shot in taken])
    return Order(taken, wish.form, note_of(scene, wish, reel, taken), wish.loop)


def note_of(scene: Scene, wish: Wish, reel: Reel, taken: tuple[Shot, ...]) -> Note:
    """Return what the file says of itself: what is shown, and every parameter of the experiment."""
    experiment = scene.shown.result.experiment
    titles = stage_titles(experiment.stages)
    if wish.target is not None and wish.kind == "sweep":
        title = _("{number} from {begin} to {end}").format(
            number=target_title(experiment, wish.target), begin=f"{wish.begin:g}", end=f"{wish.end:g}"
        )
    else:
        title = _("Steps of {stages}").format(stages=", ".join(titles[stage] for stage in wish.stages))
    seconds = float(sum(shot.seconds for shot in taken))
    facts = [
        *experiment_facts(experiment),
        (_("Pictures"), _("{count} in {seconds} s").format(count=reel.count, seconds=f"{seconds:.4g}")),
        program_fact(),
    ]
    return Note(title, "\n".join(f"{label}: {value}" for label, value in facts))
