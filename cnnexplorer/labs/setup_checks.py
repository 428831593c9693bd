"""What is wrong with the set-ups of a lab: one by one, and all together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core import ImageError, SessionError, SettingError
from cnnexplorer.core.samples import SAMPLES

from .model import ConvolutionSetup, NetworkSetup, SessionSetup
from .places import file_in, is_file_name
from .questions import Question, check_question
from .sayings import LabError
from .work import Budget
from .wrong_fields import with_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path as FolderPath

    from cnnexplorer.core import Experiment, UserError

    from .lines import Path
    from .model import Setup


class SetUps:
    """Checks the set-ups of one lab, one after the other; nothing of them is computed.

    Parameters
    ----------
    folder
        The lab's folder, where its files lie.
    """

    def __init__(self, folder: FolderPath | None) -> None:
        self.folder = folder
        self._budget = Budget()

    @property
    def spent(self) -> bool:
        """Whether they take so much together that no more of them is to be looked at."""
        return self._budget.spent

    def experiment(self, setup: Setup | None, path: Path, make: Callable[[], Experiment | None]) -> Experiment | None:
        """Return the experiment of a set-up, which `make` makes; None where it has none.

        Raises
        ------
        LabError
            The set-up cannot be, or all so far take too much; `.path` begins with `path`, its place in the lab.
        """
        if setup is None or self.spent:
            return None
        try:
            if isinstance(setup, NetworkSetup):
                check_picture(setup.picture, self.folder)
                return None
            if isinstance(setup, ConvolutionSetup) and isinstance(setup.image, str) and is_file_name(setup.image):
                self._budget.take_picture(file_in(self.folder, setup.image))
            experiment = make()
            assert experiment is not None
            self._budget.take(experiment)
        except OSError as error:
            raise _as_lab_error(LabError("it cannot be read: {reason}", reason=error.strerror), path) from error
        except SettingError as error:
            place = () if error.stage is None else ("stages", error.stage)
            raise _as_lab_error(error, (*path, *place)) from error
        except (LabError, ImageError, SessionError) as error:
            raise _as_lab_error(error, (*path, _file_field(setup))) from error
        if isinstance(setup, ConvolutionSetup):
            _check_view(setup, path, experiment)
        return experiment


def check_picture(name: str, folder: FolderPath | None) -> None:
    """Raise `LabError` where a picture is neither a sample nor a file in the lab's folder."""
    if name and name not in SAMPLES:
        if not is_file_name(name):
            raise LabError(
                "there is no picture “{name}”: use one of {names}, or a file in the lab's folder",
                name=name,
                names=", ".join(SAMPLES),
            )
        file_in(folder, name)


def _check_view(setup: ConvolutionSetup, path: Path, experiment: Experiment) -> None:
    count = len(experiment.stages)
    for place, stage in enumerate(setup.hide):
        if stage >= count:
            error = LabError("there is no stage {stage}: the experiment has {count}, counted from 0", stage=stage,
                             count=count)  # fmt: skip
            raise with_path(error, (*path, "hide", place))
    if setup.at is not None:
        try:
            at = setup.at
            check_question(experiment, Question("value", at.stage, at.channel, at.row, at.column))
        except SettingError as error:
            raise _as_lab_error(error, (*path, "at")) from error


def _file_field(setup: Setup) -> str:
    """Return the field of a set-up that names a file."""
    if isinstance(setup, SessionSetup):
        return "file"
    return "picture" if isinstance(setup, NetworkSetup) else "image"


def _as_lab_error(error: UserError, path: Path) -> LabError:
    return with_path(error if isinstance(error, LabError) else LabError(error.template, **error.values), path)
