"""The command `cnnexplorer render SESSION --out FILE_OR_FOLDER`: pictures, animations and data without a window."""

from __future__ import annotations

import os
import sys

from cnnexplorer.catalogue import console_language, load_catalogue
from cnnexplorer.core import UserError

from .render_options import parse


def run(arguments: list[str]) -> int:
    """Render a session; return 0 where all of it was written, else 1."""
    language = console_language(arguments)
    _ = load_catalogue(language).gettext
    options = parse(arguments, _)
    _need_no_display()
    from .render_work import render  # not for --help: it takes a second
    from .trouble import start_logging
    from .unseen_window import make_application

    app = make_application(language, options.theme)
    start_logging()
    try:
        for path in render(options):
            print(path, flush=True)
    except UserError as error:
        print(error.sentence(_), file=sys.stderr)
        return 1
    app.processEvents()
    return 0


def _need_no_display() -> None:
    """Let Qt paint in memory where there is no screen."""
    if (
        sys.platform.startswith("linux")
        and not os.environ.get("QT_QPA_PLATFORM")
        and not os.environ.get("DISPLAY")
        and not os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
