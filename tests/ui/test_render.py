"""Rendering without a window: the same pictures as from the window, clear exit codes, one sentence for trouble."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from cnnexplorer.core import Activation, Convolution, Experiment, Pooling, Session, UserError, run, save_session
from cnnexplorer.core.session_model import ShownChannel, ViewState
from cnnexplorer.core.session_state import NetworkState
from cnnexplorer.ui import render_command
from cnnexplorer.ui.conv.film import Film, FilmFrame
from cnnexplorer.ui.conv.reels import StepReel
from cnnexplorer.ui.figures.rendering import Figure, FigureWish
from cnnexplorer.ui.figures.saving import pixels_of
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.render_options import parse
from cnnexplorer.ui.render_work import render
from tests.core.test_animation import read_frames

from .helpers import settled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.main_window import MainWindow

ROOT = Path(__file__).parents[2]
WEIGHT = np.random.default_rng(3).integers(-2, 3, (2, 3, 3, 3)).astype(float)
EXPERIMENT = Experiment(
    np.random.default_rng(4).random((3, 7, 8)),
    (Convolution(WEIGHT, [1.0, 0.0], padding=1), Activation("relu"), Pooling("max", 2)),
)
VIEW = ViewState(channels=(ShownChannel("input", -1, 1),), selected=("stage", 1), spotlight=True, fill=True)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "lesson.cnnx"
    save_session(Session(EXPERIMENT, (0, 75), VIEW), path)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


def command(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command without a screen."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "DISPLAY", "WAYL"))}
    return subprocess.run(
        [sys.executable, "-m", "cnnexplorer", "render", *map(str, arguments)],
        env={**environment, "LC_ALL": "C.UTF-8", **variables},
        capture_output=True, text=True, timeout=120, check=False, cwd=ROOT,
    )  # fmt: skip


def rendered(*arguments: object) -> list[Path]:
    """Do the same in this process."""
    return list(render(parse([str(argument) for argument in arguments], str)))


def picture_in(path: Path) -> np.ndarray:
    """Return a picture file as Pillow reads it."""
    with Image.open(path) as image:
        return np.asarray(image)


def opened(qtbot: QtBot, window: MainWindow, session: Path) -> MainWindow:
    """Open a session in the window as a user does."""
    window.open_file(session)
    qtbot.waitUntil(lambda: window.document.path == session)
    for _time in range(3):
        settled(window)
    return window


def test_without_a_screen_it_is_what_the_window_shows(
    qtbot: QtBot, window: MainWindow, session: Path, out: Path, tmp_path: Path
):
    opened(qtbot, window, session)
    board = window.conv.board
    expected = pixels_of(Figure(window.takeaways()[0], FigureWish(2)).image())[..., :3]
    size = f"{board.width()}x{board.height()}"
    home = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data")}
    done = command(session, "--out", out / "board.png", "--size", size, "--scale", 2, **home)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{out / 'board.png'}\n", "")
    found = picture_in(out / "board.png")
    assert found.shape == expected.shape
    assert (found == expected).all()
    assert not (tmp_path / "config").exists()  # the user's settings are none of its business


def test_a_stage_is_what_the_window_shows(qtbot: QtBot, window: MainWindow, session: Path, out: Path):
    opened(qtbot, window, session)
    board = window.conv.board
    size = ("--size", f"{board.width()}x{board.height()}")
    rendered(session, "--out", out / "a.png", "--stage", 2, *size)
    rendered(session, "--out", out / "b.png", "--stage", 2, "--maps", "--transparent", *size)
    for name, widget, wish in (
        ("a.png", board.cards["stage", 1], FigureWish(1)),
        ("b.png", board.cards["stage", 1].view, FigureWish(1, transparent=True)),
    ):
        takeaway = next(offer for offer in window.takeaways() if offer.widget is widget)
        assert (picture_in(out / name) == pixels_of(Figure(takeaway, wish).image())).all()


def test_an_animation_is_what_the_window_records(qtbot: QtBot, window: MainWindow, session: Path, out: Path):
    opened(qtbot, window, session)
    rendered(session, "--out", out / "film.webp", "--stage", 2, "--first", 50, "--last", 62, "--size", "1000x560",
             "--speed", 5, "--pauses", 0, 1, "--rate", 20)  # fmt: skip
    found, seconds = read_frames(out / "film.webp", "webp")
    assert seconds == pytest.approx([0.2] * 12 + [1.2])
    conv = window.conv
    places = [(1, index) for index in range(49, 62)]
    reel = StepReel(conv.model.shown, conv.looks, places, spotlight=True, fill=True)
    film = Film(reel, conv.board.view, FilmFrame(1000, 560))
    try:
        assert all((film.picture(place) == picture).all() for place, picture in enumerate(found))
    finally:
        film.close()


def test_an_animation_of_twice_the_pixels(session: Path, out: Path, window: MainWindow):
    rendered(session, "--out", out / "film.apng", "--last", 2, "--size", "700x480", "--scale", 2)
    found, _seconds = read_frames(out / "film.apng", "apng")
    assert found[0].shape == (960, 1400, 3)
    doubled = found[0][::2, ::2].repeat(2, axis=0).repeat(2, axis=1)
    assert (doubled != found[0]).any()  # and sharp ones


@pytest.mark.parametrize(
    ("more", "names"),
    [
        (
            (),
            ["experiment.png", "input_channel1.png", "stage1_convolution_channel1.png", "stage1_padding.png",
             "stage2_relu_channel1.png", "stage3_max_pooling_channel1.png"],
        ),
        (("--format", "svg", "--stage", 1, 3), ["stage1_convolution_channel1.svg", "stage3_max_pooling_channel1.svg"]),
        (("--format", "npy", "--stage", 2), ["stage2_relu_channel1.npy"]),
        (("--format", "gif", "--last", 3), ["steps.gif"]),
    ],
)  # fmt: skip
def test_a_folder_gets_a_file_for_each_view(
    session: Path, out: Path, window: MainWindow, more: tuple[object, ...], names: list[str]
):
    told = rendered(session, "--out", out, *more)
    assert sorted(path.name for path in told) == names
    assert sorted(path.name for path in out.iterdir()) == names


@pytest.mark.parametrize(("name", "head"), [("a.svg", b"<?xml"), ("a.pdf", b"%PDF"), ("a.gif", b"GIF89a")])
def test_the_name_of_the_file_says_what_it_is(session: Path, out: Path, window: MainWindow, name: str, head: bytes):
    rendered(session, "--out", out / name, *(("--last", 2) if name == "a.gif" else ()))
    assert (out / name).read_bytes().startswith(head)


def test_the_numbers_of_all_stages(session: Path, out: Path, window: MainWindow):
    rendered(session, "--out", out / "maps.npz")
    with np.load(out / "maps.npz", allow_pickle=False) as found:
        assert sorted(found) == ["input", "stage1_convolution", "stage2_relu", "stage3_max_pooling"]
        for name, output in zip(sorted(found)[1:], run(EXPERIMENT).outputs, strict=True):
            assert np.array_equal(found[name], output)


def test_pictures_of_an_animation_in_a_folder(session: Path, out: Path, window: MainWindow):
    rendered(session, "--out", out / "steps", "--format", "frames", "--last", 3)
    assert sorted(path.name for path in (out / "steps").iterdir()) == [f"steps_00{number}.png" for number in (1, 2, 3)]


def test_a_picture_brings_its_session_along(session: Path, out: Path, window: MainWindow):
    rendered(session, "--out", out / "board.png")
    rendered(out / "board.png", "--out", out / "again.png")
    pictures = [picture_in(out / name) for name in ("board.png", "again.png")]
    assert (pictures[0] == pictures[1]).all()


def test_files_that_are_there_stay(session: Path, out: Path, window: MainWindow):
    (out / "a.png").write_bytes(b"mine")
    with pytest.raises(UserError, match=r"a\.png is there already: add --force to replace it"):
        rendered(session, "--out", out / "a.png")
    assert (out / "a.png").read_bytes() == b"mine"
    rendered(session, "--out", out / "a.png", "--force")
    assert picture_in(out / "a.png").shape[0] > 100
    (out / "folder").mkdir()
    (out / "folder" / "stage2_relu_channel1.png").write_bytes(b"mine")
    with pytest.raises(UserError, match=r"stage2_relu_channel1\.png is there already"):
        rendered(session, "--out", out / "folder")


@pytest.mark.parametrize("more", [(), ("--workspace", "net"), ("--workspace", "net", "--stage", 1)])
def test_no_animation_of_something_else_than_the_session_shows(
    tmp_path: Path, out: Path, window: MainWindow, more: tuple[object, ...]
):
    session = tmp_path / "net.cnnx"
    save_session(Session(EXPERIMENT, (0, 0), ViewState(workspace="net")), session)
    with pytest.raises(UserError, match=r"net\.cnnx shows the network, .*: add --workspace conv, or record"):
        rendered(session, "--out", out / "a.gif", *more)
    assert list(out.iterdir()) == []
    rendered(session, "--out", out / "a.gif", "--last", 1, *(("--stage", 1) if not more else ("--workspace", "conv")))


def test_a_session_that_shows_a_network(tmp_path: Path, out: Path, window: MainWindow):
    pytest.importorskip("torch")
    picture = np.random.default_rng(0).random((3, 32, 32))
    state = NetworkState("alexnet2012", picture, "noise", weights="random", page="maps", layer="conv1")
    session = tmp_path / "net.cnnx"
    save_session(Session(EXPERIMENT, (0, 0), ViewState(workspace="net"), state), session)
    rendered(session, "--out", out / "net.png")
    assert len(np.unique(picture_in(out / "net.png").reshape(-1, 3), axis=0)) > 100
    rendered(session, "--out", out / "conv.png", "--workspace", "conv")
    assert picture_in(out / "conv.png").shape != picture_in(out / "net.png").shape
    lost = NetworkState("alexnet2012", picture, weights="file", weights_file="gone.pth", weights_sha256="0" * 64)
    save_session(Session(EXPERIMENT, (0, 0), ViewState(workspace="net"), lost), session)
    with pytest.raises(UserError, match=r"the weights gone\.pth of this session are not on this computer"):
        rendered(session, "--out", out / "lost.png")
    assert not (out / "lost.png").exists()
    rendered(session, "--out", out / "stage.png", "--stage", 1)  # what needs no network asks for none


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("nowhere.cnnx", "--out", "{out}/a.png"), 1, "nowhere.cnnx was not found"),
        (("{session}", "--out", "{out}/a.png", "--stage", "9"), 1, "there is no stage 9: the session has 3"),
        (("{session}", "--out", "{out}/a.gif", "--size", "10x10"), 1, "10 × 10 pixels cannot be"),
        (("{session}", "--out", "{out}/a.gif", "--rate", "60", "--speed", "60"), 1, "GIF shows at most 50 pictures"),
        (("{session}", "--out", "{out}/a.gif", "--first", "999"), 1, "there is no step 999: these stages have "),
        (
            ("{session}", "--out", "{out}/a.gif", "--stage", "2", "--last", "113"),
            1,
            "no step 113: these stages have 112",
        ),
        (("{session}", "--out", "{out}/a.gif", "--first", "3", "--last", "2"), 1, "there are no steps to record"),
        (("{session}", "--out", "{session}/a.png"), 1, "lesson.cnnx cannot be made: "),
        (("{session}", "--out", "{session}/a.gif"), 1, "lesson.cnnx cannot be made: "),
        (("{session}", "--out", "{session}/folder"), 1, "folder cannot be made: "),
        (("{session}", "--out", "{out}/a.mp4", "--transparent"), 2, "--transparent is of no use for mp4: leave it out"),
        (("{session}", "--out", "{out}/a.npz", "--caption"), 2, "--caption is of no use for npz"),
        (("{session}", "--out", "{out}/a.png", "--no-caption"), 2, "--no-caption is of no use for png"),
        (("{session}", "--out", "{session}", "--format", "svg"), 1, "lesson.cnnx is there already"),
        (("{session}",), 2, "--out"),
        (("{session}", "--out", "{out}/a.txt"), 2, "a.txt does not end as any format does: end it with one of .apng, "),
        (("{session}", "--out", "{out}/steps.png.x"), 2, "steps.png.x does not end as any format does"),
        (("{session}", "--out", "{out}/a.png", "--scale", "9"), 2, "--scale"),
        (("{session}", "--out", "{out}/a.png", "--format", "bmp"), 2, "--format"),
        (("{session}", "--out", "{out}/a.png", "--size", "large"), 2, "--size"),
    ],
)
def test_trouble_is_one_sentence(
    session: Path, out: Path, window: MainWindow, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...], status: int, sentence: str,
):  # fmt: skip
    monkeypatch.setattr("cnnexplorer.ui.trouble.start_logging", lambda: None)
    monkeypatch.setattr("cnnexplorer.ui.unseen_window.make_application", lambda *_arguments: window)
    window.processEvents = lambda: None
    filled = [argument.format(out=out, session=session) for argument in arguments]
    try:
        found = render_command.run(filled)
    except SystemExit as error:
        found = error.code
    told = capsys.readouterr()
    assert found == status
    assert told.out == ""
    assert sentence in told.err
    if status == 1:
        assert told.err.count("\n") == 1
    assert list(out.iterdir()) == []


def test_a_damaged_session_without_a_screen(session: Path, out: Path):
    session.write_bytes(session.read_bytes()[:300])
    done = command(session, "--out", out / "a.png")
    assert (done.returncode, done.stdout) == (1, "")
    assert "lesson.cnnx" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_help(language: str):
    done = command("--help", "--lang", language)
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("--stage", "--scale", "--size", "webp", "svg", "npz", "  0  ", "  1  ", "  2  "):
        assert word in done.stdout
    assert ("everything was written" in done.stdout) == (language == "en")


def test_the_language_of_the_pictures(session: Path, out: Path, window: MainWindow):
    rendered(session, "--out", out / "en.svg")
    use_language("es")
    rendered(session, "--out", out / "es.svg")
    assert "Convolución" in (out / "es.svg").read_text(encoding="utf-8")
    assert "Convolution" in (out / "en.svg").read_text(encoding="utf-8")
