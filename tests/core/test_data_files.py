"""Arrays in files, read back by others than the program."""

from __future__ import annotations

import csv
import io
import runpy
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image

from cnnexplorer.core import DataError
from cnnexplorer.core.data_files import DATA_FORMATS, formats_for, planes, save_arrays
from cnnexplorer.core.data_text import number_text, python_text

if TYPE_CHECKING:
    from pathlib import Path

SPECIAL = np.array([[0.0, -0.0, 0.1, 1 / 3], [1e22, -5e-324, 1.7976931348623157e308, 2.0]])
STRANGE = np.array([[np.nan, np.inf], [-np.inf, 0.5]])


def bits(values: np.ndarray) -> bytes:
    """Return what tells -0 from 0 and compares nan with itself."""
    return np.ascontiguousarray(values).tobytes()


def test_every_format_is_told_by_its_id():
    assert {id: (format.suffix, format.several) for id, format in DATA_FORMATS.items()} == {
        "npy": (".npy", False),
        "npz": (".npz", True),
        "csv": (".csv", False),
        "tiff": (".tif", True),
        "png8": (".png", False),
        "png16": (".png", False),
        "numpy_text": (".py", True),
        "torch_text": (".py", True),
    }


@pytest.mark.parametrize(
    ("shapes", "ids"),
    [
        ([(5, 6)], "npy npz csv tiff png8 png16 numpy_text torch_text"),
        ([(1, 5, 6)], "npy npz csv tiff png8 png16 numpy_text torch_text"),
        ([(7,)], "npy npz csv tiff png8 png16 numpy_text torch_text"),
        ([(3, 5, 6)], "npy npz tiff numpy_text torch_text"),
        ([(5, 6), (5, 6)], "npz tiff numpy_text torch_text"),
        ([(0, 6)], "npy npz numpy_text torch_text"),
        ([], ""),
    ],
)
def test_which_formats_can_hold_what(shapes: list[tuple[int, ...]], ids: str):
    arrays = {f"a{index}": np.zeros(shape) for index, shape in enumerate(shapes)}
    assert [format.id for format in formats_for(arrays)] == ids.split()


@pytest.mark.parametrize("id", list(DATA_FORMATS))
def test_a_format_writes_what_it_says_it_can_and_refuses_the_rest(tmp_path: Path, id: str):
    form = DATA_FORMATS[id]
    for arrays in ({"a": np.ones((2, 3))}, {"a": np.ones((2, 3)), "b": np.ones(4)}, {"a": np.ones((2, 2, 3))}):
        path = tmp_path / f"file{form.suffix}"
        path.write_bytes(b"old")
        if form.fits(arrays):
            save_arrays(path, id, arrays)
            assert path.read_bytes() != b"old"
        else:
            with pytest.raises(DataError, match="holds one"):
                save_arrays(path, id, arrays)
            assert path.read_bytes() == b"old"
        assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("values", [SPECIAL, STRANGE, np.arange(24.0).reshape(2, 3, 4)[:, ::-1], np.float32([0.1])])
def test_npy_is_exact(tmp_path: Path, values: np.ndarray):
    save_arrays(tmp_path / "a.npy", "npy", {"a": values})
    found = np.load(tmp_path / "a.npy", allow_pickle=False)
    assert found.dtype == values.dtype
    assert bits(found) == bits(values)


def test_npz_is_exact_and_keeps_names(tmp_path: Path):
    arrays = {"conv1.weight": SPECIAL, "a/../b": STRANGE, "a_.._b": np.float32([1, 2]), "ñ": np.zeros((2, 0))}
    save_arrays(tmp_path / "a.npz", "npz", arrays)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as found:
        assert list(found) == ["conv1.weight", "a_.._b", "a_.._b_2", "ñ"]
        for values, read in zip(arrays.values(), found.values(), strict=True):
            assert read.dtype == values.dtype
            assert read.shape == values.shape
            assert bits(read) == bits(values)


def test_npz_of_the_same_arrays_is_the_same_bytes(monkeypatch: pytest.MonkeyPatch):
    files = []
    for now in (1e9, 1.7e9):
        monkeypatch.setattr("time.time", lambda now=now: now)
        file = io.BytesIO()
        DATA_FORMATS["npz"].write({"a": SPECIAL, "b": STRANGE}, file)
        files.append(file.getvalue())
    assert files[0] == files[1]
    with zipfile.ZipFile(io.BytesIO(files[0])) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("values", [SPECIAL, np.float32([[0.1, 3e38]])])
def test_csv_is_exact(tmp_path: Path, values: np.ndarray):
    save_arrays(tmp_path / "a.csv", "csv", {"a": values})
    with (tmp_path / "a.csv").open(newline="", encoding="ascii") as file:
        found = [[float(cell) for cell in row] for row in csv.reader(file)]
    assert bits(np.array(found)) == bits(values.astype(np.float64))


def test_csv_of_strange_values(tmp_path: Path):
    save_arrays(tmp_path / "a.csv", "csv", {"a": STRANGE})
    assert (tmp_path / "a.csv").read_text() == "nan,inf\n-inf,0.5\n"
    assert bits(np.loadtxt(tmp_path / "a.csv", delimiter=",")) == bits(STRANGE)


def test_every_number_has_a_decimal_point():
    for value in [*SPECIAL.ravel(), 1e-7, 123456789012345680.0, -1e100]:
        assert "." in number_text(float(value))
        assert float(number_text(float(value))) == value


def test_tiff_has_a_page_for_each_map_and_says_what_was_lost(tmp_path: Path):
    arrays = {"a": np.arange(12.0).reshape(2, 2, 3), "b": np.array([[0.1, -np.inf]])}
    notes = save_arrays(tmp_path / "a.tif", "tiff", arrays)
    with Image.open(tmp_path / "a.tif") as image:
        pages = []
        for index in range(image.n_frames):
            image.seek(index)
            assert image.mode == "F"
            pages.append(np.asarray(image).copy())
    expected = [plane.astype(np.float32) for _name, plane in planes(arrays)]
    assert [bits(page) for page in pages] == [bits(plane) for plane in expected]
    assert [note.sentence(str) for note in notes] == ["rounded to 32 bits: off by 1.5e-09 at most"]


def test_a_tiff_tells_of_itself_and_names_its_pages(tmp_path: Path):
    arrays = {"mapa ñ": np.zeros((2, 2, 3)), "b": np.ones((1, 2))}
    facts = {"Title": "Todas las etapas", "Description": "Núcleo: 3 × 3\nValores: 0", "Software": "CNN Explorer 1"}
    save_arrays(tmp_path / "a.tif", "tiff", arrays, None, facts)
    found = []
    with Image.open(tmp_path / "a.tif") as image:
        for index in range(image.n_frames):
            image.seek(index)  # Pillow takes every text for Latin-1
            found.append([image.tag_v2.get(tag, "").encode("latin-1").decode() for tag in (269, 270, 305, 285)])
    assert found == [[*facts.values(), "mapa ñ_0"], ["", "", "", "mapa ñ_1"], ["", "", "", "b"]]


def test_tiff_says_that_it_is_exact(tmp_path: Path):
    notes = save_arrays(tmp_path / "a.tif", "tiff", {"a": np.float32([[0.1, 2]])})
    assert [note.sentence(str) for note in notes] == ["the 32-bit numbers are exact"]


def test_tiff_refuses_what_would_become_infinite(tmp_path: Path):
    with pytest.raises(DataError, match=r"big holds 1e\+300, too large for the 32 bits of a TIFF"):
        save_arrays(tmp_path / "a.tif", "tiff", {"big": np.array([[1.0, 1e300]])})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("id", "top"), [("png8", 255), ("png16", 65535)])
def test_png_levels_are_spread_over_the_range(tmp_path: Path, id: str, top: int):
    values = np.linspace(-2, 6, 1000).reshape(10, 100)
    notes = save_arrays(tmp_path / "a.png", id, {"map": values}, facts={"Capa": "activación 1", "File": "\udcf1.png"})
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == ("L" if top == 255 else "I;16")
        levels = np.asarray(image).astype(np.float64)
        texts = dict(image.text)
    assert (levels.min(), levels.max()) == (0, top)
    low, high = float(texts["Value of black"]), float(texts["Value of white"])
    assert (low, high) == (-2, 6)
    assert np.abs(low + levels / top * (high - low) - values).max() <= 8 / top / 2 * 1.0001
    assert texts["Title"] == "map"
    assert texts["Capa"] == "activación 1"
    assert texts["File"] == "?.png"
    count = f"{top + 1:,}"
    assert [note.sentence(str) for note in notes] == [f"black is -2, white is 6, in {count} levels"]


def test_png_tells_of_values_that_are_cut_off_or_not_finite(tmp_path: Path):
    values = np.array([[-1.0, 0.0, 1.0, 2.0], [np.nan, np.inf, -np.inf, 0.5]])
    notes = save_arrays(tmp_path / "a.png", "png8", {"map": values}, (0.0, 1.0))
    with Image.open(tmp_path / "a.png") as image:
        assert np.asarray(image).tolist() == [[0, 0, 255, 255], [0, 255, 0, 128]]
    assert [note.sentence(str) for note in notes] == [
        "black is 0, white is 1, in 256 levels",
        "values outside of that were cut off: 2",
        "not finite: 1 that are no number and 1 of minus infinity are black, 1 are white",
    ]


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        ([[3.0, 3.0]], [[0, 0]]),
        ([[np.nan, np.inf]], [[0, 255]]),
        ([[-1.7e308, 0.0, 1.7e308]], [[0, 128, 255]]),
        ([[0, 5e-324]], [[0, 0]]),
    ],
)
def test_png_of_ranges_at_the_edge(tmp_path: Path, values: list[list[float]], levels: list[list[int]]):
    save_arrays(tmp_path / "a.png", "png8", {"map": np.array(values)})
    with Image.open(tmp_path / "a.png") as image:
        assert np.asarray(image).tolist() == levels


ARRAYS = [
    SPECIAL,
    STRANGE,
    np.array([[0.0, -0.0]]),
    np.float32([[0.1, 1 / 3, 3e38, 1e-45]]),
    np.random.default_rng(3).normal(size=(3, 2, 2, 3)),
    np.random.default_rng(4).normal(size=(40, 40)).astype(np.float32),
    np.array([[True, False]]),
    np.array(2.5),
]


@pytest.mark.parametrize("values", ARRAYS)
def test_python_text_gives_the_same_numbers(values: np.ndarray):
    found = eval(python_text(values), {"np": np})
    assert found.shape == values.shape
    assert bits(found.astype(np.float64)) == bits(values.astype(np.float64))
    tensor = eval(python_text(values, "torch"), {"torch": torch})
    assert bits(tensor.double().numpy()) == bits(values.astype(np.float64))


def test_python_text_has_torchs_own_type_where_nothing_is_lost():
    assert python_text(np.array([[0.5, -1.0]]), "torch") == "torch.tensor([[0.5, -1.0]])"
    assert eval(python_text(np.array([[0.5]]), "torch"), {"torch": torch}).dtype == torch.float32
    assert eval(python_text(np.float32([0.1])), {"np": np}).dtype == np.float32


def test_python_text_of_any_32_bits_is_exact():
    random = np.random.default_rng(5).integers(0, 2**32, 20000, dtype=np.uint32).view(np.float32)
    values = random[np.isfinite(random)]
    found = eval(python_text(values), {"np": np})
    assert bits(found) == bits(values)


def test_a_python_file_runs_and_holds_the_arrays(tmp_path: Path):
    arrays = {"conv1.weight": SPECIAL, "conv1 weight": np.float32([0.1]), "3x3": STRANGE}
    for id in ("numpy_text", "torch_text"):
        save_arrays(tmp_path / "a.py", id, arrays)
        found = runpy.run_path(str(tmp_path / "a.py"))
        for name, values in zip(("conv1_weight", "conv1_weight_2", "array_3x3"), arrays.values(), strict=True):
            assert bits(np.asarray(found[name], np.float64)) == bits(values.astype(np.float64))


def test_no_file_of_other_things_than_numbers_is_made(tmp_path: Path):
    for values in (np.array([{}]), np.array(["a"]), np.array([1j])):
        with pytest.raises(TypeError, match="no real numbers"):
            save_arrays(tmp_path / "a.npz", "npz", {"a": values})
    assert not list(tmp_path.iterdir())
