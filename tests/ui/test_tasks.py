"""Stale results never show: the only thread code of the program."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QThread
from shiboken6 import delete

from cnnexplorer.ui.tasks import LatestTask

LIMIT = 5000


class Gate:
    """A job that waits until it is let go."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.began, self.go = threading.Event(), threading.Event()

    def __call__(self) -> object:
        self.began.set()
        assert self.go.wait(10)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@pytest.fixture
def task(qapp):
    found = LatestTask()
    yield found
    found.close()
    found.deleteLater()


@pytest.fixture
def answers():
    return []


def begin(task, job, answers):
    task.start(job, lambda value: answers.append(("value", value)), lambda error: answers.append(("error", error)))


def test_an_answer_arrives_on_the_gui_thread(qtbot, task):
    threads = []

    def note(_value: object = None) -> None:
        threads.append(QThread.currentThread())

    task.start(note, note, note)
    qtbot.waitUntil(lambda: len(threads) == 2, timeout=LIMIT)
    assert threads[0] is not threads[1]
    assert threads[1] is QThread.currentThread()
    assert not task.busy


def test_of_many_requests_only_the_last_is_heard(qtbot, task, answers):
    first, ran = Gate("stale"), []
    begin(task, first, answers)
    assert first.began.wait(5)
    for number in range(50):
        begin(task, lambda number=number: ran.append(number) or number, answers)
    first.go.set()
    qtbot.waitUntil(lambda: not task.busy, timeout=LIMIT)
    assert answers == [("value", 49)]
    assert ran == [49], "requests that were replaced before they began must not run"


def test_a_stale_failure_is_dropped_too(qtbot, task, answers):
    first = Gate(RuntimeError("stale"))
    begin(task, first, answers)
    assert first.began.wait(5)
    begin(task, lambda: "new", answers)
    first.go.set()
    qtbot.waitUntil(lambda: not task.busy, timeout=LIMIT)
    assert answers == [("value", "new")]


def test_an_answer_that_is_under_way_when_the_next_request_comes_is_stale(qtbot, task, answers):
    """The job is done and its answer posted, but not yet delivered."""
    done = threading.Event()
    begin(task, lambda: done.set() or "old", answers)
    assert done.wait(5)
    task._pool.waitForDone()  # the answer now lies in the queue of the GUI thread
    begin(task, lambda: "new", answers)
    qtbot.waitUntil(lambda: not task.busy, timeout=LIMIT)
    assert answers == [("value", "new")]


@pytest.mark.parametrize("error", [ValueError("bad"), MemoryError(), KeyboardInterrupt(), SystemExit(3)])
def test_every_exception_takes_the_path_of_failure(qtbot, task, answers, error):
    def job() -> None:
        raise error

    begin(task, job, answers)
    qtbot.waitUntil(lambda: bool(answers), timeout=LIMIT)
    assert answers == [("error", error)]
    assert not task.busy


def test_cancelling_silences_the_job(qtbot, task, answers):
    job = Gate("late")
    busy = []
    task.busy_changed.connect(busy.append)
    begin(task, job, answers)
    assert job.began.wait(5)
    task.cancel()
    assert not task.busy
    job.go.set()
    task._pool.waitForDone()
    begin(task, lambda: "after", answers)
    qtbot.waitUntil(lambda: bool(answers), timeout=LIMIT)
    assert answers == [("value", "after")]
    assert busy == [True, False, True, False]


def test_closing_waits_for_the_thread(task, answers):
    job = Gate("late")
    begin(task, job, answers)
    assert job.began.wait(5)
    timer = threading.Timer(0.05, job.go.set)
    timer.start()
    task.close()
    assert job.go.is_set(), "close came back while the job was running"
    timer.join()
    assert not task.busy
    assert answers == []


def test_work_begins_again_after_closing(qtbot, task, answers):
    task.close()
    begin(task, lambda: 1, answers)
    qtbot.waitUntil(lambda: bool(answers), timeout=LIMIT)
    assert answers == [("value", 1)]


def test_an_exception_in_the_answer_s_slot_is_told(qtbot, task):
    def fail(_value: object) -> None:
        raise RuntimeError("in the slot")

    with qtbot.captureExceptions() as caught:
        task.start(lambda: 1, fail, lambda _: None)
        qtbot.waitUntil(lambda: bool(caught), timeout=LIMIT)
    assert [str(error) for _kind, error, _trace in caught] == ["in the slot"]
    assert not task.busy


def test_a_task_destroyed_while_it_works_is_quiet(qtbot):
    task, began, gate = LatestTask(), threading.Event(), threading.Event()

    def work():
        began.set()
        assert gate.wait(10)

    with qtbot.capture_exceptions() as raised:
        task.start(work, lambda _value: None, lambda _error: None)
        assert began.wait(10)
        opener = threading.Timer(0.05, gate.set)  # destroying waits for the thread
        opener.start()
        delete(task)
        opener.join()
    assert raised == []


class Heavy:
    """Stands for a network."""


def test_nothing_that_a_job_or_its_answer_held_is_kept(qtbot, task):
    heavy = [Heavy() for _place in range(4)]
    left = [weakref.ref(one) for one in heavy]
    answered = []
    task.start(lambda one=heavy[0]: one, lambda _one, other=heavy[1]: answered.append(other is None), answered.append)
    qtbot.waitUntil(lambda: bool(answered), timeout=LIMIT)
    gate = Gate(1)
    task.start(gate, answered.append, answered.append)
    assert gate.began.wait(10)
    task.start(lambda one=heavy[2]: one, lambda _one, other=heavy[3]: other, answered.append)  # begins never
    task.cancel()
    gate.go.set()
    heavy.clear()
    qtbot.waitUntil(lambda: gc.collect() is not None and not any(one() for one in left), timeout=LIMIT)
