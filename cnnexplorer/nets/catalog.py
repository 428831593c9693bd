"""The networks that the program knows, and what is to be said about each."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from torchvision.models import AlexNet, AlexNet_Weights, GoogLeNet, GoogLeNet_Weights, VGG16_Weights, vgg16

from cnnexplorer.core.messages import mark

from .alexnet2012 import AlexNet2012

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import nn
    from torchvision.models import WeightsEnum

Size = tuple[int, int]
Triple = tuple[float, float, float]

IMAGENET_MEAN: Triple = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION: Triple = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Entry:
    """One network of the catalogue.

    Attributes
    ----------
    about, notes
        English sentences, marked for translation: one line, and what a reader of the paper would stumble over.
    build
        Makes the module for an input size and a number of classes.
    published
        torchvision's published ImageNet weights, which name the 1000 classes too; None where there are none.
    mean, deviation
        What the published weights expect to be taken from each colour channel, and what it is divided by.
    unused
        Beginnings of names that the published file holds and that are not used here.
    build_pooled
        Makes the same network with one small fully connected layer on the mean of each of the last maps, where there
        is such a variant: the weights that come with the program are small enough so.
    """

    id: str
    title: str
    about: str
    year: int
    paper: str
    input_size: Size
    minimum_size: int
    build: Callable[[Size, int], nn.Module]
    published: WeightsEnum | None
    notes: tuple[str, ...] = ()
    mean: Triple = IMAGENET_MEAN
    deviation: Triple = IMAGENET_DEVIATION
    unused: tuple[str, ...] = ()
    build_pooled: Callable[[Size, int], nn.Module] | None = None

    def module(self, size: Size, classes: int, pooled: bool = False) -> nn.Module:
        """Return the module for an input size and a number of classes, with the small head or its own."""
        build = self.build_pooled if pooled and self.build_pooled is not None else self.build
        return build(size, classes)

    @property
    def categories(self) -> tuple[str, ...]:
        """The names of the classes of the published weights: 1000, or none."""
        return tuple(self.published.meta["categories"]) if self.published else ()


def _alexnet(_size: Size, classes: int) -> nn.Module:
    module: nn.Module = AlexNet(num_classes=classes)
    return module


def _pooled_alexnet2012(size: Size, classes: int) -> nn.Module:
    return AlexNet2012(size, classes, head="pooled")


def _vgg16(_size: Size, classes: int) -> nn.Module:
    module: nn.Module = vgg16(weights=None, num_classes=classes, init_weights=False)
    return module


def _googlenet(_size: Size, classes: int) -> nn.Module:
    module: nn.Module = GoogLeNet(num_classes=classes, aux_logits=False, transform_input=False, init_weights=False)
    return module


_FILTERS = mark(
    "96 or 64 filters? The network of the 2012 paper has 96 in its first layer; torchvision's “AlexNet” is a later one "
    "(“One weird trick”, 2014) with 64."
)

SMALL_HEAD = mark(
    "The weights that come with the program have the paper's convolutions and one small fully connected "
    "layer on the mean of each of the last 256 maps: the paper's three would be 58.6 million numbers."
)
_ENTRIES = (
    Entry(
        id="alexnet2012",
        title="AlexNet (2012)",
        about=mark(
            "The winner of ImageNet 2012: 96 filters of 11×11×3, three convolutions in two groups, local response "
            "normalisation and overlapping pooling."
        ),
        year=2012,
        paper="Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks",
        input_size=(224, 224),
        minimum_size=63,
        build=AlexNet2012,
        published=None,
        notes=(
            _FILTERS,
            mark(
                "The paper trained on two GPUs; conv2, conv4 and conv5 see only the maps of their own GPU. Here that "
                "is one convolution with 2 groups."
            ),
            mark(
                "The paper gives an input of 224×224 and first maps of 55×55: that takes a padding of 2, which it does "
                "not mention."
            ),
            mark("The first fully connected layer grows with the input: there is no adaptive pooling before it."),
            SMALL_HEAD,
        ),
        build_pooled=_pooled_alexnet2012,
    ),
    Entry(
        id="alexnet",
        title="AlexNet (torchvision, 2014)",
        about=mark(
            "AlexNet in its one-GPU form of 2014: 64 filters of 11×11×3, no groups and no normalisation between the "
            "layers."
        ),
        year=2014,
        paper="Krizhevsky: One weird trick for parallelizing convolutional neural networks, arXiv:1404.5997",
        input_size=(224, 224),
        minimum_size=63,
        build=_alexnet,
        published=AlexNet_Weights.IMAGENET1K_V1,
        notes=(
            _FILTERS,
            mark(
                "An adaptive pooling before the fully connected layers always gives 6×6 maps, so that other input "
                "sizes need no other weights."
            ),
        ),
    ),
    Entry(
        id="vgg16",
        title="VGG16",
        about=mark("Thirteen convolutions of 3×3 and three fully connected layers: deep, plain and large."),
        year=2014,
        paper="Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Recognition, arXiv:1409.1556",
        input_size=(224, 224),
        minimum_size=32,
        build=_vgg16,
        published=VGG16_Weights.IMAGENET1K_V1,
        notes=(
            mark(
                "Two 3×3 convolutions one after the other see 5×5 cells, three see 7×7, with fewer parameters than one "
                "large kernel."
            ),
            mark(
                "torchvision adds an adaptive pooling to 7×7 before the fully connected layers; at 224×224 it changes "
                "nothing."
            ),
        ),
    ),
    Entry(
        id="googlenet",
        title="GoogLeNet",
        about=mark("Nine inception blocks: four branches side by side, joined again; few parameters."),
        year=2014,
        paper="Szegedy et al.: Going Deeper with Convolutions, arXiv:1409.4842",
        input_size=(224, 224),
        minimum_size=15,
        build=_googlenet,
        published=GoogLeNet_Weights.IMAGENET1K_V1,
        notes=(
            mark(
                "The paper's 5×5 branch has 3×3 kernels in torchvision, a known slip that the published weights were "
                "trained with."
            ),
            mark("Every convolution is followed by batch normalisation, which the paper (2014) does not have yet."),
            mark("The paper's local response normalisation is not there, nor are the biases of its convolutions."),
            mark("The two auxiliary classifiers, used in training only, are left out."),
            mark(
                "The published weights expect (value − 0.5) / 0.5; torchvision turns ImageNet's usual normalisation "
                "into that inside the network, here it is done at once."
            ),
        ),
        mean=(0.5, 0.5, 0.5),
        deviation=(0.5, 0.5, 0.5),
        unused=("aux1.", "aux2."),
    ),
)

CATALOG: Mapping[str, Entry] = MappingProxyType({entry.id: entry for entry in _ENTRIES})
