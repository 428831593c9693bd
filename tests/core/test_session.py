"""Sessions: the same value comes back, the same value gives the same bytes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from cnnexplorer.core import (
    Activation,
    Convolution,
    Experiment,
    FilterEdit,
    Flatten,
    LookState,
    NetworkState,
    PagesState,
    PerturbationState,
    Pooling,
    Session,
    SessionError,
    SettingError,
    ShownChannel,
    ViewState,
    load_session,
    save_session,
    session_bytes,
    session_from_bytes,
)
from cnnexplorer.core import session_model as model
from cnnexplorer.core import session_pages as pages
from cnnexplorer.core.session import is_session

if TYPE_CHECKING:
    from pathlib import Path

PLUS = [[[[0, 1, 0], [1, 1, 1], [0, 1, 0]]]]
PAGES = PagesState(
    pages.OverviewState("5", "mean"),
    pages.ArchitectureState("googlenet", True, True),
    pages.FiltersState("similarity", "laplacian", "shared", True),
    pages.MapsState("zeros", "fixed", -2.5, 40.0, "viridis", "0-7, 41", True, 0.35, True, True),
    pages.RobustnessState(True, "index"),
    pages.WhyState("occlusion", "features.3", 24, 12, "cividis", 0.15, True),
)


def full_session() -> Session:
    """Return a session in which every field differs from its default."""
    random = np.random.default_rng(3)
    stages = (
        Convolution(
            random.normal(size=(4, 1, 3, 5)), random.normal(size=4), (1, 2), (1, 2, 0, 3), (2, 1), 2, "reflect", True
        ),
        Activation("softplus", beta=1.5, threshold=18),
        Activation("gelu", approximate="tanh"),
        Pooling("average", (3, 2), (2, 1), (1, 0), True, False),
        Convolution(random.normal(size=(1, 4, 1, 1)), padding="full"),
        Flatten(),
    )
    view = ViewState(
        workspace="net",
        looks={"pooling": LookState("magma", "fixed", -0.1, 1e-300, 7), "input": LookState()},
        channels=(ShownChannel("input", -1, None), ShownChannel("stage", 0, 3)),
        selected=("padding", 0),
        enlarged=("stage", 4),
        spotlight=False,
        fill=True,
        loop=False,
        speed=11.5,
    )
    network = NetworkState(
        "vgg16", random.integers(0, 256, (3, 5, 4)) / 255, "año.png", "file", "mía.pth", "0f" * 32, 7, (96, 128), 192,
        False, "why", "features.3", 5, 6, 7, PerturbationState(0.1, 1, -0.2, 30, (3, -4), 9, (0.25, 1), 12), 999,
        (FilterEdit("features.3", (0, 5), random.normal(size=(2, 3, 3, 3))),), PAGES,
    )  # fmt: skip
    return Session(Experiment(random.normal(size=(2, 9, 12)), stages), (3, 2), view, network)


IMAGES = {
    "unit": np.arange(256).reshape(1, 16, 16) / 255,
    "byte": np.arange(256.0).reshape(1, 16, 16),
    "float": np.array([[[0.1, -0.0, np.nan, np.inf, 5e-324, -1.7e308]]]),
    "negative zero": np.array([[[0.0, -0.0]]]),
    "black": np.zeros((3, 2, 2)),
    "between": np.array([[[0.5, 1.0]]]),
}


@pytest.mark.parametrize("image", IMAGES.values(), ids=IMAGES.keys())
def test_an_image_comes_back_to_the_bit(image: np.ndarray):
    session = Session(Experiment(image, ()))
    back = session_from_bytes(session_bytes(session))
    assert back == session
    assert not back.experiment.image.flags.writeable


def test_a_session_comes_back_whole(tmp_path: Path):
    session = full_session()
    save_session(session, tmp_path / "a.cnnx")
    back = load_session(tmp_path / "a.cnnx")
    assert back == session
    assert back.experiment.stages == session.experiment.stages
    assert session_bytes(back) == (tmp_path / "a.cnnx").read_bytes()
    # every field took part: one that is lost would come back as its default
    plain = Session(session.experiment)
    for name in ViewState.__struct_fields__:
        assert getattr(session.view, name) != getattr(plain.view, name), name
    for field in fields(NetworkState):
        assert field.name == "picture" or getattr(session.network, field.name) != field.default, field.name
    for id_ in PagesState.__struct_fields__:
        state = getattr(session.network.pages, id_)
        for name in state.__struct_fields__:
            assert getattr(state, name) != getattr(type(state)(), name), (id_, name)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({}, PagesState()),
        ({"maps": {}}, PagesState(maps=pages.MapsState())),
        ({"maps": {"order": "of an other version"}}, PagesState(maps=pages.MapsState("of an other version"))),
        ({"maps": {"opacity": 1.01}}, None),
        ({"maps": {"opacity": "0.5"}}, None),
        ({"maps": {"units": "9" * 501}}, None),
        ({"why": {"patch": 0}}, None),
        ({"why": {"step": 16_385}}, None),
        ({"why": {"method": "x" * 201}}, None),
        ({"filters": {"colour": "red"}}, None),
        ({"hologram": {}}, None),
        ([], None),
    ],
)
def test_settings_of_pages_are_checked(said: object, read: PagesState | None):
    session = full_session()
    archive = zipfile.ZipFile(io.BytesIO(session_bytes(session)))
    members = {name: archive.read(name) for name in archive.namelist()}
    data = json.loads(members["session.json"])
    data["network"]["pages"] = said
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for name, content in {**members, "session.json": json.dumps(data).encode()}.items():
            written.writestr(name, content)
    if read is None:
        with pytest.raises(SessionError, match="damaged"):
            session_from_bytes(file.getvalue())
    else:
        assert session_from_bytes(file.getvalue()).network.pages == read


def test_other_programs_can_read_it(tmp_path: Path):
    session = full_session()
    save_session(session, tmp_path / "a.cnnx")
    with zipfile.ZipFile(tmp_path / "a.cnnx") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(archive.namelist())
        data = json.loads(archive.read("session.json"))
        weight = np.load(io.BytesIO(archive.read("stage0_weight.npy")), allow_pickle=False)
        picture = np.load(io.BytesIO(archive.read("picture.npy")), allow_pickle=False)
    assert data["version"] == model.VERSION
    assert data["stages"][0]["padding"] == [1, 2, 0, 3]
    assert np.array_equal(weight, session.experiment.stages[0].weight)
    assert session.network is not None
    assert picture.dtype == np.uint8
    assert np.array_equal(picture / 255, session.network.picture)


def test_the_same_state_gives_the_same_bytes_in_another_process(tmp_path: Path):
    code = f"""
import sys
from tests.core.test_session import full_session
from cnnexplorer.core import session_bytes
assert not {{"PySide6", "torch"}} & {{*sys.modules}}
open({str(tmp_path / "there")!r}, "wb").write(session_bytes(full_session()))
"""
    subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", code], check=True, env={"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}
    )
    assert (tmp_path / "there").read_bytes() == session_bytes(full_session())


def test_whole_numbers_and_decimal_ones_are_the_same_state():
    experiment = Experiment([[[1.0]]], ())
    assert session_bytes(Session(experiment, view=ViewState(speed=2))) == session_bytes(
        Session(experiment, view=ViewState(speed=2.0))
    )


def test_what_could_not_be_read_back_is_not_written():
    experiment = Experiment([[[1.0]]], ())
    for view in (ViewState(speed=float("nan")), ViewState(looks={"input": LookState(low=float("inf"))})):
        with pytest.raises(SettingError, match=r"cannot be saved as a session, .*float"):
            session_bytes(Session(experiment, view=view))
    with pytest.raises(SettingError, match=r"cannot be saved as a session, .*length <= 200"):
        session_bytes(Session(Experiment([[[1.0]]], (Activation("relu"),) * 201)))
    with pytest.raises(SettingError, match="this work is too large for a session"):
        session_bytes(Session(Experiment(np.zeros((1, 4097, 4096)), ())))
    with pytest.raises(SettingError, match="maps have 4096 channels at most"):
        session_bytes(Session(Experiment(np.zeros((4097, 1, 1)), ())))


@pytest.mark.parametrize("step", [(0, 4), (1, 0), (-1, 0), (0, -1)])
def test_a_step_that_is_not_there(step: tuple[int, int]):
    with pytest.raises(SettingError, match="there is no step"):
        Session(Experiment([[[1, 2], [3, 4]]], (Activation("relu"),)), step)


def test_a_name_that_is_no_text_is_written_as_well_as_can_be():
    network = replace(full_session().network, title="a\udcff\n.png")
    back = session_from_bytes(session_bytes(Session(Experiment([[[1.0]]], ()), network=network)))
    assert back.network is not None
    assert back.network.title == "a?\n.png"


def test_an_older_version_is_brought_up_to_date(monkeypatch: pytest.MonkeyPatch):
    """A later program reads what this one writes: each version's step is applied in turn."""
    data = session_bytes(full_session())

    def second(plain: dict[str, object]) -> dict[str, object]:
        assert plain["version"] == 1
        return {**plain, "version": 2, "view": {**plain["view"], "speed": 3.0}}  # type: ignore[dict-item]

    def third(plain: dict[str, object]) -> dict[str, object]:
        assert plain["version"] == 2
        return {**plain, "version": 3, "view": {**plain["view"], "fill": plain["view"]["speed"] == 3.0}}  # type: ignore[dict-item, index]

    monkeypatch.setattr(model, "VERSION", 3)
    monkeypatch.setattr(model, "MIGRATIONS", {1: second, 2: third})
    back = session_from_bytes(data)
    assert back.view == msgspec.structs.replace(full_session().view, speed=3.0, fill=True)


def test_every_older_version_has_a_way_up():
    assert sorted(model.MIGRATIONS) == list(range(1, model.VERSION))


def test_what_is_meant_to_be_a_session(tmp_path: Path):
    save_session(full_session(), tmp_path / "renamed.png")
    (tmp_path / "text.cnnx").write_text("no zip")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "folder.cnnx").mkdir()
    found = {name: is_session(tmp_path / name) for name in ("renamed.png", "text.cnnx", "photo.png", "folder.cnnx")}
    assert found == {"renamed.png": True, "text.cnnx": True, "photo.png": False, "folder.cnnx": False}
    assert is_session(tmp_path / "gone.cnnx")
    assert not is_session(tmp_path / "gone.png")


def test_files_that_cannot_be_opened(tmp_path: Path):
    (tmp_path / "empty.cnnx").touch()
    (tmp_path / "text.cnnx").write_text("no zip")
    for name, sentence in {
        "gone.cnnx": "was not found",
        "empty.cnnx": "is empty",
        "text.cnnx": "is no session of CNN Explorer",
        ".": "is a folder",
        "a\0b": "cannot be read",
    }.items():
        with pytest.raises(SessionError, match=sentence):
            load_session(tmp_path / name)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_refused(value: float):
    with pytest.raises(SettingError, match="a weight of conv1 is no finite number"):
        FilterEdit("conv1", (0,), [[[[value]]]])
