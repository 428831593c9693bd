"""Sessions that earlier versions wrote are opened for ever: the files in tests/golden are never written again.

With a new version of the format, a file of it is added here, and those of the versions before stay.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cnnexplorer.core import (
    ACTIVATIONS,
    Activation,
    Convolution,
    Experiment,
    FilterEdit,
    Flatten,
    LookState,
    NetworkState,
    PerturbationState,
    Pooling,
    Session,
    ShownChannel,
    ViewState,
    load_session,
    session_bytes,
    session_from_bytes,
)
from cnnexplorer.core.session_model import VERSION

FOLDER = Path(__file__).parents[1] / "golden"


def ramp(*shape: int) -> np.ndarray:
    """Return numbers that any machine computes alike, to the bit."""
    return (np.arange(np.prod(shape)).reshape(shape) - 7) / 16


def plain() -> Session:
    return Session(Experiment([[[0.0, 1.0], [0.5, 0.25]]], ()))


def stages() -> Session:
    """Every kind of stage, every way to pad, every activation."""
    found = [
        Convolution(ramp(4, 2, 3, 3), ramp(4), stride=(1, 2), padding=(1, 2, 3, 0), dilation=(2, 1)),
        Convolution(ramp(2, 2, 1, 1), groups=2, padding="valid", flip=True),
        *(
            Convolution(ramp(2, 2, 2, 2), padding=1, padding_mode=mode)
            for mode in ("zeros", "reflect", "replicate", "circular")
        ),
        Convolution(ramp(1, 2, 3, 2), [-0.0], padding="same"),
        Convolution(ramp(1, 1, 2, 3), padding="full"),
        *(Activation(name) for name in ACTIVATIONS),
        Activation("leaky_relu", negative_slope=0.25),
        Activation("gelu", approximate="tanh"),
        Activation("hardtanh", min_val=-2, max_val=3),
        Pooling("max", (2, 3), (1, 2), (1, 0), ceil_mode=True),
        Pooling("average", 2, 1, 1, count_include_pad=False),
        Flatten(),
        Activation("relu"),
    ]
    return Session(Experiment(ramp(2, 9, 10), tuple(found)), (0, 5))


def views() -> Session:
    """Every field of the view, and a picture with values from 0 to 255."""
    view = ViewState(
        "conv",
        {
            "input": LookState("viridis", "fixed", -0.5, 1e-7, 5),
            "convolution": LookState("cividis", "shared"),
            "activation": LookState("magma"),
            "pooling": LookState("diverging", decimals=0),
            "flatten": LookState("grey"),
        },
        (ShownChannel("input", -1, None), ShownChannel("padding", 0, 2), ShownChannel("stage", 0, 1)),
        ("stage", 0),
        ("padding", 0),
        False,
        True,
        False,
        60.0,
    )
    image = np.arange(3 * 8 * 8.0).reshape(3, 8, 8)
    return Session(Experiment(image, (Convolution(ramp(2, 3, 3, 3)),)), (0, 71), view)


def network() -> Session:
    """Every field of the network, and a picture with the values of a file."""
    state = NetworkState(
        "googlenet", np.arange(192).reshape(3, 8, 8) / 255, "niño.png", "file", "mine.safetensors", "5a" * 32, 11,
        (96, 128), 256, False, "number", "inception4a.branch1.conv", 17, 3, 4,
        PerturbationState(0.25, 1.5, -0.125, 30, (-3, 4), 16, (0.25, 0.75), 99), 281,
        (FilterEdit("conv1.conv", (0, 63), ramp(2, 3, 7, 7)), FilterEdit("conv2.conv", (5,), ramp(1, 64, 1, 1))),
    )  # fmt: skip
    return Session(Experiment(np.zeros((1, 1, 1)), ()), None, ViewState("net"), state)


def little_network() -> Session:
    """A network with all that can be left out left out, and a grey picture with decimal values."""
    state = NetworkState("alexnet2012", ramp(1, 2, 2) + 0.5, weights="random", seed=3)
    return Session(Experiment([[[float("nan"), float("inf"), -0.0]]], (Activation("relu"),)), (0, 2), network=state)


GOLDEN = {
    "v1-plain": plain, "v1-stages": stages, "v1-views": views, "v1-network": network,
    "v1-little-network": little_network,
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_a_session_of_any_version_is_opened(name: str):
    assert load_session(FOLDER / f"{name}.cnnx") == GOLDEN[name]()


def test_every_file_is_told_of_here():
    assert {path.stem for path in FOLDER.glob("*.cnnx")} == {*GOLDEN}


def test_the_present_version_is_among_them():
    versions = set()
    for path in FOLDER.glob("*.cnnx"):
        with zipfile.ZipFile(path) as archive:
            versions.add(json.loads(archive.read("session.json"))["version"])
    assert versions == set(range(1, VERSION + 1))


@pytest.mark.parametrize("make", GOLDEN.values(), ids=GOLDEN.keys())
def test_they_are_written_and_read_as_ever(make: object):
    assert session_from_bytes(session_bytes(make())) == make()
