"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import pytest

from cnnexplorer.core import SaveError
from cnnexplorer.core.files import atomic_file, save_error, write_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_half(path: Path, trouble: Callable[[], object]) -> None:
    """Write something, and meet trouble before the end."""
    with atomic_file(path) as file:
        file.write(b"half")
        trouble()


def test_a_file_is_written_and_replaced(tmp_path: Path):
    path = tmp_path / "a.bin"
    write_file(path, b"first")
    path.chmod(0o640)
    write_file(path, b"second")
    assert path.read_bytes() == b"second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(tmp_path) == ["a.bin"]


def test_a_new_file_has_the_rights_of_any_other(tmp_path: Path):
    write_file(tmp_path / "a", b"")
    (tmp_path / "b").write_bytes(b"")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_an_exception_inside_leaves_the_old_file(tmp_path: Path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError):
        write_half(path, lambda: 1 / 0)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("where", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if where == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    elif where == "replace":
        monkeypatch.setattr(type(path), "replace", full)
    with pytest.raises(SaveError, match=r"a\.bin was not saved: the disk is full"):
        write_half(path, full if where == "write" else int)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def test_a_link_keeps_pointing_at_its_file(tmp_path: Path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_folder_that_is_gone_and_a_folder_in_place_of_a_file(tmp_path: Path):
    with pytest.raises(SaveError, match="is not there any more"):
        write_file(tmp_path / "gone" / "a.bin", b"")
    with pytest.raises(SaveError, match=r"was not saved: Is a directory"):
        write_file(tmp_path, b"")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_folder_that_may_not_be_written(tmp_path: Path, number: int):
    assert "may not be written to" in str(save_error(tmp_path / "a", OSError(number, "no")))


def test_a_file_that_may_not_be_written_to_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda _path, _right: False)  # as for anyone but root
    with pytest.raises(SaveError, match="it or its folder may not be written to"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    write_file(tmp_path / "b.bin", b"new")
    assert names(tmp_path) == ["a.bin", "b.bin"]


def test_a_circle_of_links_is_replaced(tmp_path: Path):
    for one, other in (("a", "b"), ("b", "a")):
        (tmp_path / one).symlink_to(tmp_path / other)
    write_file(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["n" * 255, "猫" * 85, "😀" * 63])
def test_the_longest_names_that_there_are(tmp_path: Path, name: str):
    write_file(tmp_path / name, b"new")
    assert names(tmp_path) == [name]
    with pytest.raises(SaveError, match="its name is too long"):
        write_file(tmp_path / (name + "longer"), b"new")


def test_trouble_that_the_system_has_no_words_for(tmp_path: Path):
    assert "a was not saved: encoder error -2;" in str(save_error(tmp_path / "a", OSError("encoder error -2")))
