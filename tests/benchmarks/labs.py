"""How long it takes to check an answer, and to find what went wrong in it.

Run it with ``python -m tests.benchmarks.labs``.
"""

from __future__ import annotations

import time

import numpy as np

from cnnexplorer.core import Activation, Convolution, Experiment, Pooling, run
from cnnexplorer.labs import Question, judge
from tests.benchmarks.rows import Row, tell

ROUNDS = 20


def rows() -> list[Row]:
    """Answer wrongly in a large experiment, and return a row for each kind of stage."""
    image = np.random.default_rng(0).normal(size=(3, 224, 224))
    bank = np.random.default_rng(1).normal(size=(16, 3, 11, 11))
    experiment = Experiment(image, (Convolution(bank, padding=5, stride=2), Activation("relu"), Pooling("max", 2)))
    result = run(experiment)
    found = []
    for stage, name in enumerate(("a convolution of 11x11x3", "a ReLU", "a max pooling")):
        took = []
        for column in range(ROUNDS):
            began = time.perf_counter()
            judgement = judge(experiment, result, Question("value", stage, 3, 20, column), "0.123456")
            took.append(time.perf_counter() - began)
            assert judgement.outcome == "wrong"
        found.append(
            Row(
                f"a wrong value of {name} checked and diagnosed",
                f"median {1e3 * float(np.median(took)):.1f} ms, at most {1e3 * max(took):.1f} ms",
                "under 50 ms",
                max(took) < 0.05,
            )
        )
    return found


if __name__ == "__main__":
    tell(rows())
