"""The table of the Architecture page as others can have it: for spreadsheets and documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnnexplorer.core.messages import mark
from cnnexplorer.nets import CATALOG
from cnnexplorer.nets.tables import Column, Share, Table
from cnnexplorer.ui.language import _

from .layer_rows import COLUMN, COLUMNS, NAME, row_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.nets.tables import Cell

    from .architecture_reading import Reading
    from .layer_rows import LayerRow
    from .layer_view import LayerTable

_UNITS = {"parameter_share": "%", "mac_share": "%", "field": mark("pixels"), "field_stride": mark("pixels")}
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+|\d+")


def layers_table(reading: Reading, tables: Sequence[LayerTable]) -> Table:
    """Return the rows that are shown of one network, or of two one below the other, with their totals."""
    columns = [
        Column(_(column.alone or column.title), _(_UNITS.get(column.id, "")), numeric=column.id not in ("name", "kind"))
        for column in COLUMNS
    ]
    caption = _("{network}, input {height} × {width}")
    titles = [CATALOG[network].title for network in reading.wish.networks]
    caption = caption.format(network=", ".join(titles), height=reading.wish.size[0], width=reading.wish.size[1])
    found = [([_cells(row) for row in table.rows], _sums(table)) for table in tables]
    if len(found) == 1:
        rows, sums = found[0]
        return Table(caption, tuple(columns), tuple(map(tuple, rows)), tuple(sums))
    joined = tuple((title, *row) for title, (rows, sums) in zip(titles, found, strict=True) for row in [*rows, sums])
    return Table(caption, (Column(_("Network"), numeric=False), *columns), joined)


def lecture_table_of(texts: Sequence[Sequence[str]]) -> Table:
    """Return the lecture's table beside the computed one from its texts, the headings first and the sums last."""
    heads, *rows, sums = texts
    words = (0, len(heads) - 1)
    columns = tuple(Column(head, numeric=index not in words) for index, head in enumerate(heads))
    caption = _("The lecture's table beside the computed one")
    return Table(caption, columns, tuple(tuple(map(_number, row)) for row in rows), tuple(map(_number, sums)))


def _cells(row: LayerRow) -> list[Cell]:
    cells: list[Cell] = [text or None for text in row_texts(row)]
    cells[COLUMN["parameters"]] = row.parameters or None
    cells[COLUMN["macs"]] = row.macs or None
    cells[COLUMN["parameter_share"]] = Share(row.parameter_share) if row.parameters else None
    cells[COLUMN["mac_share"]] = Share(row.mac_share) if row.macs else None
    return [_number(cell) if isinstance(cell, str) and index > COLUMN["kind"] else cell
            for index, cell in enumerate(cells)]  # fmt: skip


def _sums(table: LayerTable) -> list[Cell]:
    sums: list[Cell] = [None] * len(COLUMNS)
    sums[NAME] = _("Total")
    sums[COLUMN["parameters"]], sums[COLUMN["macs"]] = table.totals.values
    return sums


def _number(text: str | None) -> Cell:
    """Return a whole number that was written for readers as a number; other texts as they are."""
    if text and _THOUSANDS.fullmatch(text):
        return int(text.replace(",", ""))
    return text or None
