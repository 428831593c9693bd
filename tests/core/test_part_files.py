"""What a program that was killed while it saved has left is removed; nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cnnexplorer.core import part_files
from cnnexplorer.core.files import write_file
from cnnexplorer.core.part_files import lock, part_of, remove_stale_parts

if TYPE_CHECKING:
    from pathlib import Path

NAME = ".a.cnnx.0123abcd.cnnexplorer.part"
SAVING = """
import sys, time
from cnnexplorer.core.files import atomic_file
with atomic_file(sys.argv[1]) as file:
    file.write(b"half"); file.flush(); print("half", flush=True); time.sleep(60)
"""


def look_again() -> None:
    part_files._look_into.cache_clear()


def made(path: Path, seconds: float = 10_000) -> Path:
    """Return a file that was not changed for some time."""
    path.write_bytes(b"half")
    past = path.stat().st_mtime - seconds
    os.utime(path, (past, past))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_was_left_goes_with_the_next_file(tmp_path: Path):
    for target in ("a.cnnx", "猫" * 80, "two\nlines"):
        made(part_of(tmp_path / target))
    write_file(tmp_path / "b.bin", b"new")
    assert names(tmp_path) == ["b.bin"]


@pytest.mark.parametrize(
    "name",
    ["a.cnnx", NAME[1:], NAME.replace(".cnnexplorer", ""), NAME + "2", NAME.replace("abcd", "abcg"),
     NAME.replace("0123", "123"), "." + NAME[8:], ".n" + 40 * "n" + NAME[7:]],
)  # fmt: skip
def test_other_names_are_left_alone(tmp_path: Path, name: str):
    made(tmp_path / name)
    remove_stale_parts(tmp_path)
    assert names(tmp_path) == [name]


def test_what_is_no_file_is_left_alone(tmp_path: Path):
    old = made(tmp_path / "old")
    (tmp_path / NAME).symlink_to(old)
    (tmp_path / NAME.replace("a.cnnx", "folder")).mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / NAME.replace("a.cnnx", "pipe"))
    before = names(tmp_path)
    remove_stale_parts(tmp_path)
    assert names(tmp_path) == before


def test_what_may_still_be_written_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    fresh = made(tmp_path / NAME, 60)
    remove_stale_parts(tmp_path)
    assert fresh.exists(), "its writer may be about to lock it"
    held = made(tmp_path / NAME)
    with held.open("ab") as file:
        lock(file)
        look_again()
        remove_stale_parts(tmp_path)
        assert held.exists()
    if hasattr(os, "getuid"):
        monkeypatch.setattr(os, "getuid", lambda: held.stat().st_uid + 1)
        look_again()
        remove_stale_parts(tmp_path)
        assert held.exists(), "it belongs to another user"
        monkeypatch.undo()
    look_again()
    remove_stale_parts(tmp_path)
    assert not held.exists()


def test_a_folder_that_is_not_there_is_no_trouble(tmp_path: Path):
    remove_stale_parts(tmp_path / "gone")


def test_a_program_that_saves_keeps_its_file_until_it_is_killed(tmp_path: Path):
    with subprocess.Popen([sys.executable, "-c", SAVING, tmp_path / "a.cnnx"], stdout=subprocess.PIPE) as saving:
        assert saving.stdout.readline() == b"half\n"
        (part,) = tmp_path.iterdir()
        os.utime(part, (0, 0))
        remove_stale_parts(tmp_path)
        assert part.exists()
        saving.kill()
    look_again()
    remove_stale_parts(tmp_path)
    assert names(tmp_path) == []
