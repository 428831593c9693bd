"""What the tests of the training share."""

from __future__ import annotations

import pytest
import torch

from cnnexplorer.pretraining.first_layer import draw_patches, learn_filters


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def filters():
    """Filters that were learned for a moment only."""
    return learn_filters(draw_patches(0, 8000), 0, steps=60)
