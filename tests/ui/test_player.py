"""The player: positions, speeds and ticks on a clock of the test's own."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QTimer

from cnnexplorer.ui.conv import player as module
from cnnexplorer.ui.conv.player import MAX_SPEED, MIN_SPEED, Player


class Film:
    """A player whose time passes only when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: self.now))
        self.player = Player()
        self.timer = self.player.findChild(QTimer)
        self.moves: list[int] = []
        self.player.moved.connect(self.moves.append)

    def tick(self, seconds: float | None = None) -> None:
        self.now += self.timer.interval() / 1000 if seconds is None else seconds
        self.timer.timeout.emit()


@pytest.fixture
def film(qapp, monkeypatch):
    found = Film(monkeypatch)
    found.player.set_counts([4, 1, 5])
    yield found
    found.player.pause()
    found.player.deleteLater()


PLACES = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (2, 0), (2, 1), (2, 2), (2, 3), (2, 4)]


def test_positions_run_through_the_stages(film):
    found = []
    for position in range(10):
        film.player.go(position)
        found.append(film.player.place)
    assert found == PLACES
    assert [film.player.position_of(*place) for place in PLACES] == list(range(10))


@pytest.mark.parametrize(("asked", "found"), [(-1, 0), (0, 0), (9, 9), (10, 9), (10**9, 9)])
def test_positions_end_at_the_ends(film, asked, found):
    film.player.go(5)
    film.player.go(asked)
    assert film.player.position == found


def test_going_nowhere_says_nothing(film):
    film.player.go(3)
    film.player.go(3)
    assert film.moves == [3]


def test_stepping_pauses(film):
    film.player.play()
    film.player.step(1)
    assert (film.player.playing, film.player.position) == (False, 1)
    film.player.step(-1)
    film.player.step(-1)
    assert film.player.position == 0


@pytest.mark.parametrize("counts", [[], [1], [0]])
def test_nothing_to_play_does_not_play(film, counts):
    film.player.set_counts(counts)
    film.player.play()
    assert not film.player.playing
    film.player.step(1)
    film.player.go(4)
    assert film.player.position == 0
    assert film.player.place == (None if sum(counts) == 0 else (0, 0))


def test_fewer_steps_keep_the_position_inside_and_none_pause(film):
    film.player.go(9)
    film.player.set_counts([3])
    assert film.player.position == 2
    film.player.play()
    film.player.set_counts([])
    assert not film.player.playing


@pytest.mark.parametrize(
    ("asked", "found"), [(0, MIN_SPEED), (0.1, MIN_SPEED), (0.5, 0.5), (7, 7), (120, 120), (1e9, MAX_SPEED)]
)
def test_speed_has_limits(film, asked, found):
    film.player.set_speed(asked)
    assert film.player.speed == found


def test_the_limits_are_the_requirement_s():
    assert (MIN_SPEED, MAX_SPEED) == (0.5, 120.0)


@pytest.mark.parametrize(("speed", "interval"), [(0.5, 2000), (2, 500), (10, 100), (60, 8), (120, 8)])
def test_the_timer_beats_at_the_speed_or_twice_a_frame(film, speed, interval):
    film.player.set_speed(speed)
    film.player.play()
    assert film.timer.interval() == interval


@pytest.mark.parametrize(("speed", "by"), [(60, 1), (120, 2)])
def test_a_fast_film_moves_once_a_frame(film, speed, by):
    film.player.set_counts([100_000])
    film.player.set_speed(speed)
    film.player.play()
    for _beat in range(120):
        film.tick(1 / 120)
    assert len(film.moves) in (59, 60, 61)
    assert {later - earlier for earlier, later in zip(film.moves, film.moves[1:], strict=False)} == {by}


def test_a_new_speed_is_taken_while_playing(film):
    film.player.set_speed(2)
    film.player.play()
    film.player.set_speed(10)
    assert film.timer.interval() == 100


def test_one_tick_is_one_step(film):
    film.player.play()
    for _step in range(9):
        film.tick()
    assert film.moves == list(range(1, 10))


@pytest.mark.parametrize("speed", [0.5, 1, 2, 3.5, 10, 30, 60, 75, 120])
def test_late_and_early_ticks_add_up_to_the_speed(film, speed):
    """No drift: after any time the film is where its speed says, within a step or two."""
    dice = random.Random(5)
    film.player.set_counts([100_000])
    film.player.set_speed(speed)
    film.player.play()
    began, interval = film.now, film.timer.interval() / 1000
    for number in range(1, 600):
        due = began + number * interval  # Qt's timers are late by some milliseconds, but aim at the beat again
        film.tick(due + dice.uniform(-0.001, 0.012) - film.now)
        assert abs(film.player.position - speed * (film.now - began)) <= 2


def test_a_long_stop_makes_no_leap(film):
    """The computer slept for an hour: the film goes on where it was."""
    film.player.set_counts([100_000])
    film.player.set_speed(120)
    film.player.play()
    film.tick(3600)
    assert film.player.position <= 30
    before = film.player.position
    film.tick()
    assert film.player.position - before <= 4


def test_the_loop_begins_again_after_the_last_step(film):
    film.player.go(7)
    film.player.play()
    for _step in range(4):
        film.tick()
    assert film.moves == [7, 8, 9, 0, 1]


def test_a_fast_loop_shows_the_last_step_before_it_begins_again(film):
    film.player.set_speed(120)
    film.player.play()
    for _step in range(12):
        film.tick()
    assert 9 in film.moves
    assert film.moves[film.moves.index(9) + 1] == 0


def test_without_loop_it_stops_at_the_end(film):
    told = []
    film.player.playing_changed.connect(told.append)
    film.player.loop = False
    film.player.go(8)
    film.player.play()
    for _step in range(3):
        film.tick()
    assert film.moves == [8, 9]
    assert told == [True, False]


def test_play_at_the_end_begins_at_the_start(film):
    film.player.loop = False
    film.player.go(9)
    film.player.play()
    assert film.player.position == 0
    assert film.player.playing


def test_toggling(film):
    film.player.toggle()
    assert film.player.playing
    film.player.toggle()
    assert not film.player.playing


def test_the_real_timer_moves_it(qtbot):
    player = Player()
    player.set_counts([1000])
    player.set_speed(120)
    with qtbot.waitSignal(player.moved, timeout=3000):
        player.play()
    player.pause()
    player.deleteLater()
