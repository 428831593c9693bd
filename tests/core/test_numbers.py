"""Numbers and matrices as people type them: read rightly, or refused."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from cnnexplorer.core import NumberError, format_matrix, format_number, parse_matrix, parse_number
from cnnexplorer.core.numbers import MAX_PASTE_SIDE

GOOD = [
    ("0", 0.0),
    ("7", 7.0),
    ("-7", -7.0),
    ("+7", 7.0),
    ("007", 7.0),
    ("0.5", 0.5),
    ("0,5", 0.5),
    (".5", 0.5),
    (",5", 0.5),
    ("5.", 5.0),
    ("-,5", -0.5),
    ("1,5", 1.5),
    ("−2", -2.0),
    ("–2", -2.0),
    ("－2", -2.0),
    ("﹣2", -2.0),
    ("1e3", 1000.0),
    ("1E3", 1000.0),
    ("1e+3", 1000.0),
    ("1e-3", 0.001),
    ("1e−3", 0.001),
    ("1,5e2", 150.0),
    (" 3 ", 3.0),
    ("\t3\n", 3.0),
    ("\u00a03\u202f", 3.0),
    ("2/3", 2 / 3),
    ("-1/4", -0.25),
    ("1/−4", -0.25),
    (" 2 / 4 ", 0.5),
    ("1,5/0,5", 3.0),
    ("0/5", 0.0),
    ("0e-999", 0.0),
    ("1.7976931348623157e308", 1.7976931348623157e308),
    ("5e-324", 5e-324),
    ("0.1", 0.1),
    ("123456789012345678", 123456789012345678.0),
    ("1,000", 1.0),
    ("1.000", 1.0),
]
BAD = [
    "",
    " ",
    "abc",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "Infinity",
    "∞",
    "1.000,5",
    "1,000.5",
    "1,000,000",
    "1 000",
    "1\u00a0000",
    "1'000",
    "1_000",
    "0x10",
    "0b1",
    "1e",
    "e3",
    "1e3.5",
    "1e3e3",
    "--2",
    "+-2",
    "- 2",
    "2-",
    "1.2.3",
    "1..2",
    ".",
    ",",
    "-",
    "+",
    "/",
    "2/",
    "/2",
    "1/2/3",
    "1//2",
    "½",
    "²",
    "١٢",
    "１２",
    "٣/٤",
    "1%",
    "$1",
    "1j",
    "1f",
    "True",
    "None",
    "1;2",
    "1+1",
    "2*3",
    "[1]",
    "1\n2",
    "(1)",
    "1e١",
]


@pytest.mark.parametrize(("text", "number"), GOOD)
def test_numbers(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize("text", BAD)
def test_no_numbers(text):
    with pytest.raises(NumberError, match="is not a number: type one like"):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1/0", "divides by zero"),
        ("0/0", "divides by zero"),
        ("1/0,0", "divides by zero"),
        ("1/0e5", "divides by zero"),
        ("1/-0", "divides by zero"),
        ("1e309", "too large"),
        ("-1e309", "too large"),
        ("1e308/1e-10", "too large"),
        ("1/1e400", "too large"),
        ("1e400/1e400", "too large"),
        ("1e-400", "too close to zero"),
        ("1e-300/1e300", "too close to zero"),
        ("1e-400/2", "too close to zero"),
        ("1/1e-400", "too large"),
    ],
)
def test_numbers_out_of_reach(text, words):
    with pytest.raises(NumberError, match=words) as caught:
        parse_number(text)
    assert text in str(caught.value)


def test_minus_zero():
    assert math.copysign(1, parse_number("-0")) == -1


@pytest.mark.parametrize(
    "text",
    [
        "1" * 10**6,
        "-" * 10**6,
        "1," * 10**6,
        "/" * 10**6,
        " " * 10**6 + "x",
        "1e" + "9" * 10**6,
        "a" * 10**6,
        "0." + "0" * 10**6 + "x",
        "1 " * 10**6,
    ],
)
def test_long_texts_are_refused_quickly_and_shortly(text):
    start = time.perf_counter()
    with pytest.raises(NumberError) as caught:
        parse_number(text)
    assert time.perf_counter() - start < 5  # no backtracking: a guard, not a measurement
    assert len(str(caught.value)) < 120


def test_a_long_number_that_is_one():
    assert parse_number("0." + "3" * 10**5) == 1 / 3


SHORT = [
    (0.0, 3, "0"),
    (-0.0, 3, "0"),
    (2.0, 3, "2"),
    (10.0, 3, "10"),
    (-0.5, 3, "-0.5"),
    (1 / 3, 3, "0.333"),
    (2 / 3, 3, "0.667"),
    (1234.5678, 3, "1234.568"),
    (1234.5678, 0, "1235"),
    (9999999.0, 3, "9999999"),
    (1e7, 3, "1e+07"),
    (123456789.0, 3, "1.23e+08"),
    (0.0005, 3, "0.001"),
    (0.0004, 3, "4e-04"),
    (-0.0004, 3, "-4e-04"),
    (0.5, 0, "5e-01"),
    (0.25, 1, "0.2"),
    (1.005, 1, "1"),
    (1e-300, 3, "1e-300"),
    (math.inf, 3, "inf"),
    (-math.inf, 3, "-inf"),
    (math.nan, 3, "nan"),
    (np.float64(1.5), 3, "1.5"),
    (100.0, 0, "100"),
]


@pytest.mark.parametrize(("value", "decimals", "text"), SHORT)
def test_format_number(value, decimals, text):
    assert format_number(value, decimals) == text


def test_a_number_that_is_not_zero_is_never_written_as_zero():
    random = np.random.default_rng(40)
    for value in random.normal(size=500) * 10.0 ** random.integers(-9, 9, 500):
        for decimals in range(6):
            assert float(format_number(value, decimals)) != 0


M2 = [[1.0, 2.0], [3.0, 4.0]]
MATRICES = [
    # spreadsheets
    ("1\t2\n3\t4", M2),
    ("1\t2\r\n3\t4\r\n", M2),
    ("1\t2\t\r\n3\t4\t\r\n", M2),
    ("1\t2\n3\t4\n\t\n", M2),
    ("\t\n1\t2\n3\t4", M2),
    ("1,5\t2,25\n-3\t0,5", [[1.5, 2.25], [-3.0, 0.5]]),
    ("1\t2", [[1.0, 2.0]]),
    ("1\t", [[1.0]]),
    ("1\n2\n3\n", [[1.0], [2.0], [3.0]]),
    ("1,5\n2\n3,5", [[1.5], [2.0], [3.5]]),
    ("−1\t–2", [[-1.0, -2.0]]),
    ("1/2\t2/3", [[0.5, 2 / 3]]),
    (" 1 \t 2 \n 3 \t 4 ", M2),
    # spaces
    ("1 2\n3 4", M2),
    ("  1   2\n\n  3   4  \n", M2),
    ("1,5 2,5\n0 -1", [[1.5, 2.5], [0.0, -1.0]]),
    ("5", [[5.0]]),
    ("1,5", [[1.5]]),
    ("1 2 3", [[1.0, 2.0, 3.0]]),
    ("1\u00a02\n3\u00a04", M2),
    # comma-separated values
    ("1, 2\n3, 4", M2),
    ("1,2,3\n4,5,6", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    ("1 , 2\n3 , 4", M2),
    ("1 ,2\n3 ,4", M2),
    ("0.5,1.5\n2.5,3.5", [[0.5, 1.5], [2.5, 3.5]]),
    ("1,2,3", [[1.0, 2.0, 3.0]]),
    ("1, 2,\n3, 4", M2),
    ("1,2,", [[1.0, 2.0]]),
    ("1,\n2,\n3", [[1.0], [2.0], [3.0]]),
    # semicolons
    ("1;2\n3;4", M2),
    ("1;2;\n3;4;", M2),
    ("1,5;2\n0;1", [[1.5, 2.0], [0.0, 1.0]]),
    ("1;2;3", [[1.0, 2.0, 3.0]]),
    ("1,5;2", [[1.5, 2.0]]),
    ("1 ; 2\n3 ; 4", M2),
    ("1 2; 3 4", M2),
    ("1 2;3 4;", M2),
    ("1 2;\n3 4;", M2),
    ("1 2;\n3 4", M2),
    ("1, 2; 3, 4", M2),
    ("1,2,3;4,5,6", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    # brackets
    ("[[1, 2], [3, 4]]", M2),
    ("[[1,2],[3,4]]", M2),
    ("[[1,2],[3,4],]", M2),
    ("[[1,2,],[3,4,]]", M2),
    ("((1, 2), (3, 4))", M2),
    ("{{1, 2}, {3, 4}}", M2),
    ("[[1, 2],\n [3, 4]]\n", M2),
    ("[[1. 2.]\n [3. 4.]]", M2),
    ("[ [1 2] [3 4] ]", M2),
    ("array([[1., 2.], [3., 4.]])", M2),
    ("array([[1., 2.],\n       [3., 4.]])", M2),
    ("np.array([[1, 2], [3, 4]], dtype=np.float32)", M2),
    ("array([[1., 2.], [3., 4.]], dtype=float32)", M2),
    ("tensor([[1., 2.],\n        [3., 4.]])", M2),
    ("tensor([[1., 2.], [3., 4.]], dtype=torch.float64)", M2),
    ("tensor([[1., 2.], [3., 4.]], device='cuda:0', requires_grad=True)", M2),
    ("kernel = [[1, 2], [3, 4]]", M2),
    ("[1 2; 3 4]", M2),
    ("[1, 2; 3, 4]", M2),
    ("[1,2;3,4]", M2),
    ("[1 2\n 3 4]", M2),
    ("A = [1 2; 3 4];", M2),
    ("[1 2;\n3 4;]", M2),
    ("[1, 2, 3]", [[1.0, 2.0, 3.0]]),
    ("[1; 2; 3]", [[1.0], [2.0], [3.0]]),
    ("[[1], [2]]", [[1.0], [2.0]]),
    ("[5]", [[5.0]]),
    ("[1, 2]\n[3, 4]", M2),
    ("[1, 2], [3, 4]", M2),
    ("[[[1, 2], [3, 4]]]", M2),
    ("[1, 2,\n 3, 4]", [[1.0, 2.0, 3.0, 4.0]]),
    ("[[−1, 1/2]]", [[-1.0, 0.5]]),
    ("array([1., 2.])", [[1.0, 2.0]]),
    ("[[1, 2, 3,\n  4, 5]]", [[1.0, 2.0, 3.0, 4.0, 5.0]]),
    ("[[1. 2.\n  3.]]", [[1.0, 2.0, 3.0]]),
]


@pytest.mark.parametrize(("text", "matrix"), MATRICES)
def test_matrices(text, matrix):
    found = parse_matrix(text)
    assert found.tolist() == matrix
    assert found.dtype == np.float64


NO_MATRICES = [
    ("", "empty text"),
    (" \n\t\n", "empty text"),
    ("abc", "“abc” is not a matrix"),
    ("[]", "“\\[\\]” is not"),
    (";", "“;” is not"),
    ("[[1, 2], [3, 4]", "brackets"),
    ("[1, 2]]", "brackets"),
    ("[[[1]], [[2]]]", "brackets"),
    ("x[1, 2]", "brackets"),
    ("[[1, 2] 3 [4, 5]]", "brackets"),
    ("a1=[;]", "brackets"),
    ("[1, 2", "brackets"),
    ("tensor([], size=(0, 3))", "brackets"),
    ("[[1,2],[]]", "row 2 has 0 numbers where the first row has 2"),
    ("1 2\n3", "row 2 has 1 numbers"),
    ("1\t2\n3", "row 2 has 1"),
    ("1;2;3\n4;5;6;7", "row 2 has 4"),
    ("[[1, 2], [3]]", "row 2 has 1"),
    ("1\t\t3", "row 1 has nothing in column 2"),
    ("\t1\n2\t", "row 1 has nothing in column 1"),
    ("1\t2\n\t\n3\t4", "row 2 has nothing in column 1"),
    ("1;;3", "column 2"),
    ("[1,,2]", "row 1 has nothing in column 2"),
    ("1,2\n3,4", "a comma could separate"),
    ("1,2;3,4", "a comma could separate"),
    ("0,5, 1,5", "a comma could separate"),
    ("1,2;\n3,4;", "a comma could separate"),
    ("1.000,5", "“1.000,5” is not a number"),
    ("[1,5 2,5]", "“5 2” is not a number"),
    ("1 x\n3 4", "“x” is not"),
    ("[[1, nan]]", "“nan” is not"),
    ("1 inf", "“inf”"),
    ("[[1, ..., 3]]", "“...” is not"),
    ("1 2 | 3 4", "is not a number"),
    ("١ 2", "“١” is not"),
    ("1/0 2", "divides by zero"),
    ("name\tvalue\n1\t2", "“name” is not"),
    ("[[1, 2; 3, 4], [5, 6]]", "row 2|is not"),
]


@pytest.mark.parametrize(("text", "words"), NO_MATRICES)
def test_no_matrices(text, words):
    with pytest.raises(NumberError, match=words):
        parse_matrix(text)


@pytest.mark.parametrize("text", ["1\n" * (MAX_PASTE_SIDE + 1), "1\t" * (MAX_PASTE_SIDE + 1), "[" + "1," * 3000 + "]"])
def test_too_large(text):
    with pytest.raises(NumberError, match="too large: paste at most 256 x 256"):
        parse_matrix(text)


@pytest.mark.parametrize(
    "text", ["[" * 10**5, "1,2," * 10**5, "[1]" * 10**4, "(" * 10**4 + "1", "1\t" * 10**5, "1 ;" * 10**4]
)
def test_long_nonsense_is_refused_quickly(text):
    start = time.perf_counter()
    with pytest.raises(NumberError):
        parse_matrix(text)
    assert time.perf_counter() - start < 5  # no backtracking: a guard, not a measurement


def test_round_trips_are_exact():
    random = np.random.default_rng(41)
    for _ in range(300):
        shape = tuple(random.integers(1, 6, 2))
        matrix = random.integers(0, 2**64, shape, dtype=np.uint64).view(np.float64)  # any bits at all
        matrix = np.where(np.isfinite(matrix), matrix, -0.0)
        if random.random() < 0.5:
            matrix = np.round(random.normal(size=shape) * 100) / random.choice([1, 4, 10])
        found = parse_matrix(format_matrix(matrix))
        assert found.tobytes() == np.ascontiguousarray(matrix).tobytes()
    special = np.array([[0.0, -0.0, 1e15, -1e15, 5e-324, 1.7976931348623157e308, 0.1, 1e22]])
    assert parse_matrix(format_matrix(special)).tobytes() == special.tobytes()


def test_repr_of_numpy_and_lists_read_back():
    random = np.random.default_rng(42)
    for _ in range(50):
        matrix = np.round(random.normal(size=tuple(random.integers(1, 16, 2))), 3)
        for text in (repr(matrix), str(matrix.tolist())):
            np.testing.assert_allclose(parse_matrix(text), matrix, rtol=1e-7)


def test_a_text_too_long_to_be_read_is_refused_at_once():
    with pytest.raises(NumberError, match="2000001 characters is too long for a matrix: paste at most 256 x 256"):
        parse_matrix("1" * 2_000_001)


@pytest.mark.parametrize("text", ["1e400", "1\t2\n3\t-1e999", "9" * 400])
def test_a_matrix_holds_no_infinite_numbers(text):
    with pytest.raises(NumberError, match="too large"):
        parse_matrix(text)
