"""Whole layers into files: names, pictures, contact sheets, data, and what happens when it ends early."""

from __future__ import annotations

import errno
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from cnnexplorer.core import ImageError, SettingError, format_number
from cnnexplorer.core import files as files_module
from cnnexplorer.core.batch import FORMS, PICTURE, BatchRequest, Exhibit, Group, estimate, existing, targets
from cnnexplorer.core.batch_pictures import NO_NUMBER, Paint
from cnnexplorer.core.batch_run import BatchReport, run_batch
from cnnexplorer.core.contact_sheet import contact_sheet
from cnnexplorer.core.metadata import FigureNotes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GREYS = Paint(np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1))
SIGNS = Paint(GREYS.table, diverging=True)
DICE = np.random.default_rng(7)
MAPS = DICE.normal(size=(12, 5, 6)).astype(np.float32)
POSITIVE = np.abs(DICE.normal(size=(3, 4, 4))).astype(np.float32)
FILTERS = DICE.normal(size=(4, 3, 2, 2)).astype(np.float32)
ROW = DICE.normal(size=(1, 10)).astype(np.float32)
GROUPS = (
    Group("conv1", "net, conv1", 12, (5, 6)),
    Group("relu1", "net, relu1", 3, (4, 4)),
    Group("conv1_filters", "net, conv1", 4, (3, 2, 2), colour=True),
    Group("fc", "net, fc", 1, (10,)),
)
ARRAYS = dict(zip([group.name for group in GROUPS], (MAPS, POSITIVE, FILTERS, ROW), strict=True))


def request(folder: Path, form: str = "each", format: str = "npy", groups: tuple[Group, ...] = GROUPS, **more: object):
    return BatchRequest(folder, "net", form, format, groups, signed=SIGNS, unsigned=GREYS, **more)  # type: ignore[arg-type]


def read(_picture: int) -> Callable[[Group], np.ndarray]:
    return lambda group: ARRAYS[group.name]


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB") if image.mode == "RGB" else image)


@pytest.mark.parametrize(("form", "format"), [(form, format) for form, (_n, many) in FORMS.items() for format in many])
def test_every_form_and_format_writes_the_files_that_it_says(tmp_path: Path, form: str, format: str):
    wish = request(tmp_path, form, format)
    report = run_batch(wish, read)
    assert report.trouble is None
    assert (report.written, report.total) == (len(list(targets(wish))),) * 2
    assert report.total == estimate(wish)[0]
    assert names(tmp_path) == sorted(path.name for path in targets(wish))
    assert set(existing(wish)) == set(targets(wish))


def test_names_sort_as_the_units_do(tmp_path: Path):
    for count, name in ((5, "net_a_004.npy"), (1000, "net_a_999.npy"), (1001, "net_a_1000.npy")):
        wish = request(tmp_path, groups=(Group("a", "", count, (1, 1)),))
        found = [path.name for path in targets(wish)]
        assert found[-1] == name
        assert found == sorted(found)
        assert len({len(one) for one in found}) == 1


def test_a_map_a_file_is_exact(tmp_path: Path):
    run_batch(request(tmp_path), read)
    for index, values in enumerate(MAPS):
        assert np.load(tmp_path / f"net_conv1_{index:03}.npy").tobytes() == values.tobytes()
    assert (np.load(tmp_path / "net_conv1_filters_002.npy") == FILTERS[2]).all()
    assert (np.load(tmp_path / "net_fc_000.npy") == ROW[0]).all()


def test_planes_of_filters_have_tables_of_their_own(tmp_path: Path):
    run_batch(request(tmp_path, format="csv", groups=GROUPS[2:3]), read)
    assert names(tmp_path)[:2] == ["net_conv1_filters_000_plane0.csv", "net_conv1_filters_000_plane1.csv"]
    found = np.loadtxt(tmp_path / "net_conv1_filters_003_plane2.csv", delimiter=",")
    assert (found == FILTERS[3, 2]).all()


def test_a_layer_a_file(tmp_path: Path):
    run_batch(request(tmp_path, "layer", "npz"), read)
    with np.load(tmp_path / "net_conv1.npz") as found:
        assert list(found) == [f"conv1_{index:03}" for index in range(12)]
        assert all((found[name] == values).all() for name, values in zip(found, MAPS, strict=True))
    run_batch(request(tmp_path, "layer", "npy"), read)
    assert np.load(tmp_path / "net_conv1_filters.npy").tobytes() == FILTERS.tobytes()
    run_batch(request(tmp_path, "layer", "tiff"), read)
    with Image.open(tmp_path / "net_conv1.tif") as image:
        assert image.n_frames == 12
        assert image.tag_v2[269] == GROUPS[0].title
        image.seek(7)
        assert image.tag_v2[285] == "conv1_07"
        assert (np.asarray(image) == MAPS[7]).all()


@pytest.mark.parametrize(
    ("form", "template", "found"),
    [
        ("each", "{name}", ["net_relu1_000.npy", "net_relu1_001.npy", "net_relu1_002.npy"]),
        ("each", "{date} {layer}-{channel}", ["2026-03-09 relu1-000.npy", "2026-03-09 relu1-001.npy",
                                              "2026-03-09 relu1-002.npy"]),
        ("layer", "{network} {view} of {layer}", ["vgg maps of relu1.npy"]),
        ("sheet", "x {name}", ["x net_relu1_sheet.png"]),
    ],
)  # fmt: skip
def test_files_are_called_as_the_template_says(tmp_path: Path, form: str, template: str, found: list[str]):
    format_ = PICTURE if form == "sheet" else "npy"
    more = {"template": template, "words": {"network": "vgg"}, "now": datetime(2026, 3, 9), "whole": "maps"}
    wish = request(tmp_path, form, format_, GROUPS[1:2], **more)
    assert existing(wish) == []
    assert run_batch(wish, read).written == len(found)
    assert names(tmp_path) == found


@pytest.mark.parametrize("template", ["figure", "{channel}", "{layer}", "n" * 200 + "{name}"])
def test_no_two_files_are_called_alike(tmp_path: Path, template: str):
    wish = request(tmp_path, template=template)
    with pytest.raises(SettingError, match=r"several files would be called .*\.npy: put \{name\}, or \{layer\} and"):
        existing(wish)


def test_everything_in_one_file(tmp_path: Path):
    run_batch(request(tmp_path, "all", "npz", whole="maps"), read)
    assert names(tmp_path) == ["net_maps.npz"]
    with np.load(tmp_path / "net_maps.npz") as found:
        assert {name: values.tobytes() for name, values in found.items()} == {
            name: values.tobytes() for name, values in ARRAYS.items()
        }


@pytest.mark.parametrize("shared", [False, True])
def test_pictures_are_painted_from_their_values(tmp_path: Path, shared: bool):
    run_batch(request(tmp_path, format=PICTURE, scale=3, shared=shared), read)
    found = pixels(tmp_path / "net_conv1_004.png")
    assert found.shape == (15, 18, 3)
    reach = float(np.abs(MAPS if shared else MAPS[4]).max())
    levels = np.floor((MAPS[4].astype(float) + reach) / (2 * reach) * 255 + 0.5)
    assert (np.abs(found[1::3, 1::3, 0] - levels) <= 1).all()
    assert (found == found[1::3, 1::3].repeat(3, axis=0).repeat(3, axis=1)).all()
    unsigned = pixels(tmp_path / "net_relu1_001.png")[1::3, 1::3, 0]
    values = POSITIVE if shared else POSITIVE[1]
    expected = (POSITIVE[1] - values.min()) / (values.max() - values.min()) * 255
    assert (np.abs(unsigned - expected) <= 1).all()
    with Image.open(tmp_path / "net_conv1_004.png") as image:
        assert float(image.text["Value of the highest colour"]) == reach
        assert image.text["Title"] == "net, conv1: 4"


def test_filters_of_a_picture_are_in_its_colours(tmp_path: Path):
    run_batch(request(tmp_path, format=PICTURE, groups=GROUPS[2:3]), read)
    found = pixels(tmp_path / "net_conv1_filters_001.png").astype(float)
    reach = np.abs(FILTERS[1]).max()
    expected = (FILTERS[1].transpose(1, 2, 0) + reach) / (2 * reach) * 255
    assert found.shape == (2, 2, 3)
    assert (np.abs(found - expected) <= 1).all()


def test_planes_and_rows_are_laid_out_in_a_square(tmp_path: Path):
    groups = (replace(GROUPS[2], colour=False), GROUPS[3])
    run_batch(request(tmp_path, format=PICTURE, groups=groups), read)
    assert pixels(tmp_path / "net_conv1_filters_000.png").shape == (5, 5, 3)
    assert pixels(tmp_path / "net_fc_000.png").shape == (3, 4, 3)


def test_cells_that_are_no_numbers_have_a_colour_of_their_own_and_are_told(tmp_path: Path):
    values = MAPS.copy()
    values[3, 2, 1], values[3, 0, 0] = np.nan, np.inf
    report = run_batch(request(tmp_path, format=PICTURE, groups=GROUPS[:1]), lambda _picture: lambda _group: values)
    found = pixels(tmp_path / "net_conv1_003.png")
    assert tuple(found[2, 1]) == tuple(found[0, 0]) == NO_NUMBER
    assert (found == NO_NUMBER).all(axis=2).sum() == 2
    assert [note.sentence(str) for note in report.notes] == ["cells that are no finite numbers are painted in crimson"]


@pytest.mark.parametrize("shared", [False, True])
def test_measurements_in_grey_state_their_range(tmp_path: Path, shared: bool):
    report = run_batch(request(tmp_path, format="png16", groups=GROUPS[:1], shared=shared), read)
    assert report.notes == ()
    with Image.open(tmp_path / "net_conv1_005.png") as image:
        low, high = (float(image.text[f"Value of {end}"]) for end in ("black", "white"))
        levels = np.asarray(image).astype(float)
    source = MAPS if shared else MAPS[5]
    assert (low, high) == (source.min(), source.max())
    assert np.abs(low + levels / 65535 * (high - low) - MAPS[5]).max() <= (high - low) / 65535


def test_a_contact_sheet_shows_every_map(tmp_path: Path):
    painted = []

    def letters(text: str, size: int, _ink: tuple[int, int, int]) -> np.ndarray:
        painted.append(text)
        return np.full((size, 7 * len(text), 3), (255, 0, 255), np.uint8)

    groups = (replace(GROUPS[0], title="Red, capa ñ"),)
    wish = request(tmp_path, "sheet", PICTURE, groups, line="de {low} a {high}", letters=letters)
    run_batch(wish, read)
    low, high = (format_number(float(end), 4) for end in (MAPS.min(), MAPS.max()))
    assert painted == ["Red, capa ñ", f"de {low} a {high}", *map(str, range(12))]
    assert names(tmp_path) == ["net_conv1_sheet.png"]
    found = pixels(tmp_path / "net_conv1_sheet.png")
    # what is painted of letters is all there: 14 lines, of 13 signs at most
    assert (found == (255, 0, 255)).all(axis=2).sum() == 20 * 7 * 11 + 13 * 7 * (len(painted[1]) + 14)
    for values in MAPS:
        reach = float(np.abs(values).max())
        levels = np.floor((values.astype(float) + reach) / (2 * reach) * 255 + 0.5).astype(int)
        tile = levels.repeat(11, axis=0).repeat(11, axis=1)  # 6 cells: 66 pixels or more than 64
        assert placed(found[:, :, 0].astype(int), tile), "a tile is missing"


@pytest.mark.parametrize("shared", [False, True])
def test_what_is_told_of_a_picture_is_what_is_painted(tmp_path: Path, shared: bool):
    exhibits = []

    def describe(exhibit: Exhibit) -> FigureNotes:
        exhibits.append(exhibit)
        return FigureNotes("Título", (("Capa", "conv1"), ("Valores", "−1 × ñ")), "es", "Program 1")

    for form, format_ in (("each", PICTURE), ("sheet", PICTURE), ("each", "png16")):
        exhibits.clear()
        run_batch(request(tmp_path, form, format_, GROUPS[:3], shared=shared, describe=describe), read)
        planes = 3 if format_ == "png16" else 1  # of a filter, in files of their own
        units = [None] * 3 if form == "sheet" else [*range(12), *range(3), *np.repeat(range(4), planes)]
        assert [one.unit for one in exhibits] == units
        for path in tmp_path.iterdir():
            with Image.open(path) as image:
                assert image.text["Title"] == "Título"
                assert image.text["Description"] == "Capa: conv1\nValores: −1 × ñ"
                assert image.text["Software"] == "Program 1"
                ends = [float(value) for key, value in image.text.items() if key.startswith("Value of ")]
            assert len(ends) == (0 if form == "sheet" and not shared else 2)
            path.unlink()
        for one in exhibits:
            values = ARRAYS[one.group.name]
            values = values if one.unit is None else values[one.unit]
            values = values if one.plane is None else values[one.plane]
            assert one.values == (values.min(), values.max())
            ends = ARRAYS[one.group.name] if shared else values
            reach = float(np.abs(ends).max())
            kinds = {"conv1": "signed", "relu1": "unsigned", "conv1_filters": "planes"}
            assert one.paint == ("grey" if format_ == "png16" else kinds[one.group.name])
            if one.unit is None and not shared:
                assert one.limits is None
            else:
                plain = one.paint in ("grey", "unsigned")
                assert one.limits == ((ends.min(), ends.max()) if plain else (-reach, reach))


def test_filters_of_a_picture_state_the_range_that_they_are_painted_in(tmp_path: Path):
    wish = replace(request(tmp_path, format=PICTURE, groups=GROUPS[2:3]), signed=GREYS)
    run_batch(wish, read)
    reach = float(np.abs(FILTERS[3]).max())
    with Image.open(tmp_path / "net_conv1_filters_003.png") as image:
        assert float(image.text["Value of the lowest colour"]) == -reach
        assert float(image.text["Value of the highest colour"]) == reach


@pytest.mark.parametrize(
    ("shape", "scale"), [((5, 6), 34), ((13, 13), 16), ((55, 54), 4), ((150, 3), 2), ((224, 224), 1)]
)
def test_pictures_are_as_large_as_can_be_seen(tmp_path: Path, shape: tuple[int, int], scale: int):
    wish = request(tmp_path, format=PICTURE, groups=(Group("a", "", 1, shape),), scale=None)
    run_batch(wish, lambda _picture: lambda _group: DICE.normal(size=(1, *shape)))
    assert pixels(tmp_path / "net_a_000.png").shape == (shape[0] * scale, shape[1] * scale, 3)


@pytest.mark.parametrize("apart", [True, False])
def test_layers_have_folders_of_their_own(tmp_path: Path, apart: bool):
    wish = request(tmp_path, groups=GROUPS[:2], pictures=("cat", "dog"), apart=apart, by_group=True)
    report = run_batch(wish, read)
    assert report.written == 30
    assert names(tmp_path) == sorted(str(path.relative_to(tmp_path)) for path in targets(wish))
    last = "dog/net_relu1/net_relu1_002.npy" if apart else "net_relu1/dog_net_relu1_002.npy"
    assert names(tmp_path)[-1] == last
    assert (np.load(tmp_path / last) == POSITIVE[2]).all()
    assert set(existing(wish)) == set(targets(wish))


@pytest.mark.parametrize("form", ["sheet", "layer", "all"])
def test_few_files_need_no_folders(tmp_path: Path, form: str):
    run_batch(request(tmp_path, form, FORMS[form][1][0], by_group=True), read)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


def placed(sheet: np.ndarray, tile: np.ndarray) -> bool:
    """Tell whether a tile lies anywhere in a sheet."""
    height, width = tile.shape
    corners = np.argwhere(np.abs(sheet[: -height + 1, : -width + 1] - tile[0, 0]) <= 1)
    return any((np.abs(sheet[y : y + height, x : x + width] - tile) <= 1).all() for y, x in corners.tolist())


def test_sheets_of_many_and_of_large_pictures_stay_within_bounds():
    large = contact_sheet([np.zeros((2000, 1000, 3), np.uint8)] * 3, ["0", "1", "2"], "t" * 300)
    assert max(large.shape) < 3000
    many = contact_sheet([np.zeros((224, 224, 3), np.uint8)] * 2000, [""] * 2000)
    assert many.shape[0] * many.shape[1] < 1.5e8


@pytest.mark.parametrize(
    ("apart", "expected"),
    [(True, ["cat/net_relu1_000.npy", "cat/net_relu1_001.npy"]), (False, ["cat_net_relu1_000.npy"])],
)
def test_several_pictures_have_files_of_their_own(tmp_path: Path, apart: bool, expected: list[str]):
    wish = request(tmp_path, groups=GROUPS[1:2], pictures=("cat", "dog"), apart=apart)
    opened = []

    def open_picture(index: int) -> Callable[[Group], np.ndarray]:
        opened.append(index)
        return lambda _group: POSITIVE + index

    report = run_batch(wish, open_picture)
    assert (report.written, report.total, opened) == (6, 6, [0, 1])
    assert names(tmp_path)[: len(expected)] == expected
    folder = "dog/" if apart else "dog_"
    assert (np.load(f"{tmp_path}/{folder}net_relu1_002.npy") == POSITIVE[2] + 1).all()


def test_a_picture_that_cannot_be_read_is_skipped_and_told(tmp_path: Path):
    wish = request(tmp_path, groups=GROUPS[1:2], pictures=("a", "b", "c"))
    told = []

    def open_picture(index: int) -> Callable[[Group], np.ndarray]:
        if index == 1:
            raise ImageError("{name} is damaged", name="b.png")
        return lambda _group: POSITIVE

    report = run_batch(wish, open_picture, lambda done, total: told.append((done, total)))
    assert (report.written, report.total, report.trouble) == (6, 9, None)
    assert [str(error) for error in report.skipped] == ["b.png is damaged"]
    assert not (tmp_path / "b").exists()
    assert told[-1] == (9, 9)
    assert all(one[0] <= other[0] for one, other in pairwise(told))


@pytest.mark.parametrize("form", ["each", "sheet", "layer", "all"])
@pytest.mark.parametrize("after", [0, 1, 3, 7, 20])
def test_stopping_leaves_no_half_file(tmp_path: Path, form: str, after: int):
    wish = request(tmp_path, form, FORMS[form][1][0])
    whole = tmp_path / "whole"
    whole.mkdir()
    run_batch(replace(wish, folder=whole), read)
    asked = [0]

    def stop() -> bool:
        asked[0] += 1
        return asked[0] > after

    (tmp_path / "part").mkdir()
    report = run_batch(replace(wish, folder=tmp_path / "part"), read, stop=stop)
    found = names(tmp_path / "part")
    assert report.stopped == (report.written < report.total)
    assert report.stopped or after > 3
    assert len(found) == report.written
    for name in found:
        assert (tmp_path / "part" / name).read_bytes() == (whole / name).read_bytes()


def test_a_full_disk_ends_it_in_a_sentence_and_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    old = tmp_path / "net_conv1_005.npy"
    old.write_bytes(b"old")
    synced = [0]

    def full(_descriptor: int) -> None:
        synced[0] += 1
        if synced[0] > 10:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files_module, "_sync_folder", lambda _folder: None)
    monkeypatch.setattr(files_module.os, "fsync", full)
    report: BatchReport = run_batch(request(tmp_path, groups=GROUPS[:1]), read)
    assert str(report.trouble).startswith("net_conv1_010.npy was not saved: the disk is full")
    assert (report.written, report.total) == (10, 12)
    assert names(tmp_path) == [f"net_conv1_{index:03}.npy" for index in range(10)]
    assert np.load(old).tobytes() == MAPS[5].tobytes()


def test_a_folder_that_is_gone_is_told(tmp_path: Path):
    report = run_batch(request(tmp_path / "gone"), read)
    assert "is not there any more" in str(report.trouble)
    assert report.written == 0
    report = run_batch(request(tmp_path / "gone", pictures=("a", "b")), read)
    assert "is not there any more" in str(report.trouble)


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path):
    wish = request(tmp_path, pictures=("n" * 300,))
    assert existing(wish) == []
    report = run_batch(wish, read)
    assert "its name is too long" in str(report.trouble)
    assert report.written == 0


def test_a_layer_too_large_for_the_memory_is_told(tmp_path: Path):
    def read_much(_picture: int) -> Callable[[Group], np.ndarray]:
        def fail(_group: Group) -> np.ndarray:
            raise MemoryError

        return fail

    assert "not enough memory" in str(run_batch(request(tmp_path), read_much).trouble)


def test_mistakes_are_not_swallowed(tmp_path: Path):
    with pytest.raises(KeyError):
        run_batch(request(tmp_path, groups=(Group("other", "", 1, (1, 1)),)), read)


@pytest.mark.parametrize("format", [PICTURE, "npy", "csv", "png16"])
def test_the_estimate_is_about_right(tmp_path: Path, format: str):
    values = DICE.normal(size=(4, 100, 100)).astype(np.float32).cumsum(axis=1).cumsum(axis=2)
    wish = request(tmp_path, format=format, groups=(Group("a", "", 4, (100, 100)),))
    run_batch(wish, lambda _picture: lambda _group: values)
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert 0.5 < size / estimate(wish)[1] < 2
