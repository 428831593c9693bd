"""Unsaved work is kept; work of a process that lives is left alone, that of one that ended is found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnnexplorer.core import SaveError
from cnnexplorer.core.recovery import Keep, Origin, Recovery

CODE = """
import os, sys
from pathlib import Path
from cnnexplorer.core.recovery import Origin, Recovery
recovery = Recovery(Path(sys.argv[1]))
recovery.keep(sys.argv[2].encode(), Origin())
print("kept", flush=True)
if sys.argv[3] == "crash":
    os.kill(os.getpid(), 9)
sys.stdin.read(1)
"""


def run(folder: Path, data: str, end: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, str(folder), data, end], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"kept\n"
    return process


def found(folder: Path) -> list[bytes]:
    """Return the work that is left behind, and leave it there."""
    keeps = Recovery(folder).left_behind()
    works = [keep.work.read_bytes() for keep in keeps]
    for keep in keeps:
        keep.release()
    return works


def test_work_is_kept_replaced_and_thrown_away(tmp_path: Path):
    folder = tmp_path / "of" / "its own"
    recovery = Recovery(folder)
    assert recovery.left_behind() == []
    recovery.clear()
    assert not folder.exists(), "a window in which nothing is made leaves no trace"
    recovery.keep(b"first", Origin())
    recovery.keep(b"second", Origin())
    assert [path.read_bytes() for path in folder.glob("*.cnnx")] == [b"second"]
    recovery.clear()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "origin", [Origin(), Origin(Path("/a b/ñ\n.cnnx"), "0f" * 32), Origin(Path(os.fsdecode(b"/\xff%41")), "")]
)
def test_where_work_is_from_comes_back(tmp_path: Path, origin: Origin):
    recovery = Recovery(tmp_path)
    recovery.keep(b"x", origin)
    recovery.release()
    (keep,) = Recovery(tmp_path).left_behind()
    assert keep.origin == origin
    next(tmp_path.glob("*.from")).write_bytes(b"\xff\xfe")
    assert keep.origin == Origin()
    keep.remove()


def test_two_windows_of_one_process(tmp_path: Path):
    one, other = Recovery(tmp_path), Recovery(tmp_path)
    one.keep(b"one", Origin())
    other.keep(b"other", Origin())
    assert other.left_behind() == []
    one.clear()
    assert [path.read_bytes() for path in tmp_path.glob("*.cnnx")] == [b"other"]
    other.release()
    assert found(tmp_path) == [b"other"]


def test_only_the_work_of_a_process_that_ended_is_found(tmp_path: Path):
    living, crashed = run(tmp_path, "living", "wait"), run(tmp_path, "crashed", "crash")
    try:
        crashed.wait(20)
        assert found(tmp_path) == [b"crashed"]
        living.communicate(b"x")  # it ends without a word too
        assert sorted(found(tmp_path)) == [b"crashed", b"living"]
    finally:
        for process in (living, crashed):
            process.kill()
            process.communicate()


def test_the_latest_comes_first_and_scraps_go(tmp_path: Path):
    for number, name in enumerate(("old", "new")):
        (tmp_path / f"{name}.cnnx").write_bytes(name.encode())
        os.utime(tmp_path / f"{name}.cnnx", (number, number))
    (tmp_path / "nothing.lock").touch()
    (tmp_path / ".old.cnnx.1234.part").touch()
    recovery = Recovery(tmp_path)
    new, old = recovery.left_behind()
    assert (new.work.read_bytes(), old.work.read_bytes()) == (b"new", b"old")
    assert not (tmp_path / "nothing.lock").exists()
    old.remove()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.cnnx", "new.lock"]
    recovery.adopt(new)
    recovery.keep(b"newer", Origin())
    assert (tmp_path / "new.cnnx").read_bytes() == b"newer"
    assert Recovery(tmp_path).left_behind() == []
    recovery.clear()
    assert list(tmp_path.iterdir()) == []


def test_of_two_who_look_only_one_gets_it(tmp_path: Path):
    (tmp_path / "lost.cnnx").write_bytes(b"lost")
    (keep,) = Recovery(tmp_path).left_behind()
    assert Recovery(tmp_path).left_behind() == []
    keep.release()
    assert found(tmp_path) == [b"lost"]


def test_a_lock_that_was_removed_meanwhile_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Between opening and locking another process may have thrown the place away: the lock would be on nothing."""
    fcntl = pytest.importorskip("fcntl", reason="Unix's")
    usual = fcntl.flock

    def flock(file: object, how: int) -> None:
        usual(file, how)
        (tmp_path / "a.lock").unlink()

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(FileNotFoundError):
        Keep(tmp_path, "a")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(SaveError, match="cannot be kept for the case of a crash"):
        Recovery(tmp_path / "file").keep(b"x", Origin())
