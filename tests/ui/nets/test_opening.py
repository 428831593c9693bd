"""The first opening: torch is imported so that the window goes on, and what is slow is made off the GUI thread."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

from cnnexplorer.ui.nets import entrance, workspace

_CODE = """
import os, sys
from cnnexplorer.ui.nets.entrance import _import_workspace
assert "torch" not in sys.modules
made = _import_workspace()
import cv2, torch
print(made.__name__, os.environ["OMP_WAIT_POLICY"], cv2.getNumThreads(), torch.ones(3).sum().item())
"""


def test_threads_that_wait_leave_their_core():
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    command = [sys.executable, "-c", _CODE]
    said = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=True).stdout
    assert said.split() == ["NetWorkspace", "passive", "1", "3.0"]


def test_the_collector_does_not_walk_through_what_was_imported():
    gc.collect()
    before = gc.get_freeze_count()
    with entrance._kept_for_good():
        assert not gc.isenabled()
        made = [[] for _number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(made)


def test_the_user_says_otherwise(monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    monkeypatch.setattr(entrance.cv2, "setNumThreads", lambda _count: None)
    entrance._share_cores()
    assert os.environ["OMP_WAIT_POLICY"] == "active"


def test_a_torch_without_the_library_that_is_loaded_first_is_left_to_its_import(tmp_path, monkeypatch):
    class Spec:
        origin = str(tmp_path / "__init__.py")

    for spec in (None, Spec):
        monkeypatch.setattr(entrance.importlib.util, "find_spec", lambda _name, spec=spec: spec)
        entrance._load_library()


def test_the_first_picture_is_drawn_once():
    assert workspace.first_picture() is workspace.first_picture()
    assert workspace.first_picture().image.shape == (3, 224, 224)
