"""The mistakes that are recognised, in a few words for reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core.messages import mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MISTAKE_NAMES = {
    "sign": mark("a wrong sign"),
    "swapped": mark("row and column swapped"),
    "turned": mark("row and column swapped"),
    "other_map": mark("another map"),
    "early": mark("the activation applied too early"),
    "early_input": mark("the activation applied too early"),
    "early_products": mark("the activation applied to each product"),
    "early_sum": mark("the activation applied before the bias"),
    "flipped": mark("the kernel flipped, or not"),
    "padding": mark("padding forgotten"),
    "padding_once": mark("padding counted on one side only"),
    "padding_and_stride": mark("padding and stride mixed up"),
    "padding_mode": mark("another padding"),
    "stride": mark("stride forgotten"),
    "dilation": mark("dilation forgotten"),
    "bias": mark("bias forgotten"),
    "bias_sign": mark("bias subtracted"),
    "channel": mark("a channel forgotten"),
    "one_channel": mark("one channel only"),
    "transposed": mark("the kernel transposed"),
    "no_kernel": mark("values added up without weights"),
    "mean": mark("divided by the number of cells"),
    "average": mark("the average instead of the maximum"),
    "maximum": mark("the maximum instead of the average"),
    "count_pad": mark("padding in the average"),
    "no_activation": mark("the activation forgotten"),
    "absolute": mark("the absolute value"),
    "as_relu": mark("ReLU instead of the activation"),
    "minimum": mark("the smallest value"),
    "largest_size": mark("the largest without its sign"),
    "largest_of_all": mark("the largest of the whole map"),
    "sum": mark("the sum instead of the average"),
    "neighbour": mark("a neighbouring cell"),
    "product": mark("a product left out"),
    "kept": mark("the size of the input"),
    "one_off": mark("one off"),
    "plus_one": mark("the + 1 of the formula forgotten"),
    "rounding": mark("rounded the wrong way"),
    "kernel_size": mark("the kernel's size forgotten"),
    "in_window": mark("counted within the window"),
    "outside": mark("a cell outside the window"),
    "not_largest": mark("not the largest cell"),
    "maps": mark("a wrong number of maps"),
    "incomplete": mark("not all of it"),
    "too_much": mark("too much"),
    "reversed": mark("the wrong way round"),
    "one_cell": mark("one cell only"),
    "moved": mark("the right size at a wrong place"),
    "size": mark("a wrong size"),
}
# these only say that something is wrong, not why
WITHOUT_NAME = frozenset({"cells", "order", "state", "rank", "reading"})


def recognised(mistakes: Iterable[str], translate: Callable[[str], str]) -> str:
    """Return mistakes in words; what has no name, such as one of a newer version, is left out.

    >>> recognised(("stride", "cells", "bias"), str)
    'stride forgotten; bias forgotten'
    """
    names = dict.fromkeys(MISTAKE_NAMES[name] for name in mistakes if name in MISTAKE_NAMES)
    return "; ".join(translate(name) for name in names)
