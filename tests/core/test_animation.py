"""Animations: every format is read back by an independent reader, and nothing is ever left half written."""

from __future__ import annotations

import resource
import weakref
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from cnnexplorer.core import SaveError, SettingError, UserError
from cnnexplorer.core.animation import FORMATS, Cancelled, Note, Timing, mp4, shots, write_animation
from cnnexplorer.core.animation.palette import Palette
from cnnexplorer.core.animation.timing import rounded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Pictures = list[NDArray[np.uint8]]

NOTE = Note("Faltung & <Größe>", "Convolution: 3×3\nstage 2 of 3")
EXACT = [form for form, format_ in FORMATS.items() if format_.exact]
FILES = ["gif", "apng", "webp", "mp4"]
THIRTIETH = Fraction(1, 30)


def moving(count: int = 9, height: int = 48, width: int = 62, colours: int = 40) -> Pictures:
    """Flat areas and a square that moves over them, of few colours; the picture at 3 is the one before again."""
    random = np.random.default_rng(5)
    table = random.integers(0, 256, (colours, 3)).astype(np.uint8)
    ground = table[np.add.outer(np.arange(height) // 8, np.arange(width) // 8) % colours]
    pictures: Pictures = []
    for number in range(count):
        picture = ground.copy()
        if number == 3:
            picture = pictures[-1].copy()
        else:
            top, left = 1 + 3 * number % 29, 3 + 5 * number % 41
            picture[top : top + 13, left : left + 13] = table[random.integers(0, colours, (13, 13))]
        pictures.append(picture)
    return pictures


def path_of(folder: Path, form: str) -> Path:
    return folder / f"film{FORMATS[form].suffix}"


def read_frames(path: Path, form: str) -> tuple[Pictures, list[float]]:
    """Return pictures and their seconds as Pillow reads them."""
    if form == "png":
        files = sorted(path.iterdir())
        return [np.asarray(Image.open(file)) for file in files], []
    found, seconds = [], []
    with Image.open(path) as image:
        for number in range(image.n_frames):
            image.seek(number)
            image.load()
            found.append(np.asarray(image.convert("RGB")))
            seconds.append(image.info["duration"] / 1000)
    return found, seconds


def read_video(path: Path) -> tuple[Pictures, list[float], Any]:
    av = pytest.importorskip("av")
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        total = float(container.streams.video[0].duration * container.streams.video[0].time_base)
        metadata = dict(container.metadata)
    return [frame.to_ndarray(format="rgb24") for frame in frames], [frame.time for frame in frames], (total, metadata)


@pytest.mark.parametrize("form", [*EXACT, "gif"])
@pytest.mark.parametrize("size", [(48, 62), (47, 61)])
def test_every_pixel_comes_back(tmp_path: Path, form: str, size: tuple[int, int]):
    pictures = moving(9, *size)
    path = path_of(tmp_path, form)
    write_animation(path, iter(pictures), [THIRTIETH] * 9, form=form, samples=pictures)
    found, _seconds = read_frames(path, form)
    assert len(found) == 9
    for number, (one, other) in enumerate(zip(found, pictures, strict=True)):
        assert (one == other).all(), f"picture {number}"


@pytest.mark.parametrize(
    ("form", "unit"), [("gif", Fraction(1, 100)), ("webp", Fraction(1, 1000)), ("apng", Fraction(1, 1_000_000))]
)
def test_durations_add_up(tmp_path: Path, form: str, unit: Fraction):
    durations = [Fraction(ticks, 30) for ticks in (15, 1, 1, 1, 2, 1, 1, 7, 45)]
    path = path_of(tmp_path, form)
    write_animation(path, moving(), durations, form=form)
    _found, seconds = read_frames(path, form)
    ends = np.cumsum(seconds)
    for end, exact in zip(ends, np.cumsum(durations), strict=True):
        assert abs(end - float(exact)) <= float(unit) / 2 + 1e-9


def test_an_apng_keeps_fractions(tmp_path: Path):
    path = path_of(tmp_path, "apng")
    write_animation(path, moving(2), [Fraction(7, 30), Fraction(1, 60)], form="apng")
    data = path.read_bytes()
    delays = [data[place + 24 : place + 28] for place in range(len(data)) if data[place : place + 4] == b"fcTL"]
    assert [(int.from_bytes(delay[:2]), int.from_bytes(delay[2:])) for delay in delays] == [(7, 30), (1, 60)]


@pytest.mark.parametrize("form", ["gif", "apng", "webp"])
@pytest.mark.parametrize("loop", [True, False])
def test_whether_it_begins_again(tmp_path: Path, form: str, loop: bool):
    path = path_of(tmp_path, form)
    write_animation(path, moving(3), [THIRTIETH] * 3, form=form, loop=loop)
    with Image.open(path) as image:
        assert image.info.get("loop", 1) == (0 if loop else 1)


@pytest.mark.parametrize("form", ["gif", "apng", "webp", "png"])
def test_what_a_file_says_about_itself(tmp_path: Path, form: str):
    path = path_of(tmp_path, form)
    write_animation(path, moving(3), [THIRTIETH] * 3, form=form, note=NOTE)
    with Image.open(next(path.iterdir()) if form == "png" else path) as image:
        image.load()
        if form == "gif":
            assert image.info["comment"].decode() == str(NOTE)
        elif form == "webp":
            told = ElementTree.fromstring(image.info["xmp"])
            assert [text for text in map(str.strip, told.itertext()) if text] == [*NOTE]
        else:
            assert image.text == {"Title": NOTE.title, "Description": NOTE.text}


def test_a_gif_has_one_palette_and_no_dithering(tmp_path: Path):
    ramp = np.linspace(0, 255, 62).astype(np.uint8)
    ground = np.stack([np.tile(ramp, (48, 1)), np.tile(np.arange(48, dtype=np.uint8)[:, None] * 5, (1, 62)),
                       np.full((48, 62), 90, np.uint8)], axis=2)  # fmt: skip
    pictures = [np.roll(ground, 7 * number, axis=1) for number in range(6)]
    pictures = [np.where(np.arange(48)[:, None, None] < 12, np.uint8(200), picture) for picture in pictures]
    path = path_of(tmp_path, "gif")
    write_animation(path, pictures, [THIRTIETH] * 6, form="gif", samples=pictures)
    found, _seconds = read_frames(path, "gif")
    with Image.open(path) as image:
        tables = []
        for number in range(6):
            image.seek(number)
            tables.append(image.tile[0].args)
        assert image.global_palette is not None
    for one, other in zip(found, pictures, strict=True):
        assert np.abs(one.astype(int) - other).max() <= 24
        assert len(np.unique(one[:12].reshape(-1, 3), axis=0)) == 1  # a flat area stays flat


def test_a_gif_is_small(tmp_path: Path):
    pictures = moving(40, 240, 320, colours=200)
    path = path_of(tmp_path, "gif")
    write_animation(path, pictures, [THIRTIETH] * 40, form="gif", samples=pictures)
    images = [Image.fromarray(picture) for picture in pictures]
    naive = 0
    for image in images:
        image.convert("P", palette=Image.Palette.ADAPTIVE).save(tmp_path / "one.gif")
        naive += (tmp_path / "one.gif").stat().st_size
    assert path.stat().st_size < naive / 5


def test_a_palette_keeps_few_colours_exactly_and_finds_the_nearest_of_others():
    few = np.random.default_rng(1).integers(0, 256, (1, 200, 3)).astype(np.uint8)
    palette = Palette([few])
    table = np.frombuffer(palette.data, np.uint8).reshape(256, 3)
    assert (table[palette.indices(few[0])] == few[0]).all()
    others = np.random.default_rng(2).integers(0, 256, (5000, 3)).astype(np.uint8)
    indices = palette.indices(others)
    assert indices.min() >= 1
    known = np.unique(few[0], axis=0).astype(int)
    nearest = np.sqrt(((others[:, None].astype(int) - known) ** 2).sum(axis=2).min(axis=1))
    found = np.sqrt(((others.astype(int) - table[indices]) ** 2).sum(axis=1))
    assert (found <= nearest + 2 * np.sqrt(3 * 2.5**2)).all()  # as far as a cell's corner is from its middle, twice
    assert (found == nearest).mean() > 0.9


@pytest.mark.parametrize("size", [(48, 64), (47, 61)])
def test_a_video(tmp_path: Path, size: tuple[int, int]):
    pytest.importorskip("av")
    pictures = [np.kron(picture[::6, ::6], np.ones((6, 6, 1), np.uint8)) for picture in moving(6, 48, 66)]
    pictures = [picture[: size[0], : size[1]] for picture in pictures]
    durations = [Fraction(ticks, 30) for ticks in (15, 1, 2, 1, 1, 75)]
    path = path_of(tmp_path, "mp4")
    write_animation(path, pictures, durations, form="mp4", note=NOTE)
    found, times, (total, metadata) = read_video(path)
    assert total == pytest.approx(float(sum(durations)), abs=0.001)
    assert (metadata["title"], metadata["comment"]) == NOTE
    starts = [0.0, *np.cumsum(durations).astype(float)]
    for picture, start in zip(pictures, starts, strict=False):
        shown = found[max(number for number, time in enumerate(times) if time <= start + 1e-6)]
        assert np.abs(shown[: size[0], : size[1]].astype(int) - picture).mean() < 12
    assert max(np.diff(times)) <= 1.001  # a player can be wound to any second
    assert found[0].shape[0] % 2 == found[0].shape[1] % 2 == 0


def test_video_without_pyav(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mp4, "find_spec", lambda _name: None)
    with pytest.raises(UserError, match=r"MP4 needs PyAV, which is not installed: run  pip install av"):
        write_animation(tmp_path / "film.mp4", moving(2), [THIRTIETH] * 2, form="mp4")
    assert list(tmp_path.iterdir()) == []


def test_pngs_sort_as_they_follow(tmp_path: Path):
    pictures = moving(12)
    write_animation(tmp_path / "steps", pictures, [THIRTIETH] * 12, form="png")
    names = sorted(path.name for path in (tmp_path / "steps").iterdir())
    assert names[0] == "steps_001.png"
    assert names[-1] == "steps_012.png"
    found, _seconds = read_frames(tmp_path / "steps", "png")
    assert all((one == other).all() for one, other in zip(found, pictures, strict=True))


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path):
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "mine.txt").write_text("mine")
    with pytest.raises(SaveError, match=r"steps is there already"):
        write_animation(tmp_path / "steps", moving(2), [THIRTIETH] * 2, form="png")
    assert [path.name for path in tmp_path.rglob("*")] == ["steps", "mine.txt"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("stop", [0, 1, 5])
def test_a_cancelled_recording_leaves_nothing(tmp_path: Path, form: str, stop: int):
    if form == "mp4":
        pytest.importorskip("av")
    path = path_of(tmp_path, form)
    if form != "png":
        path.write_bytes(b"old")

    def pictures() -> Iterator[NDArray[np.uint8]]:
        yield from moving()[:stop]
        raise Cancelled

    with pytest.raises(Cancelled):
        write_animation(path, pictures(), [THIRTIETH] * 9, form=form)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == ([] if form == "png" else [b"old"])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, form: str, share: float):
    """A file that may not grow any more fails as on a full disk."""
    if form == "mp4":
        pytest.importorskip("av")
    pictures = list(np.random.default_rng(0).integers(0, 256, (9, 64, 64, 3)).astype(np.uint8))
    trial = path_of(tmp_path, form)
    write_animation(trial, pictures, [THIRTIETH] * 9, form=form)
    size = max(file.stat().st_size for file in (trial.iterdir() if form == "png" else [trial]))
    (tmp_path / "kept").mkdir()
    path = path_of(tmp_path / "kept", form)
    if form != "png":
        path.write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size * share), limits[1]))
    try:
        with pytest.raises(SaveError, match="the disk is full"):
            write_animation(path, pictures, [THIRTIETH] * 9, form=form)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [file.read_bytes() for file in (tmp_path / "kept").iterdir()] == ([] if form == "png" else [b"old"])


@pytest.mark.parametrize("form", FORMATS)
def test_pictures_are_let_go_of(tmp_path: Path, form: str):
    if form == "mp4":
        pytest.importorskip("av")
    alive: list[weakref.ref[NDArray[np.uint8]]] = []
    most = 0

    def pictures() -> Iterator[NDArray[np.uint8]]:
        nonlocal most
        for number in range(20):
            picture = np.full((40, 40, 3), number, np.uint8)
            alive.append(weakref.ref(picture))
            yield picture
            del picture
            most = max(most, sum(reference() is not None for reference in alive))

    write_animation(path_of(tmp_path, form), pictures(), [THIRTIETH] * 20, form=form)
    assert most <= 3  # the first one is also what the palette is made from


@pytest.mark.parametrize(
    ("form", "durations", "size", "sentence"),
    [
        ("gif", [Fraction(1, 60)] * 2, (10, 10), "at most 50 pictures a second"),
        ("webp", [THIRTIETH] * 2, (10, 17000), "17000 × 10 pixels are too many for this format: use at most 16383"),
    ],
)
def test_what_a_format_cannot_hold(
    tmp_path: Path, form: str, durations: list[Fraction], size: tuple[int, int], sentence: str
):
    with pytest.raises(SettingError, match=sentence):
        write_animation(tmp_path / "film", [np.zeros((*size, 3), np.uint8)] * 2, durations, form=form)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("count", "timing", "steps", "ticks"),
    [
        (1, Timing(1, 10, 0, 0), [0], [10]),
        (1, Timing(1, 10, 0.5, 1), [0], [25]),
        (3, Timing(10, 10, 0, 0), [0, 1, 2], [1, 1, 1]),
        (3, Timing(4, 10, 0.2, 0), [0, 1, 2], [5, 2, 3]),
        (10, Timing(40, 10, 0, 0.1), [0, 4, 8, 9], [1, 1, 1, 2]),
        (9, Timing(40, 10, 0, 0), [0, 4, 8], [1, 1, 1]),
    ],
)
def test_when_each_step_is_shown(count: int, timing: Timing, steps: list[int], ticks: list[int]):
    found = shots(count, timing)
    assert [shot.step for shot in found] == steps
    assert [shot.seconds * timing.rate for shot in found] == ticks


@pytest.mark.parametrize(
    "numbers", [(0, 30, 0, 0), (2, 0, 0, 0), (2, 61, 0, 0), (2, 30, -1, 0), (2, 30, 0, 61), (241, 30, 0, 0)]
)
def test_a_timing_that_cannot_be(numbers: tuple[float, int, float, float]):
    with pytest.raises(SettingError, match="cannot be: use"):
        Timing(*numbers)


def test_rounding_never_drifts():
    durations = [Fraction(1, 24), Fraction(1, 30), Fraction(1, 7)] * 50
    units = rounded(durations, Fraction(1, 100))
    for place in range(1, len(durations) + 1):
        assert abs(sum(units[:place]) - 100 * sum(durations[:place])) <= Fraction(1, 2)
