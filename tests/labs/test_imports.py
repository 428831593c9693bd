"""The labs stand on the core alone."""

from __future__ import annotations

import subprocess
import sys

from cnnexplorer import labs

CODE = """
import sys
import cnnexplorer.labs
import cnnexplorer.labs.freedom, cnnexplorer.labs.grading, cnnexplorer.labs.practice, cnnexplorer.labs.progress
import cnnexplorer.labs.report, cnnexplorer.labs.writing, cnnexplorer.labs.check_command, cnnexplorer.labs.grade_command
print(*sorted({".".join(name.split(".")[:2]) for name in sys.modules}))
"""


def test_labs_import_neither_qt_nor_torch():
    names = set(subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout.split())
    assert {"msgspec", "cnnexplorer.labs", "cnnexplorer.core"} <= names
    first = {name.partition(".")[0] for name in names}
    assert not {"PySide6", "shiboken6", "torch", "torchvision", "pyqtgraph"} & first
    assert not {"cnnexplorer.ui", "cnnexplorer.nets"} & names


def test_every_public_name_is_there():
    for name in labs.__all__:
        assert getattr(labs, name) is not None
