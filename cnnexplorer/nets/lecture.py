"""The lecture's table of AlexNet beside the computed one, and why the two differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cnnexplorer.core.messages import mark

from .architecture import read_architecture


@dataclass(frozen=True)
class LectureRow:
    """One row of the lecture's table (section 12), top to bottom.

    Attributes
    ----------
    layer
        The layer of AlexNet 2012 that the row means.
    title
        What the row says, marked for translation.
    lecture_parameters, lecture_macs
        As printed ("35K", "105M"); empty where the row has no figures.
    lecture_millions
        The row's multiply-accumulates in whole millions: they add up to 832.
    parameters, macs
        Computed, with the paper's groups; the parameters with the biases.
    ungrouped_parameters, ungrouped_macs
        The same if every filter saw all maps.
    """

    layer: str
    title: str
    lecture_parameters: str
    lecture_macs: str
    lecture_millions: int
    parameters: int
    macs: int
    ungrouped_parameters: int
    ungrouped_macs: int
    explanation: str


class LectureTotals(NamedTuple):
    """The sums under the table."""

    lecture_millions: int
    parameters: int
    macs: int
    ungrouped_parameters: int
    ungrouped_macs: int
    explanation: str


_POOLING = mark("max pooling 2x2 sub")
_NORM = mark("local contrast normalisation")
_WINDOWS = mark(
    "The paper pools 3×3 windows with stride 2, so that they overlap; it has no parameters and no products."
)
_RESPONSE = mark(
    "The paper's local response normalisation, across neighbouring maps. In the paper it stands before the pooling."
)

# layer, what the row says, its parameters, its MACs, its whole millions, why
_ROWS: tuple[tuple[str, str, str, str, int, str], ...] = (
    ("fc8", mark("fully connected"), "4M", "4M", 4, mark("The same, rounded down; the bias is not counted.")),
    ("fc7", mark("fully connected 4096 / ReLU"), "16M", "16M", 16, mark("The same, rounded down.")),
    (
        "fc6",
        mark("fully connected 4096 / ReLU"),
        "37M",
        "37M",
        37,
        mark("The same, rounded down: 256 maps of 6×6 make 9,216 inputs."),
    ),
    ("pool5", mark("max pooling"), "", "", 0, _WINDOWS),
    (
        "conv5",
        mark("conv 3x3 / ReLU, 256 maps"),
        "442K",
        "74M",
        74,
        mark("Computed with 2 groups, as in the paper: each filter sees 192 of the 384 maps."),
    ),
    (
        "conv4",
        mark("conv 3x3 / ReLU, 384 maps"),
        "1.3M",
        "224M",
        224,
        mark(
            "The lecture's figures are without groups: each filter sees all 384 maps. With the paper's 2 groups they "
            "are half of that."
        ),
    ),
    (
        "conv3",
        mark("conv 3x3 / ReLU, 384 maps"),
        "884K",
        "149M",
        149,
        mark("The same, rounded down: this layer has no groups; it sees the maps of both GPUs."),
    ),
    ("pool2", _POOLING, "", "", 0, _WINDOWS),
    ("norm2", _NORM, "", "", 0, _RESPONSE),
    (
        "conv2",
        mark("conv 11x11 / ReLU, 256 maps"),
        "307K",
        "223M",
        223,
        mark("The kernel is 5×5 in the paper, not 11×11; the figures are those of 5×5 with 2 groups (48 maps each)."),
    ),
    ("pool1", _POOLING, "", "", 0, _WINDOWS),
    ("norm1", _NORM, "", "", 0, _RESPONSE),
    (
        "conv1",
        mark("conv 11x11 / ReLU, 96 maps"),
        "35K",
        "105M",
        105,
        mark("The same: 34,848 weights and 96 biases; 105.4 million products, rounded down."),
    ),
)
_SUM = mark(
    "Whole millions, each row rounded down, add up to the lecture's 832. It mixes conv4 without groups with conv2 and "
    "conv5 in groups; the network of the paper, grouped throughout, has 724.4 million, and with no groups at all "
    "1,135.3 million."
)


def lecture_table() -> tuple[LectureRow, ...]:
    """Return the lecture's table, each row beside what is computed.

    >>> row = lecture_table()[-1]
    >>> row.lecture_macs, row.macs, row.lecture_parameters, row.parameters
    ('105M', 105415200, '35K', 34944)
    """
    layers = {layer.name: layer for layer in read_architecture("alexnet2012")}
    rows = []
    for name, title, parameters, macs, millions, explanation in _ROWS:
        layer = layers[name]
        biases = layer.output_shape[0] if layer.has_bias else 0
        rows.append(
            LectureRow(
                layer=name,
                title=title,
                lecture_parameters=parameters,
                lecture_macs=macs,
                lecture_millions=millions,
                parameters=layer.parameters,
                macs=layer.macs,
                ungrouped_parameters=(layer.parameters - biases) * layer.groups + biases,
                ungrouped_macs=layer.macs * layer.groups,
                explanation=explanation,
            )
        )
    return tuple(rows)


def lecture_totals() -> LectureTotals:
    """Return the sums of the table.

    >>> lecture_totals().lecture_millions, lecture_totals().macs, lecture_totals().ungrouped_macs
    (832, 724406816, 1135256096)
    """
    rows = lecture_table()
    return LectureTotals(
        sum(row.lecture_millions for row in rows),
        sum(row.parameters for row in rows),
        sum(row.macs for row in rows),
        sum(row.ungrouped_parameters for row in rows),
        sum(row.ungrouped_macs for row in rows),
        _SUM,
    )
