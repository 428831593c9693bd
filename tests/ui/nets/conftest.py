"""A small network and a model that has computed it, for the pages' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from PySide6.QtWidgets import QWidget

from cnnexplorer.core.samples import make_sample
from cnnexplorer.nets import load_network
from cnnexplorer.ui.actions import Actions
from cnnexplorer.ui.nets.model import NetModel, Source
from cnnexplorer.ui.nets.workspace import NetWorkspace
from tests.ui.nets.helpers import IN_USE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from cnnexplorer.nets import Network
    from cnnexplorer.ui.settings import Settings


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Small pictures gain nothing from several threads, and a busy machine makes them wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def loaded() -> Network:
    return load_network("alexnet2012", "random", device="cpu", seed=1)


@pytest.fixture(scope="session")
def scene() -> Source:
    """The scene, painted once."""
    return Source(make_sample("scene"), "Scene")


@pytest.fixture
def network(loaded: Network) -> Iterator[Network]:
    """AlexNet 2012 with random weights; what a test changes in it is put back."""
    preprocessing = loaded.preprocessing
    yield loaded
    loaded.preprocessing = preprocessing
    loaded.reset()
    loaded.notices.clear()


@pytest.fixture
def model(qtbot: QtBot, network: Network, scene: Source) -> Iterator[NetModel]:
    """A model that has computed the scene."""
    found = NetModel(scene)
    with qtbot.waitSignal(found.computed, timeout=20000):
        found.adopt(IN_USE, network)
    yield found
    found.close()
    found.deleteLater()


@pytest.fixture
def workspace(qtbot: QtBot, settings: Settings, network: Network, scene: Source) -> Iterator[NetWorkspace]:
    holder = QWidget()
    qtbot.addWidget(holder)
    actions = Actions(holder)
    found = NetWorkspace(actions, settings)
    qtbot.addWidget(found)
    actions.connect_all(found.slots())
    found.model.set_source(scene)
    found.resize(1180, 720)
    found._show_page("overview")
    with qtbot.waitExposed(found):
        found.show()
    with qtbot.waitSignal(found.model.computed, timeout=20000):
        found.model.adopt(IN_USE, network)
    yield found
    found.close_work()
