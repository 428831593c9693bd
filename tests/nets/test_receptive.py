"""What a cell sees, against the pixels that torch's gradients reach."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cnnexplorer.nets import CATALOG, read_architecture, receptive_rectangle

SIZES = {"alexnet2012": 163, "alexnet": 163, "vgg16": 32, "googlenet": 75}

DEEP = ("inception4b", "inception4c", "inception4d", "inception4e", "inception5")  # they see the whole image


class Spread(nn.Module):
    """Lets every input of a maximum have its part, where the maximum itself would choose one."""

    def __init__(self, pool):
        super().__init__()
        self.pool = nn.AvgPool2d(pool.kernel_size, pool.stride, pool.padding, pool.ceil_mode)

    def forward(self, image):
        return self.pool(image)


def plain(module):
    """Make all weights one and take out what could hide a pixel from the gradient."""
    for name, part in list(module.named_children()):
        if isinstance(part, nn.ReLU | nn.LocalResponseNorm | nn.BatchNorm2d | nn.Dropout):
            setattr(module, name, nn.Identity())
        elif isinstance(part, nn.MaxPool2d):
            setattr(module, name, Spread(part))
        else:
            plain(part)
    return module


def outputs_of(id, size):
    """Return (image, layer name -> output) of the network with all weights one, in float64."""
    with torch.device("meta"):
        module = CATALOG[id].build(size, 10)
    module = plain(module.to_empty(device="cpu").double()).eval()
    for parameter in module.parameters():
        nn.init.constant_(parameter, 1e-3)
    image = torch.ones(1, 3, *size, dtype=torch.float64, requires_grad=True)
    outputs = {}
    handles = [
        part.register_forward_hook(lambda _, __, output, name=name: outputs.__setitem__(name, output))
        for name, part in module.named_modules()
    ]
    with torch.enable_grad():
        module(image)
    for handle in handles:
        handle.remove()
    return image, outputs


def seen(image, value):
    gradient = torch.autograd.grad(value, image, retain_graph=True)[0][0].abs().sum(0) > 0
    rows, columns = gradient.any(1).nonzero().flatten(), gradient.any(0).nonzero().flatten()
    top, left = int(rows[0]), int(columns[0])
    return top, left, int(rows[-1]) + 1 - top, int(columns[-1]) + 1 - left


@pytest.mark.parametrize("id", CATALOG)
def test_rectangles_are_the_pixels_that_gradients_reach(id):
    size = (SIZES[id], SIZES[id] + 6)
    layers = read_architecture(id, size)
    image, outputs = outputs_of(id, size)
    for layer in layers:
        name = layer.name.replace(".concat", "")
        if name not in outputs or len(layer.output_shape) != 3 or layer.name.startswith(DEEP):
            continue
        _, height, width = layer.output_shape
        for row, column in {(0, 0), (height // 2, width // 2), (height - 1, width - 1)}:
            expected = seen(image, outputs[name][0, :, row, column].sum())
            assert receptive_rectangle(layers, layer.name, row, column) == expected, (layer.name, row, column)


def test_size_stride_and_start_give_the_rectangle_in_the_middle():
    layers = read_architecture("alexnet", 224)
    for layer in layers[:6]:
        size, stride, start = layer.receptive_field
        cell = layer.output_shape[1] // 2
        expected = (start[0] + stride[0] * cell, start[1] + stride[1] * cell, *size)
        assert receptive_rectangle(layers, layer.name, cell, cell) == expected


@pytest.mark.parametrize(
    ("id", "name", "size", "stride", "start"),
    [
        ("alexnet2012", "conv1", 11, 4, -2),
        ("alexnet2012", "pool1", 19, 8, -2),
        ("alexnet2012", "conv2", 51, 8, -18),
        ("alexnet2012", "conv5", 163, 16, -66),
        ("alexnet2012", "pool5", 195, 32, -66),
        ("vgg16", "features.2", 5, 1, -2),
        ("vgg16", "features.28", 196, 16, -90),
        ("vgg16", "features.30", 212, 32, -90),
        ("googlenet", "conv1.conv", 7, 2, -3),
        ("googlenet", "inception3a.concat", 43, 8, -15),
    ],
)
def test_figures_written_by_hand(id, name, size, stride, start):
    layer = next(layer for layer in read_architecture(id) if layer.name == name)
    assert layer.receptive_field == ((size, size), (stride, stride), (start, start))


def test_dense_layers_see_the_whole_image_and_blocks_of_cells_a_window():
    layers = read_architecture("alexnet2012")
    assert receptive_rectangle(layers, "fc6", 0, 0) == (0, 0, 224, 224)
    assert layers[-1].receptive_field.stride == (0, 0)
    assert receptive_rectangle(layers, "conv1", 10, 20, height=2, width=3) == (38, 78, 15, 19)
    with pytest.raises(KeyError):
        receptive_rectangle(layers, "conv9", 0, 0)
