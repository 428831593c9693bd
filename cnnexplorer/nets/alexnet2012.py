"""The network of Krizhevsky, Sutskever and Hinton (2012): the one with 96 filters."""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

from torch import nn

Head = Literal["dense", "pooled"]


class AlexNet2012(nn.Sequential):
    """AlexNet as in the paper, its two halves joined again as groups of 2.

    The paper says that its inputs are 224 x 224 and that its first maps are 55 x 55: that takes a padding of 2.
    "Response-normalised" is the paper's section 3.3 (k = 2, n = 5, alpha = 1e-4, beta = 0.75), but torch divides alpha
    by n, which the paper's formula does not. Pooling overlaps: 3 x 3 windows with stride 2.

    Parameters
    ----------
    size
        Height and width of the input. The paper's net has no adaptive pooling: its first fully connected layer grows
        with the input.
    classes
        How many numbers come out.
    head
        "dense" for the paper's three fully connected layers, 58.6 million parameters; "pooled" for one on the mean of
        each of the last maps, which fits inputs of any size.

    Raises
    ------
    RuntimeError
        If the input is too small for the last pooling.
    """

    def __init__(self, size: tuple[int, int] = (224, 224), classes: int = 1000, head: Head = "dense") -> None:
        height, width = (_size_after_pooling(side) for side in size)
        if height < 1 or width < 1:
            raise RuntimeError(f"nothing is left of an input of {size} after the last pooling")
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(3, 96, kernel_size=11, stride=4, padding=2),
                relu1=nn.ReLU(inplace=True),
                norm1=nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0),
                pool1=nn.MaxPool2d(kernel_size=3, stride=2),
                conv2=nn.Conv2d(96, 256, kernel_size=5, padding=2, groups=2),
                relu2=nn.ReLU(inplace=True),
                norm2=nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0),
                pool2=nn.MaxPool2d(kernel_size=3, stride=2),
                conv3=nn.Conv2d(256, 384, kernel_size=3, padding=1),
                relu3=nn.ReLU(inplace=True),
                conv4=nn.Conv2d(384, 384, kernel_size=3, padding=1, groups=2),
                relu4=nn.ReLU(inplace=True),
                conv5=nn.Conv2d(384, 256, kernel_size=3, padding=1, groups=2),
                relu5=nn.ReLU(inplace=True),
                pool5=nn.MaxPool2d(kernel_size=3, stride=2),
                **(_pooled_head(classes) if head == "pooled" else _dense_head(height * width, classes)),
            )
        )


def _dense_head(cells: int, classes: int) -> dict[str, nn.Module]:
    return {
        "flatten": nn.Flatten(),
        "dropout6": nn.Dropout(0.5),
        "fc6": nn.Linear(256 * cells, 4096),
        "relu6": nn.ReLU(inplace=True),
        "dropout7": nn.Dropout(0.5),
        "fc7": nn.Linear(4096, 4096),
        "relu7": nn.ReLU(inplace=True),
        "fc8": nn.Linear(4096, classes),
    }


def _pooled_head(classes: int) -> dict[str, nn.Module]:
    return {"pool6": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "fc6": nn.Linear(256, classes)}


def _size_after_pooling(side: int) -> int:
    """Return what is left of one side of the input after pool5.

    >>> _size_after_pooling(224)
    6
    """
    side = (side + 2 * 2 - 11) // 4 + 1
    for _ in range(3):
        side = (side - 3) // 2 + 1
    return side
