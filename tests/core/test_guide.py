"""The figures of Dumoulin and Visin, A guide to convolution arithmetic for deep learning (arXiv 1603.07285)."""

from __future__ import annotations

import numpy as np
import pytest

from cnnexplorer.core import Convolution, Experiment, Pooling, run

INPUT = [[[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]]
KERNEL = [[[[0, 1, 2], [2, 2, 0], [0, 1, 2]]]]


@pytest.mark.parametrize(
    ("figure", "size", "kernel", "settings", "expected"),
    [
        ("2.1 no padding, unit strides", 4, 3, {}, 2),
        ("2.2 arbitrary padding", 5, 4, {"padding": 2}, 6),
        ("2.3 half padding", 5, 3, {"padding": 1}, 5),
        ("2.3 half padding, by name", 5, 3, {"padding": "same"}, 5),
        ("2.4 full padding", 5, 3, {"padding": 2}, 7),
        ("2.4 full padding, by name", 5, 3, {"padding": "full"}, 7),
        ("2.5 strides", 5, 3, {"stride": 2}, 2),
        ("2.6 padding and strides", 5, 3, {"padding": 1, "stride": 2}, 3),
        ("2.7 padding and strides, odd", 6, 3, {"padding": 1, "stride": 2}, 3),
        ("5.1 dilation", 7, 3, {"dilation": 2}, 3),
    ],
)
def test_sizes(figure, size, kernel, settings, expected):
    stage = Convolution(np.ones((1, 1, kernel, kernel)), **settings)
    assert run(Experiment(np.ones((1, size, size)), (stage,))).shapes == ((1, expected, expected),), figure


def test_figure_1_1_convolution():
    output = run(Experiment(INPUT, (Convolution(KERNEL),))).outputs[0]
    assert output.tolist() == [[[12, 12, 17], [10, 17, 19], [9, 6, 14]]]


def test_figure_1_2_strided_and_padded():
    output = run(Experiment(INPUT, (Convolution(KERNEL, stride=2, padding=1),))).outputs[0]
    assert output.tolist() == [[[6, 17, 3], [8, 17, 13], [6, 4, 4]]]


def test_figure_1_5_average_pooling():
    output = run(Experiment(INPUT, (Pooling("average", 3, 1),))).outputs[0]
    assert output.shape == (1, 3, 3)
    assert np.round(output, 1).tolist() == [[[1.7, 1.7, 1.7], [1.0, 1.2, 1.8], [1.1, 0.8, 1.3]]]


def test_figure_1_6_max_pooling():
    output = run(Experiment(INPUT, (Pooling("max", 3, 1),))).outputs[0]
    assert output.tolist() == [[[3, 3, 3], [3, 3, 3], [3, 2, 3]]]
