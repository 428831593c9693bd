"""Drawing on the device that trains, here on the CPU: filled as by OpenCV, the same by order, known to the network."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from cnnexplorer.core import textures
from cnnexplorer.core.objects import CLASSES, OBJECTS
from cnnexplorer.nets import load_network
from cnnexplorer.pretraining import device_drawing
from cnnexplorer.pretraining.device_drawing import DeviceDrawer, Filled, coverage, draw_on, fill
from cnnexplorer.pretraining.orders import Order
from cnnexplorer.pretraining.training import Settings, Training

CPU = torch.device("cpu")


def test_a_square_covers_its_pixels_and_shares_of_others():
    square = np.array([(1.5, 2), (4, 2), (4, 5), (1.5, 5)])
    edges = device_drawing._edges(Filled((square,), np.zeros(3, np.float32)))
    found = coverage(torch.from_numpy(edges)[None].float(), 6)[0]
    expected = torch.zeros(6, 6)
    expected[2:5, 1:4] = torch.tensor([0.5, 1, 1])
    assert torch.equal(found, expected)


@pytest.mark.parametrize("name", ["ring", "star", "spiral", "heart", "crescent"])
def test_polygons_are_filled_as_opencv_fills_them(name):
    (part, *_others) = OBJECTS[name](np.random.default_rng(3))
    outlines = tuple(outline * 40 + 48 for outline in part.outlines)
    expected = np.zeros((96, 96), np.uint8)
    textures.fill(expected, outlines, 255.0)
    found = fill(torch.zeros(1, 3, 96, 96), [Filled(outlines, np.ones(3, np.float32))])[0, 0].numpy()
    # OpenCV's rims are half a pixel wider: away from them both agree
    inside, outside = cv2.erode(expected, np.ones((3, 3))) == 255, cv2.dilate(expected, np.ones((3, 3))) == 0
    assert inside.sum() > 50
    assert outside.sum() > 500
    assert (found[inside] == 1).all()
    assert (found[outside] == 0).all()


def test_nothing_is_filled_where_there_is_no_shape():
    images = torch.rand(2, 3, 16, 16)
    triangle = Filled((np.array([(1, 1), (14, 1), (1, 14)]),), np.array([1, 0, 0], np.float32))
    found = fill(images, [None, triangle])
    assert torch.equal(found[0], images[0])
    assert torch.equal(found[1, :, 3, 3], torch.tensor([1.0, 0.0, 0.0]))
    assert torch.equal(found[1, :, 14, 14], images[1, :, 14, 14])


def test_textures_fill_the_range_and_are_of_several_kinds():
    found = device_drawing.textures(np.random.default_rng(1), 24, 64, CPU)
    assert found.shape == (24, 3, 64, 64)
    assert 0 <= float(found.min()) < 0.1 < 0.9 < float(found.max()) <= 1
    steps = (found[..., 1:] - found[..., :-1]).abs().mean(dim=(1, 2, 3))
    assert float(steps.min()) < 0.02 < 0.05 < float(steps.max())  # smooth ones and rough ones


@pytest.mark.slow
def test_an_order_gives_the_same_pictures_always_and_others_than_the_next():
    orders = [Order(5, chunk, 70, 48) for chunk in (0, 1)]
    drawer = DeviceDrawer(CPU)
    for order in orders:
        drawer.ask(order)
    first, second = drawer.take(), drawer.take()
    assert first[0].shape == (70, 3, 48, 48)
    assert first[0].dtype == torch.uint8
    assert torch.equal(first[0], draw_on(CPU, orders[0])[0])
    assert torch.equal(first[1], draw_on(CPU, orders[0])[1])
    assert not torch.equal(first[0], second[0])
    assert set(first[1].tolist()) <= set(range(len(CLASSES)))
    assert len(set(first[1].tolist())) > 20


@pytest.mark.slow
def test_the_shipped_network_knows_what_is_drawn_so():
    pictures, labels = draw_on(CPU, Order(1, 0, 24, 160))
    network = load_network("alexnet2012", device="cpu")
    network.set_crop((160, 160))
    right = sum(
        network.activations(picture.float() / 255).probabilities.argmax().item() == label
        for picture, label in zip(pictures, labels.tolist(), strict=True)
    )
    assert right >= 16  # by chance 1


def test_a_training_takes_such_pictures(filters):
    with DeviceDrawer(CPU) as drawer:
        training = Training(Settings(pictures=32, batch=16, chunk=16, size=64), filters, CPU, drawer)
        training.run(lambda: None)
    assert training.progress.shown == 32
    assert np.isfinite(training.progress.loss)
