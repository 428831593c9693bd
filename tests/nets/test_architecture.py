"""Every layer's parameters and multiply-accumulates, against figures written here by hand."""

from __future__ import annotations

import itertools
import math
import time

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnexplorer.core.messages import SettingError
from cnnexplorer.nets import CATALOG, lecture_table, lecture_totals, read_architecture, totals
from cnnexplorer.nets.architecture import trace

# label: output shape, parameters, multiply-accumulates
ALEXNET_2012 = {
    "conv1": ((96, 55, 55), 34_944, 105_415_200),
    "conv2": ((256, 27, 27), 307_456, 223_948_800),
    "conv3": ((384, 13, 13), 885_120, 149_520_384),
    "conv4": ((384, 13, 13), 663_936, 112_140_288),
    "conv5": ((256, 13, 13), 442_624, 74_760_192),
    "fc6": ((4096,), 37_752_832, 37_748_736),
    "fc7": ((4096,), 16_781_312, 16_777_216),
    "fc8": ((1000,), 4_097_000, 4_096_000),
}
ALEXNET = {
    "conv1": ((64, 55, 55), 23_296, 70_276_800),
    "conv2": ((192, 27, 27), 307_392, 223_948_800),
    "conv3": ((384, 13, 13), 663_936, 112_140_288),
    "conv4": ((256, 13, 13), 884_992, 149_520_384),
    "conv5": ((256, 13, 13), 590_080, 99_680_256),
    "fc6": ((4096,), 37_752_832, 37_748_736),
    "fc7": ((4096,), 16_781_312, 16_777_216),
    "fc8": ((1000,), 4_097_000, 4_096_000),
}
VGG16 = {
    "conv1_1": ((64, 224, 224), 1_792, 86_704_128),
    "conv1_2": ((64, 224, 224), 36_928, 1_849_688_064),
    "conv2_1": ((128, 112, 112), 73_856, 924_844_032),
    "conv2_2": ((128, 112, 112), 147_584, 1_849_688_064),
    "conv3_1": ((256, 56, 56), 295_168, 924_844_032),
    "conv3_2": ((256, 56, 56), 590_080, 1_849_688_064),
    "conv3_3": ((256, 56, 56), 590_080, 1_849_688_064),
    "conv4_1": ((512, 28, 28), 1_180_160, 924_844_032),
    "conv4_2": ((512, 28, 28), 2_359_808, 1_849_688_064),
    "conv4_3": ((512, 28, 28), 2_359_808, 1_849_688_064),
    "conv5_1": ((512, 14, 14), 2_359_808, 462_422_016),
    "conv5_2": ((512, 14, 14), 2_359_808, 462_422_016),
    "conv5_3": ((512, 14, 14), 2_359_808, 462_422_016),
    "fc6": ((4096,), 102_764_544, 102_760_448),
    "fc7": ((4096,), 16_781_312, 16_777_216),
    "fc8": ((1000,), 4_097_000, 4_096_000),
}
# GoogLeNet by the paper's table 1: block, cells a side, inputs, then #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool
INCEPTIONS = """
3a 28 192  64  96 128 16  32  32
3b 28 256 128 128 192 32  96  64
4a 14 480 192  96 208 16  48  64
4b 14 512 160 112 224 24  64  64
4c 14 512 128 128 256 24  64  64
4d 14 512 112 144 288 32  64  64
4e 14 528 256 160 320 32 128 128
5a  7 832 256 160 320 32 128 128
5b  7 832 384 192 384 48 128 128
"""
TOTALS = {
    "alexnet2012": (60_965_224, 724_406_816),
    "alexnet": (61_100_840, 714_188_480),
    "vgg16": (138_357_544, 15_470_264_320),
    "googlenet": (6_624_904, 1_498_376_192),
}


def googlenet_figures():
    """Return name -> (output shape, parameters, multiply-accumulates) of every convolution; 3x3 in the "5x5" branch."""
    convolutions = {"conv1": (3, 64, 7, 112), "conv2": (64, 64, 1, 56), "conv3": (64, 192, 3, 56)}
    for line in INCEPTIONS.split("\n")[1:-1]:
        block, *numbers = line.split()
        side, inputs, one, reduce3, three, reduce5, five, pool = map(int, numbers)
        name = f"inception{block}"
        convolutions |= {
            f"{name}.branch1": (inputs, one, 1, side),
            f"{name}.branch2.0": (inputs, reduce3, 1, side),
            f"{name}.branch2.1": (reduce3, three, 3, side),
            f"{name}.branch3.0": (inputs, reduce5, 1, side),
            f"{name}.branch3.1": (reduce5, five, 3, side),
            f"{name}.branch4.1": (inputs, pool, 1, side),
        }
    return {
        f"{name}.conv": ((out, side, side), out * planes * kernel**2, side * side * out * planes * kernel**2)
        for name, (planes, out, kernel, side) in convolutions.items()
    }


@pytest.mark.parametrize(("id", "figures"), [("alexnet2012", ALEXNET_2012), ("alexnet", ALEXNET), ("vgg16", VGG16)])
def test_every_layer_has_the_figures_written_by_hand(id, figures):
    layers = {layer.label: layer for layer in read_architecture(id)}
    for label, (shape, parameters, macs) in figures.items():
        layer = layers.pop(label)
        assert (layer.output_shape, layer.parameters, layer.macs) == (shape, parameters, macs), label
    assert all(layer.parameters == layer.macs == 0 for layer in layers.values())


def test_every_layer_of_googlenet_has_the_figures_of_the_papers_table():
    figures = googlenet_figures()
    layers = {layer.name: layer for layer in read_architecture("googlenet")}
    for name, (shape, parameters, macs) in figures.items():
        layer = layers.pop(name)
        assert (layer.output_shape, layer.parameters, layer.macs) == (shape, parameters, macs), name
        norm = layers.pop(name.replace(".conv", ".bn"))
        assert (norm.parameters, norm.macs) == (2 * shape[0], 0)
    last = layers.pop("fc")
    assert (last.parameters, last.macs) == (1_025_000, 1_024_000)
    assert all(layer.parameters == layer.macs == 0 for layer in layers.values())


@pytest.mark.parametrize("id", CATALOG)
def test_totals_and_shares(id):
    layers = read_architecture(id)
    assert totals(layers) == TOTALS[id]
    assert sum(layer.share for layer in layers) == pytest.approx(1)
    assert sum(layer.parameter_share for layer in layers) == pytest.approx(1)
    if CATALOG[id].published:
        assert TOTALS[id][0] == CATALOG[id].published.meta["num_params"]


@pytest.mark.parametrize(
    ("id", "size"), [("alexnet2012", (227, 300)), ("googlenet", (96, 65)), ("alexnet", (128, 128))]
)
def test_macs_are_those_of_torchs_own_counter(id, size):
    with torch.device("meta"), torch.no_grad():
        module = CATALOG[id].build(size, 1000).eval()
        with FlopCounterMode(display=False) as counter:
            module(torch.empty(1, 3, *size))
    assert totals(read_architecture(id, size))[1] * 2 == counter.get_total_flops()


def test_alexnet_2012_is_named_as_in_the_paper_and_in_order():
    layers = read_architecture("alexnet2012")
    names = (
        "conv1 relu1 norm1 pool1 conv2 relu2 norm2 pool2 conv3 relu3 conv4 relu4 conv5 relu5 pool5 flatten "
        "dropout6 fc6 relu6 dropout7 fc7 relu7 fc8"
    )
    assert [layer.name for layer in layers] == names.split()
    by_name = {layer.name: layer for layer in layers}
    first = by_name["conv1"]
    assert (first.kind, first.kernel_size, first.stride, first.padding) == ("convolution", (11, 11), (4, 4), (2, 2))
    assert [by_name[f"conv{number}"].groups for number in range(1, 6)] == [1, 2, 1, 2, 2]
    assert [by_name[f"pool{number}"].output_shape[1] for number in (1, 2, 5)] == [27, 13, 6]
    assert by_name["relu1"].kind == "ReLU"
    assert by_name["norm1"].kind == "local response normalisation"
    assert first.inputs == ()
    assert all(later.inputs == (layer.name,) for layer, later in itertools.pairwise(layers))


def test_the_plain_networks_have_the_usual_labels():
    labels = [layer.label for layer in read_architecture("vgg16")]
    assert labels[:5] == ["conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1"]
    assert labels[-8:] == ["flatten", "fc6", "relu6", "classifier.2", "fc7", "relu7", "classifier.5", "fc8"]
    labels = [layer.label for layer in read_architecture("alexnet")]
    assert labels[:3] == ["conv1", "relu1", "pool1"]
    assert {"pool5", "fc6", "fc7", "fc8", "avgpool"} <= {*labels}
    for id in CATALOG:
        layers = read_architecture(id)
        assert len({layer.label for layer in layers}) == len({layer.name for layer in layers}) == len(layers)


def test_inception_branches_are_seen_as_branches():
    layers = {layer.name: layer for layer in read_architecture("googlenet")}
    joined = layers["inception3a.concat"]
    assert joined.kind == "concatenation"
    assert joined.branch == ("inception3a", None)
    assert joined.output_shape == (256, 28, 28)
    assert joined.inputs == (
        "inception3a.branch1.relu",
        "inception3a.branch2.1.relu",
        "inception3a.branch3.1.relu",
        "inception3a.branch4.1.relu",
    )
    starts = [layer.name for layer in layers.values() if layer.inputs == ("maxpool2",)]
    assert starts == [
        f"inception3a.{name}" for name in ("branch1.conv", "branch2.0.conv", "branch3.0.conv", "branch4.0")
    ]
    assert layers["inception3a.branch3.1.conv"].kernel_size == (3, 3)  # not 5: torchvision's slip
    assert layers["inception5b.branch3.1.relu"].branch == ("inception5b", 3)
    assert layers["conv1.relu"].branch is None
    assert layers["conv1.relu"].kind == "ReLU"
    assert sum(layer.kind == "ReLU" for layer in layers.values()) == 57


def test_formulas_with_their_numbers():
    layers = {layer.name: layer for layer in read_architecture("alexnet2012")}
    assert layers["conv1"].parameter_formula == "96·(11·11·3) + 96 = 34,944"
    assert layers["conv1"].mac_formula == "55·55·96·(11·11·3) = 105,415,200"
    assert layers["conv1"].size_formula == "⌊(224 + 2·2 − 11) / 4⌋ + 1 = 55"
    assert layers["conv4"].parameter_formula == "384·(3·3·192) + 384 = 663,936"
    assert layers["fc6"].parameter_formula == "4,096·9,216 + 4,096 = 37,752,832"
    assert layers["fc6"].mac_formula == "4,096·9,216 = 37,748,736"
    assert layers["relu1"].parameter_formula == layers["relu1"].mac_formula == layers["relu1"].size_formula == ""
    google = {layer.name: layer for layer in read_architecture("googlenet", (224, 200))}
    assert google["conv1.conv"].parameter_formula == "64·(7·7·3) = 9,408"
    assert google["conv1.bn"].parameter_formula == "64 + 64 = 128"
    assert google["maxpool1"].size_formula == "⌈(112 − 3) / 2⌉ + 1 = 56; ⌈(100 − 3) / 2⌉ + 1 = 50"


@pytest.mark.parametrize("id", CATALOG)
def test_every_formula_gives_what_it_says(id):
    for layer in read_architecture(id, 131):
        for formula, value in ((layer.parameter_formula, layer.parameters), (layer.mac_formula, layer.macs)):
            if formula:
                left, right = formula.replace(",", "").replace("·", "*").split(" = ")
                assert eval(left) == int(right) == value
        for line in filter(None, layer.size_formula.split("; ")):
            left, right = line.split(" = ")
            for sign, python in {"·": "*", "−": "-", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")"}.items():
                left = left.replace(sign, python)
            assert eval(left, {"floor": math.floor, "ceil": math.ceil}) == int(right), line


@pytest.mark.parametrize("id", CATALOG)
def test_the_input_size_can_be_changed_down_to_the_smallest(id):
    smallest = CATALOG[id].minimum_size
    assert read_architecture(id, (smallest, smallest + 3))[0].input_shape == (3, smallest, smallest + 3)
    for size in (smallest - 1, (300, smallest - 1), 0, -5):
        with pytest.raises(SettingError, match=rf"too small for .*use {smallest}×{smallest} or more"):
            read_architecture(id, size)
    assert read_architecture(id, 224) == read_architecture(id)


def test_the_dense_layer_of_2012_grows_with_the_input_and_torchvisions_does_not():
    def dense(id):
        return next(layer for layer in read_architecture(id, 320) if layer.label == "fc6").input_shape

    assert dense("alexnet2012") == (256 * 9 * 9,)
    assert dense("alexnet") == (9216,)


def test_an_unknown_network_is_refused():
    with pytest.raises(ValueError, match="no network “resnet”: use one of alexnet2012, alexnet, vgg16, googlenet"):
        read_architecture("resnet")


@pytest.mark.parametrize("id", CATALOG)
def test_reading_takes_no_wait(id):
    read_architecture(id)  # torch's own first calls
    trace.cache_clear()
    start = time.thread_time()
    read_architecture(id)
    assert time.thread_time() - start < 5  # a guard, not a measurement


def test_the_lectures_table_is_reconciled():
    rows = lecture_table()
    sums = lecture_totals()
    assert [row.lecture_millions for row in rows if row.lecture_macs] == [4, 16, 37, 74, 224, 149, 223, 105]
    assert sums.lecture_millions == 832
    assert (sums.parameters, sums.macs) == (60_965_224, 724_406_816)
    assert (sums.ungrouped_parameters, sums.ungrouped_macs) == (62_378_344, 1_135_256_096)
    for row in rows:
        used = row.ungrouped_macs if row.layer == "conv4" else row.macs
        assert used // 10**6 == row.lecture_millions
        assert row.explanation
    assert "5×5 in the paper" in next(row.explanation for row in rows if row.layer == "conv2")


def test_the_catalogue_says_what_each_network_is():
    assert list(CATALOG) == ["alexnet2012", "alexnet", "vgg16", "googlenet"]
    for entry in CATALOG.values():
        assert entry.about.endswith(".")
        assert "\n" not in entry.about
    assert all("96 or 64" in " ".join(CATALOG[id].notes) for id in ("alexnet2012", "alexnet"))
    assert CATALOG["alexnet2012"].published is None
    assert CATALOG["alexnet2012"].categories == ()
    assert CATALOG["vgg16"].categories[281] == "tabby"
