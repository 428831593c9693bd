"""Tables as text that other programs read: CSV for spreadsheets, Markdown and LaTeX for documents."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnexplorer.core.messages import mark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Share(float):
    """A part of a whole, 0 to 1, that is written in percent; the heading of its column tells so."""

    __slots__ = ()


Cell = str | int | Share | None


@dataclass(frozen=True)
class Column:
    """A column: its heading, the unit of what stands below, and whether numbers do."""

    title: str
    unit: str = ""
    numeric: bool = True

    @property
    def heading(self) -> str:
        """The title with the unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


@dataclass(frozen=True)
class Table:
    """A table in the language of whoever takes it.

    Attributes
    ----------
    caption
        What it is a table of.
    rows
        As many cells in each as there are columns; None for nothing.
    sums
        A last row, apart from the others; empty where there is none.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sums: tuple[Cell, ...] = ()

    @property
    def all_rows(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows with the last one."""
        return (*self.rows, self.sums) if self.sums else self.rows


@dataclass(frozen=True)
class TableFormat:
    """A way to write a table: its name, what its files' names end with, and what makes the text."""

    id: str
    label: str
    suffix: str
    text: Callable[[Table], str]

    def file(self, table: Table) -> bytes:
        """Return what a file of the table holds; spreadsheets know by its first bytes that it is UTF-8."""
        return self.text(table).encode("utf-8-sig" if self.id == "csv" else "utf-8")


def csv_text(table: Table) -> str:
    r"""Return a table as comma-separated values, its numbers bare, shares in percent.

    >>> csv_text(Table("", (Column("Layer"), Column("Share", "%")), (("conv1", Share(0.125)), ("fc6", None))))
    'Layer,Share (%)\nconv1,12.5\nfc6,\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.heading for column in table.columns])
    writer.writerows([_bare(cell) for cell in row] for row in table.all_rows)
    return text.getvalue()


def markdown_text(table: Table) -> str:
    r"""Return a table in GitHub's Markdown, its columns in line, below its caption.

    >>> print(markdown_text(Table("", (Column("Layer", numeric=False), Column("MACs")), (("a|b", 1234),))), end="")
    | Layer |  MACs |
    | :---- | ----: |
    | a\|b  | 1,234 |
    """
    heads = [_markdown(column.heading) for column in table.columns]
    rows = [[_markdown(_shown(cell)) for cell in row] for row in table.rows]
    sums = [[f"**{text}**" if text else "" for text in (_markdown(_shown(cell)) for cell in table.sums)]]
    body = [heads, *rows, *(sums if table.sums else [])]
    widths = [max(3, *(len(row[index]) for row in body)) for index in range(len(heads))]
    rule = [
        "-" * (width - 1) + ":" if column.numeric else ":" + "-" * (width - 1)
        for width, column in zip(widths, table.columns, strict=True)
    ]
    lines = ["| " + " | ".join(_padded(row, widths, table.columns)) + " |" for row in (heads, rule, *body[1:])]
    caption = f"{_markdown(table.caption)}\n\n" if table.caption else ""
    return caption + "\n".join(lines) + "\n"


def latex_text(table: Table) -> str:
    r"""Return a table as LaTeX that needs no package, with its caption as a comment.

    >>> print(latex_text(Table("", (Column("Layer", numeric=False), Column("Share", "%")), (("a_1", Share(0.5)),))))
    \begin{tabular}{lr}
    \hline
    Layer & Share (\%) \\
    \hline
    a\_1 & 50.0 \\
    \hline
    \end{tabular}
    <BLANKLINE>
    """
    rows = [[_latex(_shown(cell)) for cell in row] for row in table.rows]
    lines = [
        *([f"% {' '.join(table.caption.split())}"] if table.caption else []),
        "\\begin{tabular}{" + "".join("r" if column.numeric else "l" for column in table.columns) + "}",
        "\\hline",
        _latex_row([_latex(column.heading) for column in table.columns]),
        "\\hline",
        *map(_latex_row, rows),
        "\\hline",
    ]
    if table.sums:
        lines += [_latex_row([_latex(_shown(cell)) for cell in table.sums]), "\\hline"]
    return "\n".join([*lines, "\\end{tabular}", ""])


TABLE_FORMATS: dict[str, TableFormat] = {
    format.id: format
    for format in (
        TableFormat("csv", mark("Comma-separated values (CSV)"), ".csv", csv_text),
        TableFormat("markdown", mark("Markdown"), ".md", markdown_text),
        TableFormat("latex", mark("LaTeX"), ".tex", latex_text),
    )
}
"""All formats by their ids."""


def _bare(cell: Cell) -> str | int:
    """Return a cell for programs: a share has six digits that count."""
    if isinstance(cell, Share):
        return f"{100 * cell:.6g}"
    return "" if cell is None else cell


def _shown(cell: Cell) -> str:
    """Return a cell for readers."""
    if isinstance(cell, Share):
        return f"{100 * cell:.1f}"
    if isinstance(cell, int):
        return f"{cell:,}"
    return cell or ""


def _padded(row: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> list[str]:
    return [
        text.rjust(width) if column.numeric else text.ljust(width)
        for text, width, column in zip(row, widths, columns, strict=True)
    ]


_MARKDOWN_SIGNS = re.compile(r"([\\`*|<>\[\]~&]|(?<![^\W_])_|_(?![^\W_]))")  # "conv1_1" is no emphasis


def _markdown(text: str) -> str:
    return _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))


_LATEX_SIGNS = str.maketrans(
    {
        **{sign: f"\\{sign}" for sign in "&%$#_{}"},
        "\\": "\\textbackslash{}",
        "~": "\\textasciitilde{}",
        "^": "\\textasciicircum{}",
        "<": "$<$",
        ">": "$>$",
        "|": "$|$",
        "×": "$\\times$",
        "−": "$-$",
        "·": "$\\cdot$",
        "…": "\\ldots{}",
        "“": "``",
        "”": "''",
    }
)


def _latex(text: str) -> str:
    return " ".join(text.split()).translate(_LATEX_SIGNS)


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join(cells) + " \\\\"
