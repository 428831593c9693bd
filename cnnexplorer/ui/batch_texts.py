"""The sentences of the dialog that saves whole layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .language import _, translate_count
from .trouble import told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cnnexplorer.core.batch_run import BatchReport


def summary_text(files: int, size: float, example: str) -> str:
    """Return what is about to be saved."""
    count = translate_count("{count} file", "{count} files", files)
    return _("{files}, about {size}, such as {example}").format(files=count, size=size_text(size), example=example)


def size_text(size: float) -> str:
    """Return a number of bytes as it is read.

    >>> size_text(900), size_text(2_340_000), size_text(3.2e9)
    ('1 kB', '2.3 MB', '3.2 GB')
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}" if size >= 100 * factor else f"{size / factor:.1f} {unit}"
    return f"{max(size / 1e3, 1):.0f} kB"


def progress_text(done: int, total: int, seconds: float) -> str:
    """Return how far it is, and about how long it will still take after so many seconds."""
    text = _("{done} of {total} files").format(done=f"{done:,}", total=f"{total:,}")
    if done == 0 or seconds < 1:
        return text
    left = seconds / done * (total - done)
    if left < 90:
        return _("{progress}, about {seconds} s left").format(progress=text, seconds=max(round(left), 1))
    return _("{progress}, about {minutes} min left").format(progress=text, minutes=round(left / 60))


def report_text(report: BatchReport, folder: Path) -> str:
    """Return what was done, and what was not."""
    name = _place(report.folders, folder)
    if report.trouble is not None or report.stopped:
        saved = _("{count} of {total} files were saved in {folder}.").format(
            count=f"{report.written:,}", total=f"{report.total:,}", folder=name
        )
        begun = _("Stopped.") if report.trouble is None else _ended(told(report.trouble))
        lines = [f"{begun} {saved}"]
    else:
        saved = translate_count("{count} file was saved in", "{count} files were saved in", report.written)
        lines = [f"{saved} {name}."]
    if report.skipped:
        skipped = translate_count("{count} picture was skipped:", "{count} pictures were skipped:", len(report.skipped))
        lines.append(f"{skipped} {_ended(told(report.skipped[0]))}")
    lines += [_ended(note.sentence(_)[:1].upper() + note.sentence(_)[1:]) for note in report.notes]
    return "\n".join(lines)


def _place(folders: Sequence[Path], chosen: Path) -> str:
    """Return where files lie: in the chosen folder, in one inside it, or in several."""
    name = chosen.name or str(chosen)
    if len(folders) > 1:
        return _("{folder}, in {count} folders").format(folder=name, count=len(folders))
    inside = folders[0].relative_to(chosen).as_posix() if folders else "."
    return name if inside == "." else f"{name}/{inside}"


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "…")) else f"{sentence}."
