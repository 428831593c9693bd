"""Numbers that run: which there are, and that nothing but the number changes."""

from __future__ import annotations

import numpy as np
import pytest

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, SettingError
from cnnexplorer.core.sweeps import SweepTarget, present_value, sweep_targets, sweep_values, with_value

WEIGHT = np.arange(36.0).reshape(2, 2, 3, 3)
EXPERIMENT = Experiment(
    np.arange(50.0).reshape(2, 5, 5),
    (Convolution(WEIGHT, [3.0, 4.0]), Activation("hardtanh", min_val=-2, max_val=5), Pooling("max", 2), Flatten()),
)


def test_every_number_has_its_value_and_takes_another():
    targets = sweep_targets(EXPERIMENT, filter_index=1, plane=1)
    assert [target.kind for target in targets] == ["cell"] * 9 + ["strength", "bias", *["parameter"] * 2, "noise"]
    assert [present_value(EXPERIMENT, target) for target in targets] == [*range(27, 36), 1, 4, -2, 5, 0]
    for target in targets:
        same = with_value(EXPERIMENT, target, present_value(EXPERIMENT, target))
        assert same == EXPERIMENT
        changed = with_value(EXPERIMENT, target, 1.5)
        assert changed != EXPERIMENT
        if target.kind not in ("strength", "noise"):
            assert present_value(changed, target) == 1.5
            assert with_value(changed, target, present_value(EXPERIMENT, target)) == EXPERIMENT


@pytest.mark.parametrize(
    ("target", "filters", "planes"),
    [
        (SweepTarget("cell", 0, (1, 0, 2, 1)), {1}, {0}),
        (SweepTarget("strength", 0, (0,)), {0}, {0, 1}),
    ],
)
def test_only_the_filter_that_is_meant_changes(target: SweepTarget, filters: set[int], planes: set[int]):
    changed = with_value(EXPERIMENT, target, -3.0).stages[0].weight != WEIGHT
    assert {*np.nonzero(changed)[0].tolist()} == filters
    assert {*np.nonzero(changed)[1].tolist()} == planes


def test_a_filter_without_bias_is_given_one():
    experiment = Experiment(np.ones((1, 3, 3)), (Convolution(np.ones((2, 1, 2, 2))),))
    changed = with_value(experiment, SweepTarget("bias", 0, (1,)), 2.0)
    assert changed.stages[0].bias.tolist() == [0.0, 2.0]


def test_fewer_filters_than_the_one_that_is_looked_at():
    experiment = Experiment(np.ones((1, 3, 3)), (Convolution(np.ones((1, 1, 1, 1))),))
    assert sweep_targets(experiment, 7, 2)[0].place == (0, 0, 0, 0)


def test_a_value_that_cannot_be():
    with pytest.raises(SettingError, match=r"min_val 7\.0 is above max_val 5\.0"):
        with_value(EXPERIMENT, SweepTarget("parameter", 1, name="min_val"), 7.0)


@pytest.mark.parametrize(("first", "last", "count"), [(0, 1, 1), (0, 1, 5001), (np.nan, 1, 3), (0, np.inf, 3)])
def test_values_that_cannot_be(first: float, last: float, count: int):
    with pytest.raises(SettingError):
        sweep_values(first, last, count)
    assert sweep_values(3, -1, 3) == [3.0, 1.0, -1.0]
