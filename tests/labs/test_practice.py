"""Endless exercises."""

from __future__ import annotations

import numpy as np
import pytest

from cnnexplorer.core import Pooling, SettingError
from cnnexplorer.labs.practice import ASKED, LEVELS, Series
from cnnexplorer.labs.questions import ASKS


@pytest.mark.parametrize("asks", ASKS)
@pytest.mark.parametrize("level", LEVELS)
def test_exercises(asks, level):
    series = Series(asks, level, 2024)
    texts = set()
    for number in range(25):
        exercise = series.exercise(number)
        assert exercise.question.asks == asks
        assert exercise.judge(exercise.right).correct
        assert exercise.judge("perhaps").asked_again
        assert len(exercise.hints()) >= 2
        assert "{" not in str(exercise.text)
        texts.add((str(exercise.text), exercise.experiment.image.tobytes(), str(exercise.experiment.stages)))
        if asks == "winner":
            stage = exercise.experiment.stages[-1]
            assert isinstance(stage, Pooling)
        if asks in ("value", "map", "sign"):  # whole numbers, to be calculated by hand
            values = np.concatenate([output.reshape(-1) for output in exercise.result.outputs])
            assert np.allclose(values * 4, np.round(values * 4))
    assert len(texts) >= 20


def test_a_code_gives_the_same_everywhere():
    series = Series("value", 3, 77)
    again = Series.from_code(series.code)
    assert again == series
    for number in (0, 7, 1000):
        first, second = series.exercise(number), again.exercise(number)
        assert first.experiment == second.experiment
        assert first.question == second.question
    assert series.exercise(0).experiment != Series("value", 3, 78).exercise(0).experiment


def test_the_first_exercise_of_a_known_code():
    """So that a code that was shared goes on to mean the same."""
    exercise = Series.from_code("value-1-1").exercise(0)
    assert exercise.experiment.image.tolist() == [[[4, 0, 0, 1], [3, 4, 2, 1], [2, 4, 1, 1], [1, 2, 1, 2]]]
    assert exercise.experiment.stages[0].weight.tolist() == [[[[1, 0, 1], [0, 0, 1], [1, 2, -1]]]]
    assert (exercise.question.row, exercise.question.column, exercise.right) == (0, 1, 7)


@pytest.mark.parametrize(
    "code", ["", "value", "value-4-1", "value-1-", "other-1-1", "value-1-1234567", "value-1--1", "value-0-1"]
)
def test_codes_that_are_none(code):
    with pytest.raises(SettingError):
        Series.from_code(code)


def test_wrong_series():
    with pytest.raises(SettingError):
        Series("value", 4, 1)
    with pytest.raises(SettingError):
        Series("value", 1, -1)
    assert set(ASKED) == set(ASKS)


def test_diagnosis_is_the_same():
    series = Series("value", 2, 5)
    for number in range(30):
        exercise = series.exercise(number)
        verdict = exercise.judge(repr(float(exercise.right) + 3))
        assert verdict.outcome == "wrong"
