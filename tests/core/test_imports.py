"""The core stands alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cnnexplorer import core

CODE = """
import sys
import cnnexplorer.core
import cnnexplorer.core.editing, cnnexplorer.core.history, cnnexplorer.core.kernels
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_core_imports_neither_qt_nor_torch():
    names = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout.split()
    assert {"numpy", "cv2", "cnnexplorer"} <= {*names}
    assert not {"PySide6", "shiboken6", "torch", "torchvision", "PIL", "pyqtgraph"} & {*names}


def test_every_public_name_is_there():
    for name in core.__all__:
        assert getattr(core, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        core.nothing  # noqa: B018  # asked for on purpose
