"""What a student's edit changes, and what a step refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnexplorer.core import Activation, Convolution, Experiment, Pooling
from cnnexplorer.core.editing import add_filter, with_bias, with_groups, with_image, with_kernel, with_stage
from cnnexplorer.labs.freedom import Locked, changed, check_allowed, locked
from cnnexplorer.labs.model import LOCKABLE, Step, Text

BANK = Convolution(np.arange(72.0).reshape(4, 2, 3, 3), [1.0, 0, 0, 0])
BEFORE = Experiment(np.ones((2, 8, 8)), (BANK, Activation("relu"), Pooling("max", 2)))

EDITS = [
    (with_image(BEFORE, np.zeros((2, 8, 8))), {"image"}),
    (with_image(BEFORE, np.zeros((3, 8, 8))), {"image"}),
    (with_stage(BEFORE, 0, with_kernel(BANK, 1, 0, np.eye(3))), {"kernel"}),
    (with_stage(BEFORE, 0, with_kernel(BANK, 1, 0, np.eye(5))), {"kernel_size"}),
    (with_stage(BEFORE, 0, add_filter(BANK, np.eye(3))), {"filters"}),
    (with_stage(BEFORE, 0, with_bias(BANK, 0, 2.0)), {"bias"}),
    (with_stage(BEFORE, 0, with_bias(BANK, 0, 0.0)), {"bias"}),
    (with_stage(BEFORE, 0, replace(BANK, stride=2, padding=1)), {"stride", "padding"}),
    (with_stage(BEFORE, 0, replace(BANK, dilation=2)), {"dilation"}),
    (with_stage(BEFORE, 0, replace(BANK, flip=True)), {"flip"}),
    (with_stage(BEFORE, 0, replace(BANK, padding_mode="reflect")), {"padding_mode"}),
    (with_stage(BEFORE, 0, with_groups(BANK, 2)), {"groups"}),
    (with_stage(BEFORE, 1, Activation("tanh")), {"activation"}),
    (with_stage(BEFORE, 2, Pooling("average", 2)), {"pooling"}),
    (with_stage(BEFORE, 2, Activation("relu")), {"stages"}),
    (Experiment(BEFORE.image, BEFORE.stages[:2]), {"stages"}),
    (BEFORE, set()),
]


@pytest.mark.parametrize(("after", "names"), EDITS, ids=["-".join(sorted(names)) or "none" for _after, names in EDITS])
def test_edits(after, names):
    assert changed(BEFORE, after) == names
    assert names <= {*LOCKABLE}
    check_allowed(Step(Text("?"), free=tuple(sorted(names))), BEFORE, after)
    if names:
        with pytest.raises(Locked, match="as it is"):
            check_allowed(Step(Text("?"), free=()), BEFORE, after)
        with pytest.raises(Locked):
            check_allowed(Step(Text("?"), locked=tuple(names)), BEFORE, after)


def test_every_name_has_a_sentence():
    for name in LOCKABLE:
        assert "as it is" in str(locked(name))
