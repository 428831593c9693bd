"""Networks with random weights, made once: tests that change one put it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from cnnexplorer.nets import load_network

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Small pictures gain nothing from several threads, and a busy machine makes them wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def alexnet2012():
    return load_network("alexnet2012", "random", device="cpu", seed=1)


@pytest.fixture(scope="session")
def googlenet():
    return load_network("googlenet", "random", device="cpu", seed=1)


@pytest.fixture
def small():
    """A network that a test may change: the smallest input and file."""
    return load_network("googlenet", "random", device="cpu", seed=2, input_size=64)


@pytest.fixture
def picture():
    return np.random.default_rng(7).random((3, 60, 80))
