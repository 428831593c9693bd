"""Saving survives a full disk at every byte, and an end at any moment."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cnnexplorer.core import Experiment, SaveError, Session, load_session, save_session, session_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD = Session(Experiment([[[1.5, 2.5]]], ()))
NEW = Session(Experiment(np.random.default_rng(1).normal(size=(1, 30, 40)), ()))


def test_a_full_disk_at_every_byte_leaves_the_old_file(tmp_path: Path):
    """The system itself refuses to write more than so many bytes of a file, as a full disk does."""
    resource = pytest.importorskip("resource", reason="Unix's")
    path = tmp_path / "a.cnnx"
    save_session(OLD, path)
    new = Session(Experiment([[[0.1, 0.2, 0.3]]], ()))
    before = path.read_bytes()
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    told = set()
    for limit in range(len(session_bytes(new))):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, usual[1]))
        try:
            save_session(new, path)
        except SaveError as error:
            told.add(str(error))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        assert path.read_bytes() == before
        assert [other.name for other in tmp_path.iterdir()] == ["a.cnnx"]
    assert told == {
        "a.cnnx was not saved: the disk is full; what was there before is unharmed: make room, or save elsewhere"
    }
    save_session(new, path)
    assert load_session(path) == new


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a disk, where the system lets it")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_with_too_few_pages_leaves_the_old_file(small_disk: Path):
    path, filler = small_disk / "a.cnnx", small_disk / "filler"
    save_session(OLD, path)
    before, page = path.read_bytes(), 4096
    pages = -(-len(session_bytes(NEW)) // page)
    status = os.statvfs(small_disk)
    free = status.f_bavail * status.f_frsize // page
    refused = 0
    for left in range(pages + 1):
        filler.write_bytes(bytes((free - left) * page))
        try:
            save_session(NEW, path)
        except SaveError as error:
            refused += "the disk is full" in str(error)
            assert path.read_bytes() == before
            assert sorted(other.name for other in small_disk.iterdir()) == ["a.cnnx", "filler"]
        filler.unlink()
    assert refused == pages
    assert load_session(path) == NEW


KILLING = """
import os, random, signal, sys, time
from pathlib import Path
import numpy as np
from cnnexplorer.core import Experiment, Session, load_session, save_session
path, rounds = Path(sys.argv[1]), int(sys.argv[2])
sessions = [Session(Experiment(np.random.default_rng(seed).normal(size=(1, 120, 120)), ())) for seed in (1, 2)]
save_session(sessions[0], path)
dice, halves, seen = random.Random(5), 0, set()
for number in range(rounds):
    child = os.fork()
    if not child:
        while True:
            for session in reversed(sessions):
                save_session(session, path)
    time.sleep(dice.uniform(0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    seen.add(sessions.index(load_session(path)))
    parts = list(path.parent.glob(".*.part"))
    halves += len(parts)
    for part in parts:
        part.unlink()
print(halves, *sorted(seen))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Unix's")
def test_an_end_at_any_moment_leaves_a_file_that_can_be_read(tmp_path: Path):
    """A program that saves without a pause is killed 200 times."""
    done = subprocess.run(
        [sys.executable, "-c", KILLING, str(tmp_path / "a.cnnx"), "200"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    halves, *seen = map(int, done.stdout.split())
    assert halves > 10, "it was killed in the middle of saving, too"
    assert seen == [0, 1], "and had saved before"
