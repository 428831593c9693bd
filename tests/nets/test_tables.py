"""Tables as CSV, Markdown and LaTeX, read back without the program."""

from __future__ import annotations

import csv
import io
import re

import pytest

from cnnexplorer.nets import read_architecture, totals
from cnnexplorer.nets.tables import TABLE_FORMATS, Column, Share, Table, csv_text, latex_text, markdown_text

HARD = 'a|b, "c"\n_d_ 50% & \\e $1 #2 {x} ~^ <i> 3×3 − ñ'
TABLE = Table(
    "Red 1_a | 50 %",
    (Column("Capa", numeric=False), Column("Parámetros"), Column("Parte", "%"), Column("Núcleo")),
    ((HARD, 34944, Share(0.000573), "11×11"), ("conv1_1", None, None, None)),
    ("Total", 60965224, None, None),
)


def cells(line: str) -> list[str]:
    """Return the cells of a line of Markdown, what was escaped put back."""
    return [re.sub(r"\\(.)", r"\1", cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def plain(latex: str) -> str:
    """Return a text of LaTeX as it is printed."""
    for command, sign in (
        ("\\textbackslash{}", "\0"), ("\\textasciitilde{}", "~"), ("\\textasciicircum{}", "^"), ("$\\times$", "×"),
        ("$<$", "<"), ("$>$", ">"), ("$|$", "|"), ("$-$", "−"),
    ):  # fmt: skip
        latex = latex.replace(command, sign)
    assert not re.search(r"(?<!\\)[%$#_{}&]", latex), latex
    return re.sub(r"\\([&%$#_{}])", r"\1", latex).replace("\0", "\\")


def test_csv_is_read_by_pythons_own_reader():
    found = list(csv.reader(io.StringIO(csv_text(TABLE), newline="")))
    assert found == [
        ["Capa", "Parámetros", "Parte (%)", "Núcleo"],
        [HARD, "34944", "0.0573", "11×11"],
        ["conv1_1", "", "", ""],
        ["Total", "60965224", "", ""],
    ]


def test_files_of_csv_say_that_they_are_utf8_and_others_need_not():
    data = TABLE_FORMATS["csv"].file(TABLE)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == csv_text(TABLE)
    assert TABLE_FORMATS["markdown"].file(TABLE).decode("utf-8") == markdown_text(TABLE)
    assert TABLE_FORMATS["latex"].file(TABLE).decode("utf-8") == latex_text(TABLE)


def test_markdown_keeps_every_cell_on_its_line():
    caption, empty, *lines = markdown_text(TABLE).splitlines()
    assert (caption, empty) == ("Red 1_a \\| 50 %", "")
    assert [cells(line) for line in lines] == [
        ["Capa", "Parámetros", "Parte (%)", "Núcleo"],
        [":" + "-" * (len(lines[0].split("|")[1]) - 3), "-------------:", "--------:", "-----:"],
        [HARD.replace("\n", " "), "34,944", "0.1", "11×11"],
        ["conv1_1", "", "", ""],
        ["**Total**", "**60,965,224**", "", ""],
    ]
    assert len({len(line) for line in lines}) == 1
    assert "conv1_1" in lines[3]


def test_latex_escapes_every_sign_that_means_something():
    lines = latex_text(TABLE).splitlines()
    assert lines[:4] == [
        "% Red 1_a | 50 %",
        "\\begin{tabular}{lrrr}",
        "\\hline",
        "Capa & Parámetros & Parte (\\%) & Núcleo \\\\",
    ]
    row = [plain(cell) for cell in re.split(r"(?<!\\)&", lines[5].removesuffix("\\\\"))]
    assert [cell.strip() for cell in row] == [HARD.replace("\n", " "), "34,944", "0.1", "11×11"]
    assert lines[-3:] == ["Total & 60,965,224 &  &  \\\\", "\\hline", "\\end{tabular}"]


@pytest.mark.parametrize("id", ["alexnet2012", "googlenet"])
def test_the_figures_of_a_network_survive(id: str):
    layers = read_architecture(id)
    rows = tuple((layer.name, layer.parameters, layer.macs, Share(layer.share)) for layer in layers)
    table = Table("", (Column("a", numeric=False), Column("b"), Column("c"), Column("d", "%")), rows)
    found = list(csv.DictReader(io.StringIO(csv_text(table))))
    assert [row["a"] for row in found] == [layer.name for layer in layers]
    assert (sum(int(row["b"]) for row in found), sum(int(row["c"]) for row in found)) == totals(layers)
    assert sum(float(row["d (%)"]) for row in found) == pytest.approx(100, abs=1e-3)
