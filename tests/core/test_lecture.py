"""The lecture's own numbers, written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, output_size, run, step_at
from cnnexplorer.core.kernels import PRESETS, preset

PATCH = [[[0, 2, 3], [2, 4, 1], [0, 3, 0]]]
PLUS = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
STRIPES = np.array([[[0.0] * 6, [1.0] * 6] * 3])


def test_section_1_a_dense_layer_explodes():
    image = Experiment(np.zeros((3, 128, 128)), (Flatten(),))
    assert image.shapes == ((49_152,),)
    assert 64 * image.shapes[0][0] == 3_145_728


def test_section_2_is_twelve():
    experiment = Experiment(PATCH, (Convolution([[PLUS]]),))
    result = run(experiment)
    assert result.outputs[0].tolist() == [[[12.0]]]
    step = step_at(experiment, result, 0, 0)
    assert step.expression() == ("(0·0) + (2·1) + (3·0) + (2·1) + (4·1) + (1·1) + (0·0) + (3·1) + (0·0) = 12")


def test_section_2_convolution_is_not_flipped_unless_asked():
    image = np.zeros((1, 3, 3))
    image[0, 0, 0] = 1
    kernel = [[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]]
    assert run(Experiment(image, (Convolution(kernel),))).outputs[0].item() == 1
    assert run(Experiment(image, (Convolution(kernel, flip=True),))).outputs[0].item() == 9


@pytest.mark.parametrize(
    ("title", "matrix"),
    [
        ("Sobel vertical", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
        ("Sobel horizontal", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
        ("Laplacian", [[0, -1, 0], [-1, 4, -1], [0, -1, 0]]),
        ("Prewitt diagonal (as in the lecture)", [[1, 0, -1], [0, 0, 0], [-1, 0, 1]]),
        ("Prewitt diagonal (usual)", [[0, 1, 1], [-1, 0, 1], [-1, -1, 0]]),
    ],
)
def test_section_3_presets(title, matrix):
    [found] = [candidate for candidate in PRESETS if candidate.title == title]
    assert [list(row) for row in found.matrix] == matrix


def test_section_3_vertical_edges_answer_only_where_they_are():
    image = np.zeros((1, 5, 6))
    image[0, :, 3:] = 1
    vertical = run(Experiment(image, (Convolution([[preset("sobel_vertical").matrix]]),))).outputs[0]
    assert vertical.tolist() == [[[0, 4, 4, 0]] * 3]
    horizontal = run(Experiment(image, (Convolution([[preset("sobel_horizontal").matrix]]),))).outputs[0]
    assert not horizontal.any()


def test_section_4_relu():
    image = [[[-2.0, 0.0, 3.5]]]
    assert run(Experiment(image, (Activation("relu"),))).outputs[0].tolist() == [[[0, 0, 3.5]]]


@pytest.mark.parametrize("id", ["sobel_vertical", "sobel_horizontal"])
def test_section_5_stripes_give_nothing(id):
    output = run(Experiment(STRIPES, (Convolution([[preset(id).matrix]]),))).outputs[0]
    assert output.shape == (1, 4, 4)
    assert not output.any()


@pytest.mark.parametrize(
    ("size", "kernel", "padding", "stride", "expected"),
    [
        (3, 3, 0, 1, 1), (6, 3, 0, 1, 4), (28, 5, 0, 1, 24), (5, 3, 1, 1, 5), (224, 3, 1, 1, 224), (7, 3, 0, 2, 3),
        (8, 3, 0, 2, 3), (224, 11, 2, 4, 55), (227, 11, 0, 4, 55), (224, 11, 0, 4, 54), (32, 2, 0, 2, 16),
        (224, 7, 3, 2, 112),
    ],
)  # fmt: skip
def test_section_7_size(size, kernel, padding, stride, expected):
    assert output_size(size, kernel, stride, padding) == expected == (size - kernel + 2 * padding) // stride + 1
    shape = Convolution(np.ones((1, 1, kernel, kernel)), stride=stride, padding=padding).output_shape((1, size, size))
    assert shape == (1, expected, expected)


def test_section_8_pooling():
    image = [[[1, 3, 2, 0], [5, 4, 1, 1], [0, 0, 8, 6], [2, 2, 4, 2]]]
    assert run(Experiment(image, (Pooling("max", 2),))).outputs[0].tolist() == [[[5, 2], [2, 8]]]
    assert run(Experiment(image, (Pooling("average", 2),))).outputs[0].tolist() == [[[3.25, 1], [1, 5]]]


def test_section_12_first_layer():
    bank = Convolution(np.ones((96, 3, 11, 11)), np.zeros(96), stride=4, padding=2)
    assert bank.weight.size == 34_848
    assert bank.output_shape((3, 224, 224)) == (96, 55, 55)
    assert bank.weight.size * 55 * 55 == 105_415_200
