"""Floor 2: labs. Asking, checking, telling what went wrong; lab files, progress and reports. No Qt, no torch.

Predicting in the Convolution workspace needs `Question`, `right_answer`, `judge` and `hints`. A lab is read by
`load_lab`; `PreparedStep` checks the answers of one of its steps, and `progress` keeps what came of it.
"""

from __future__ import annotations

from .checking import PreparedStep, check, question_of, shuffled
from .diagnosis import Judgement, judge
from .hinting import hints
from .loading import BrokenLab, LabFile, built_in_labs, check_file, lab_from_text, labs_in, load_lab, problems_in
from .markdown import as_html, as_text, parse_markdown
from .model import LOCKABLE, Lab, Step, Text
from .questions import ASKS, LARGEST_MAP, Question, check_question, right_answer, step_of
from .sayings import LabError, ReportError, Saying
from .setups import experiment_of
from .state import LiveState, NetworkView
from .verdict import Verdict, said

__all__ = [
    "ASKS",
    "LARGEST_MAP",
    "LOCKABLE",
    "BrokenLab",
    "Judgement",
    "Lab",
    "LabError",
    "LabFile",
    "LiveState",
    "NetworkView",
    "PreparedStep",
    "Question",
    "ReportError",
    "Saying",
    "Step",
    "Text",
    "Verdict",
    "as_html",
    "as_text",
    "built_in_labs",
    "check",
    "check_file",
    "check_question",
    "experiment_of",
    "hints",
    "judge",
    "lab_from_text",
    "labs_in",
    "load_lab",
    "parse_markdown",
    "problems_in",
    "question_of",
    "right_answer",
    "said",
    "shuffled",
    "step_of",
]
