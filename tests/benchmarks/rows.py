"""One line of a table of measurements."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Row:
    """What was measured, what came out, what it has to reach, and whether it does."""

    what: str
    measured: str
    to_reach: str
    reached: bool


def tell(rows: Iterable[Row]) -> None:
    """Print rows so that `measured_apart` can read them."""
    for row in rows:
        print(json.dumps(asdict(row), ensure_ascii=False), flush=True)


def measured_apart(module: str, name: str) -> list[Row]:
    """Return the rows that a module tells when it is run with a word, in a process of its own."""
    said = run_apart(module, name)
    return [Row(**json.loads(line)) for line in said.splitlines()]


def run_apart(module: str, name: str) -> str:
    """Return what a module prints when it is run with a word, in a process of its own."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", name]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2], timeout=900
    ).stdout
