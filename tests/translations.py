"""Keeps the catalogues in step with the sources: `python -m tests.translations` extracts, merges and compiles."""

from __future__ import annotations

import ast
import io
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "resources" / "translations"
KEYWORDS = {
    "_": None,
    "mark": None,
    "term": None,
    "say": (2,),
    "tip": (2,),
    "hint": None,
    "translate_count": (1, 2),
    "CannotStart": None,
}


@cache
def errors() -> set[str]:
    """Return the names of `UserError` and of all that are derived from it, whose sentences are for the user."""
    classes = [
        node
        for path in (ROOT / "cnnexplorer").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ClassDef)
    ]
    found = {"UserError"}
    while more := {one.name for one in classes if found & {ast.unparse(base) for base in one.bases}} - found:
        found |= more
    return found


@cache
def extracted() -> Catalog:
    """Return every text of the sources."""
    catalog = Catalog(project="CNN Explorer", charset="utf-8")
    found = extract_from_dir(ROOT / "cnnexplorer", keywords=KEYWORDS | dict.fromkeys(errors()))
    for filename, _line, message, _comments, context in found:
        # no line numbers: they would change with every edit
        catalog.add(message, None, [(f"cnnexplorer/{Path(filename).as_posix()}", 0)], context=context)
    return catalog


def read(code: str) -> Catalog:
    with (FOLDER / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def compiled(catalog: Catalog) -> bytes:
    # the header holds a time: the same texts are to be the same bytes
    catalog.creation_date = catalog.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def update(code: str) -> None:
    path = FOLDER / f"{code}.po"
    catalog = read(code) if path.exists() else Catalog(locale=code)
    catalog.project, catalog.version, catalog.fuzzy = "CNN Explorer", "1", False
    catalog.header_comment = "# Texts of CNN Explorer. MIT licence."
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = None
    file = io.BytesIO()
    write_po(file, catalog, sort_output=True, width=110, no_location=True, omit_header=False)
    lines = [
        line for line in file.getvalue().decode().splitlines() if not line.startswith(('"POT-Creation', '"PO-Rev'))
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (FOLDER / f"{code}.mo").write_bytes(compiled(read(code)))
    missing = [message.id for message in read(code) if message.id and not message.string]
    print(f"{code}: {len(read(code))} texts, {len(missing)} not translated")


if __name__ == "__main__":
    update("es")
