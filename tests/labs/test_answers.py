"""What students type."""

from __future__ import annotations

import math

import pytest

from cnnexplorer.core import NumberError
from cnnexplorer.labs.answers import Number, read_cell, read_matrix, read_number, read_shape, read_sign


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", Number(12, 0)),
        ("1,5", Number(1.5, 1)),
        ("1.50", Number(1.5, 2)),
        ("−2", Number(-2, 0)),
        (" 2/3 ", Number(2 / 3, None)),
        ("1e-3", Number(0.001, None)),
        ("3.", Number(3, 0)),
    ],
)
def test_numbers(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text", ["abc", "", "  ", "1 2", "1..2", "nan", "inf", "1/0", "9" * 6000, "١٢", "0x10", "__import__"]
)
def test_no_numbers(text):
    with pytest.raises(NumberError) as caught:
        read_number(text)
    assert len(str(caught.value)) < 200


def test_rounding():
    third = 1 / 3
    assert read_number("0.33").agrees(third)
    assert read_number("0,333").agrees(third)
    assert not read_number("0.3").agrees(third)
    assert not read_number("0.34").agrees(third)
    assert not read_number("3").agrees(3.25)
    assert read_number("2/3").agrees(2 / 3)
    assert read_number("3").agrees(3.25, tolerance=0.25)
    assert read_number("1e9").agrees(1e9)
    assert not read_number("-12").agrees(12)


@pytest.mark.parametrize("text", ["0.00", "-0.00", "0", "0.000"])
def test_what_is_rounded_to_nothing_is_no_number_but_0(text):
    assert not read_number(text).agrees(0.003)
    assert not read_number(text).agrees(-0.0004)
    assert read_number(text).agrees(0)
    assert read_number(text).agrees(0.003, tolerance=0.01)


@pytest.mark.parametrize("right", [math.inf, -math.inf, math.nan])
def test_no_number_is_near_an_infinite_one(right):
    assert not any(read_number(text).agrees(right, tolerance=0.5) for text in ("7", "1e300", "-1e300", "0.00"))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("4x4", (4, 4)),
        ("4 × 4", (4, 4)),
        ("(4, 4)", (4, 4)),
        ("4 4", (4, 4)),
        ("4X5", (4, 5)),
        ("4 by 5", (4, 5)),
        ("4 por 5", (4, 5)),
        ("[4;5]", (4, 5)),
        ("7", (7, 7)),
        ("96x55x55", (96, 55, 55)),
        ("(96, 55, 55)", (96, 55, 55)),
    ],
)
def test_shapes(text, shape):
    assert read_shape(text) == shape


@pytest.mark.parametrize(
    "text",
    ["abc", "", "4x", "4x-4", "4.5x4", "0x4", "x", "4xx4x4x4", "9999999999x4", "4x4x4x4", "4××4", "x4x4", "4;;,x4",
     "((4]]", "(4, 4", "4, 4)", "(4, 4]", "4 by by 4", "4 x x 4", "()", "("],
)  # fmt: skip
def test_no_shapes(text):
    with pytest.raises(NumberError):
        read_shape(text)


def test_shapes_of_a_certain_length():
    with pytest.raises(NumberError, match="maps, height and width"):
        read_shape("55x55", (3,))
    with pytest.raises(NumberError, match="3 numbers"):
        read_shape("1x2x3", (2,))
    with pytest.raises(NumberError, match="not complete"):
        read_shape("7", (3,))


def test_matrices():
    assert read_matrix("1,5\t2\n0\t-1", (2, 2)).tolist() == [[1.5, 2], [0, -1]]
    with pytest.raises(NumberError, match="1 × 2 was typed, one of 2 × 2"):
        read_matrix("1 2", (2, 2))
    with pytest.raises(NumberError):
        read_matrix("a b; c d", (2, 2))


def test_cells_and_signs():
    assert [read_cell(text) for text in ("(1, 2)", "1 2", "1;2", "1,2")] == [(1, 2)] * 4
    for text in ("1", "a b", "1 2 3", "-1 2", "1,,2", ",1,2", "((1, 2", "[1, 2)"):
        with pytest.raises(NumberError):
            read_cell(text)
    assert [read_sign(text) for text in ("+", "−", "0", "NEGATIVO", " > 0 ", "cero")] == [1, -1, 0, -1, 1, 0]
    with pytest.raises(NumberError):
        read_sign("perhaps")
