"""The labs that come with the program: each is solved by a script, and each step is failed on purpose.

Every right answer is computed here anew, by plain loops, by the formula or from the networks, and never by the labs'
own checking.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from cnnexplorer.core.editing import add_filter, move_stage, with_bias, with_image, with_kernel, with_stage
from cnnexplorer.core.kernels import preset
from cnnexplorer.core.samples import SAMPLES, make_sample
from cnnexplorer.labs import LiveState, NetworkView, PreparedStep, Saying, built_in_labs, said
from cnnexplorer.labs.markdown import as_text, parse_markdown
from cnnexplorer.labs.model import ConvolutionSetup, FindTask, NetworkSetup, PerturbationSpec
from cnnexplorer.labs.progress import answered, new_progress, score
from cnnexplorer.nets import Perturbation, compare_activations, compute, lecture_table, load_network, read_architecture
from cnnexplorer.nets.filter_measures import colourfulness, norms, responses, similarity

if TYPE_CHECKING:
    from cnnexplorer.core import Experiment

LABS = {lab.id: lab for lab in built_in_labs()}


@dataclass
class Answer:
    """What solves a step, and what does not; `mistake` is what the diagnosis of the wrong answer must name."""

    right: Any = None
    wrong: Any = None
    mistake: str = ""
    state: LiveState | None = None
    wrong_state: LiveState | None = None


# arithmetic by plain loops


def slid(image: Any, kernel: Any, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Correlate (C, H, W) with (C, kh, kw), or (H, W) with (kh, kw), cell by cell."""
    planes, weights = np.atleast_3d(np.array(image, float)), np.array(kernel, float)
    if np.ndim(image) == 2:
        planes, weights = np.array(image, float)[None], weights[None]
    planes = np.pad(planes, ((0, 0), (padding, padding), (padding, padding)))
    _, high, wide = weights.shape
    rows = range(0, planes.shape[1] - high + 1, stride)
    columns = range(0, planes.shape[2] - wide + 1, stride)
    return np.array([[(planes[:, r : r + high, c : c + wide] * weights).sum() for c in columns] for r in rows])


def pooled(image: Any, how: Any, size: int = 2) -> np.ndarray:
    values = np.array(image, float)
    rows, columns = range(0, values.shape[0] - size + 1, size), range(0, values.shape[1] - size + 1, size)
    return np.array([[how(values[r : r + size, c : c + size]) for c in columns] for r in rows])


def formula(size: int, kernel: int, padding: int = 0, stride: int = 1) -> str:
    side = (size - kernel + 2 * padding) // stride + 1
    return f"{side}x{side}"


def matrix(values: np.ndarray) -> str:
    return "; ".join(" ".join(f"{value:g}" for value in row) for row in values)


def kernel_of(name: str) -> np.ndarray:
    return np.array(preset(name).matrix)


PATCH = [[0, 2, 3], [2, 4, 1], [0, 3, 0]]
PLUS = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
POOLED = [[1, 3, 2, 0], [5, 4, 1, 1], [0, 0, 8, 6], [2, 2, 4, 2]]
CORNER = [[1, 2, 0, 3], [2, 4, 1, 0], [0, 1, 2, 1], [3, 0, 1, 2]]


def edited(lab: str, step: int, change: Any) -> LiveState:
    """Return the workspace as the step sets it, with a student's edit."""
    return LiveState(change(begun(lab, step)))


def begun(lab: str, step: int) -> Experiment:
    experiment = PreparedStep(LABS[lab].lab.steps[step]).experiment
    assert experiment is not None
    return experiment


def reached(lab: str, step: int, change: Any) -> Answer:
    return Answer(state=edited(lab, step, change), wrong_state=LiveState(begun(lab, step)), mistake="state")


def set_kernel(kernel: Any, plane: int | None = None) -> Any:
    def change(experiment: Experiment) -> Experiment:
        stage = with_kernel(experiment.stages[0], 0, plane, np.array(kernel, float))
        return with_stage(experiment, 0, stage)

    return change


def setting(**values: Any) -> Any:
    return lambda experiment: with_stage(experiment, 0, replace(experiment.stages[0], **values))


def drawn(cells: dict[tuple[int, int], float]) -> Any:
    def change(experiment: Experiment) -> Experiment:
        image = np.array(experiment.image)
        for place, value in cells.items():
            image[0][place] = value
        return with_image(experiment, image)

    return change


def kernel_lab() -> list[Answer]:
    counted = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    corner = [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
    map_of_four = slid([[1, 0, 2, 0], [0, 3, 0, 1], [2, 0, 1, 0], [0, 1, 0, 2]], PLUS)
    heavier = [[0, 1, 0], [1, 2, 1], [0, 1, 0]]
    return [
        Answer(f"{slid(PATCH, PLUS).item():g}", "15", "no_kernel"),
        Answer(f"{slid(PATCH, heavier).item():g}", "12"),
        Answer(f"{slid(corner, counted).item():g}", f"{slid(corner, np.rot90(counted, 2)).item():g}", "flipped"),
        reached("01_kernel", 3, setting(flip=True)),
        Answer(0, 1),
        reached("01_kernel", 5, set_kernel([[0, 0, 0], [0, 1, 0], [0, 0, 0]])),
        Answer("1,67", "15", "no_kernel"),
        Answer(matrix(map_of_four), matrix(map_of_four.T + 1), "cells"),
        Answer("training decides it, by gradient descent on labelled data", "training"),
    ]


def sliding_lab() -> list[Answer]:
    window = [(row, column) for row in (1, 2, 3) for column in (2, 3, 4)]
    return [
        Answer(formula(6, 3), "3x3", "plus_one"),
        Answer(formula(28, 5), "28x28", "kept"),
        Answer(window, [(row + 1, column) for row, column in window], "moved"),
        Answer(formula(5, 3, 1), formula(5, 3), "padding"),
        Answer(f"{slid(CORNER, PLUS, padding=1)[0, 0]:g}", f"{slid(CORNER, PLUS)[0, 0]:g}", "padding"),
        reached("02_sliding", 5, setting(padding=2)),
        Answer(formula(28, 3, 0, 2), "14x14", "rounding"),
        Answer(0, 1),
        reached("02_sliding", 8, setting(padding=1, stride=2)),
        Answer(formula(224, 11, 2, 4), formula(224, 11, 0, 4), "padding"),
        Answer(str((28 - 4) // 2), "24"),
        Answer(0, 1),
    ]


def edges_lab() -> list[Answer]:
    step, stripes, ramp = (make_sample(name)[0] for name in ("step", "stripes", "ramp"))
    vertical = slid(step, kernel_of("sobel_vertical"))
    edge = slid([[0] * 5 + [3] * 3] * 6, kernel_of("sobel_vertical"))
    cell = tuple(int(place) for place in np.argwhere(edge == edge.max())[3])
    names = ("prewitt_diagonal_lecture", "laplacian", "prewitt_diagonal", "sobel_horizontal")
    largest = [slid(make_sample("digit")[0], kernel_of(name)).max() for name in names]
    assert not slid(stripes, kernel_of("sobel_horizontal")).any()
    laplacian = slid(step, kernel_of("laplacian"))[0, 2]
    return [
        Answer(f"{vertical[0, 2]:g}", "-4", "flipped"),
        Answer([cell], [(0, 0)]),
        Answer(0, 1) if not slid(step, kernel_of("sobel_horizontal")).any() else Answer(),
        Answer(f"{slid(ramp, kernel_of('laplacian'))[2, 2]:g}", "1"),
        Answer("−" if laplacian < 0 else "+", "+"),
        Answer(matrix(slid(stripes, kernel_of("sobel_vertical"))), matrix(np.eye(4)), "cells"),
        Answer("0", "4"),
        reached("03_edges", 7, set_kernel([[0, 0, 1], [2, -1, -1], [0, -1, 0]])),
        reached("03_edges", 8, set_kernel([[0, 0, 0], [-1, -2, -1], [1, 2, 1]])),
        Answer(tuple(np.argsort(largest).tolist()), (1, 0, 2, 3), "order"),
    ]


def relu_lab() -> list[Answer]:
    bright = [[1, 1, 0, 0]] * 3
    edge = slid(bright, kernel_of("sobel_vertical"))
    values = np.array([[3, -1, 0], [-4, 2, -2], [1, -5, 6]])
    return [
        Answer(f"{max(0, -2)}", "-2", "no_activation"),
        Answer("negativo" if edge[0, 1] < 0 else "positivo", "+", "flipped"),
        Answer(f"{max(0, edge[0, 1]):g}", f"{edge[0, 1]:g}", "no_activation"),
        reached("04_relu", 3, set_kernel([[0, 0, 0], [4, 0, 0], [0, 0, 0]])),
        Answer(matrix(np.maximum(values, 0)), matrix(np.abs(values)), "absolute"),
        reached("04_relu", 5, lambda experiment: move_stage(experiment, 0, 1)),
        reached("04_relu", 6, lambda e: with_stage(e, 0, with_bias(e.stages[0], 0, -4.5))),
        Answer(f"{3 + 3 - 1}x{3 + 3 - 1}", "6x6"),
        Answer(0, 1),
    ]


def pooling_lab() -> list[Answer]:
    other = np.array([[1, 3, 2, 0], [5, 4, 1, 1], [0, 6, 8, 6], [7, 2, 4, 2]])
    row, column = divmod(int(other[2:4, 0:2].argmax()), 2)
    return [
        Answer(matrix(pooled(POOLED, np.max)), matrix(pooled(POOLED, np.mean)), "average"),
        Answer(matrix(pooled(POOLED, np.mean)), matrix(pooled(POOLED, np.max)), "maximum"),
        Answer([(2 + row, column)], [(2, 1)], "stride"),
        Answer("-2", "-9", "minimum"),
        Answer(formula(7, 2, 0, 2), "4x4", "rounding"),
        Answer(formula(55, 3, 0, 2), "53x53", "stride"),
        reached("05_pooling", 6, drawn({(0, 0): 0, (1, 0): 9})),
        Answer(f"{np.mean([1, 1, 1, 9]):g}", "9", "maximum"),
        Answer("0", "864"),
    ]


def channels_lab() -> list[Answer]:
    image = [[[1, 2], [3, 0]], [[0, 1], [1, 0]], [[2, 0], [0, 1]]]
    weights = [[[1, 0], [0, 1]], [[2, 1], [0, 3]], [[-1, 0], [0, 4]]]
    total = slid(image, weights).item() + 2

    def three(experiment: Experiment) -> Experiment:
        stage = experiment.stages[0]
        for name in ("laplacian", "box"):
            stage = add_filter(stage, kernel_of(name))
        return with_stage(experiment, 0, with_bias(stage, 0, 1.0))

    def only_red(experiment: Experiment) -> Experiment:
        for plane in (1, 2):
            experiment = set_kernel([[0]], plane)(experiment)
        return experiment

    return [
        Answer(str(3 * 3 * 3), "9"),
        Answer(f"{total:g}", f"{total - 2:g}", "bias"),
        reached("06_channels", 2, only_red),
        Answer(f"4x{formula(8, 3)}", f"3x{formula(8, 3)}", "maps"),
        reached("06_channels", 4, three),
        Answer(str(11 * 11 * 3), "121"),
        Answer(str(layers()["conv1"].parameters), "34848"),
        Answer(str(layers()["conv2"].parameters - 256), "614400"),
        Answer(0, 1),
    ]


def dense_lab() -> list[Answer]:
    sizes = {name: layers()[name].parameters for name in ("conv1", "conv2", "fc8", "fc7", "fc6")}
    return [
        Answer(str(128 * 128 * 3), "16384"),
        Answer(str(make_sample("rgb_patch").size), "64"),
        Answer(str(64 * 128 * 128 * 3), "49216"),
        Answer(str(64 * 3 * 3 * 3), "576"),
        Answer(str(round(3_145_728 / 1_728)), "1000"),
        Answer(0, 1),
        Answer({0, 1}, {0, 2}),
        Answer(str(256 * 6 * 6 * 4096), "9216"),
        Answer(tuple(np.argsort(list(sizes.values())).tolist()), (4, 3, 2, 1, 0), "reversed"),
    ]


def reading_lab() -> list[Answer]:
    total = sum(layer.parameters for layer in layers().values())
    dense = sum(layers()[name].parameters for name in ("fc6", "fc7", "fc8"))

    def shape(name: str) -> str:
        return "x".join(map(str, layers()[name].output_shape))

    return [
        Answer(shape("conv1"), "96x54x54"),
        Answer(shape("pool1"), "96x28x28"),
        Answer(f"{layers()['conv1'].macs / 1e6:.1f}", "35.1"),
        Answer(1, 3),
        Answer(str(sum(row.lecture_millions for row in lecture_table())), "724"),
        Answer(f"{layers()['conv4'].macs / 1e6:.0f}", "224.28"),
        Answer(f"{100 * layers()['conv2'].parameters / total:.1f} %", "31"),
        Answer(f"{sum(layer.macs for layer in layers().values()) / 1e6:.1f} millones", "832"),
        Answer(f"{100 * dense / total:.0f}", "62", ""),
        Answer((0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), "reversed"),
    ]


def seeing_lab() -> list[Answer]:
    network = bundled()
    weights = network.filters("conv1")
    state = LiveState(network=NetworkView(page="filters", layer="conv1"), measures=measures("drawn_house"))
    like = np.abs(similarity(weights, kernel_of("sobel_vertical")))
    colour = colourfulness(weights)
    answers = responses(looked_at("drawn_house").activations["conv1"])

    def found(values: np.ndarray) -> Answer:
        best, worst = int(values.argmax()), int(values.argmin())
        shown = replace(state, network=NetworkView(page="filters", layer="conv1", unit=best))
        lost = replace(state, network=NetworkView(page="filters", layer="conv1", unit=worst))
        return Answer(state=shown, wrong_state=lost, mistake="rank")

    field = {name: layers()[name].receptive_field.size[0] for name in ("conv1", "pool1", "conv2", "conv3", "pool5")}
    rest = 100 * (1 - sum(guess.probability for guess in looked_at("drawn_house").guesses))
    return [
        Answer(str(weights.numel()), "11616"),
        found(like),
        found(colour),
        found(answers),
        Answer(str(field["conv2"]), "35"),
        Answer("x".join(map(str, layers()["conv5"].output_shape)), "256x6x6"),
        Answer(0, 1),
        Answer(f"{rest:.1f} %", f"{100 - rest:.1f}"),
        Answer(tuple(np.argsort(list(field.values())).tolist()), (0, 2, 1, 3, 4), "order"),
        Answer(1, 0),
        Answer("edges and colours at first, parts of things and the whole class of the picture later", "edges"),
    ]


def noise_lab() -> list[Answer]:
    some, much = changes(noise=0.1), changes(noise=0.3)
    brighter = changes(brightness=0.2)
    # what the texts say
    assert some["conv1"][0] < 0.8 * some["picture"][0]
    assert brighter["conv4"][0] < 0.1
    assert brighter["picture"][0] > 0.9
    order = [some[name][0] for name in ("pool5", "conv1", "conv5")]

    def seen(noise: float, known: dict[str, tuple[float, float]] | None = None) -> LiveState:
        return LiveState(network=NetworkView(perturbation={"noise": noise}), changes=known or {})

    read = [f"{100 * some[name][0]:.0f} %" for name in ("conv1", "conv5", "pool5")]
    return [
        Answer(f"{np.mean([6, 4, 5, 3, 7, 5, 5, 4, 6]):g}", "45", "no_kernel"),
        Answer("0,1", "0.033"),
        Answer(0, 1),
        Answer(state=seen(0.1), wrong_state=seen(0.2), mistake="state"),
        Answer(read, list(reversed(read)), "reading", seen(0.1, some), seen(0.1, some)),
        Answer(0, 1),
        Answer(tuple(np.argsort(order).tolist()), (2, 1, 0), "reversed"),
        Answer([f"{much[name][1]:.2f}" for name in ("conv1", "conv5")], ["0.9", "0.9"], "reading",
               seen(0.3, much), seen(0.3, much)),
        Answer(0, 1),
        Answer(1, 0),
        Answer("noise was attenuated by the first layer and by pooling, edges were kept, the depth did not repair more",
               "noise"),
    ]  # fmt: skip


SOLUTIONS = {
    "01_kernel": kernel_lab,
    "02_sliding": sliding_lab,
    "03_edges": edges_lab,
    "04_relu": relu_lab,
    "05_pooling": pooling_lab,
    "06_channels": channels_lab,
    "07_why_not_dense": dense_lab,
    "08_reading_alexnet": reading_lab,
    "09_seeing": seeing_lab,
    "10_noise": noise_lab,
}


# networks


@cache
def layers() -> dict[str, Any]:
    return {layer.name: layer for layer in read_architecture("alexnet2012")}


@cache
def bundled() -> Any:
    return load_network("alexnet2012", "bundled", "cpu")


@cache
def looked_at(sample: str, **perturbation: float) -> Any:
    with torch.no_grad():
        return compute(bundled(), make_sample(sample), Perturbation(**perturbation))


def changes(**perturbation: float) -> dict[str, tuple[float, float]]:
    seen = looked_at("drawn_umbrella", **perturbation)
    found = compare_activations(seen.activations, seen.clean)
    return {
        "picture": (found.picture.distance, found.picture.correlation),
        **{change.layer.name: (change.distance, change.correlation) for change in found.layers},
    }


def measures(sample: str) -> Any:
    def measure(task: FindTask) -> Any:
        weights = bundled().filters(task.layer)
        match task.measure:
            case "similarity":
                return similarity(weights, kernel_of(task.kernel))
            case "norm":
                return norms(weights)
            case "colourfulness":
                return colourfulness(weights)
            case _:
                return responses(looked_at(sample).activations[task.layer])

    return measure


# the tests


def test_there_are_ten_labs_and_a_script_for_each():
    assert list(LABS) == sorted(SOLUTIONS)
    assert [lab.built_in for lab in LABS.values()] == [True] * 10


@pytest.mark.parametrize("name", SOLUTIONS)
def test_a_script_solves_the_lab(name):
    lab = LABS[name]
    solution = SOLUTIONS[name]()
    assert len(solution) == len(lab.lab.steps)
    progress = new_progress(lab, "Ana")
    for index, (step, answer) in enumerate(zip(lab.lab.steps, solution, strict=True)):
        verdict = PreparedStep(step).check(answer.right, answer.state)
        assert verdict.solved, f"step {index + 1}: {verdict}"
        progress = answered(progress, index, str(answer.right), verdict)
    assert progress.finished
    earned, possible = score(lab.lab, progress)
    assert earned == possible > 5


@pytest.mark.parametrize("name", SOLUTIONS)
def test_every_step_can_be_failed(name):
    for index, (step, answer) in enumerate(zip(LABS[name].lab.steps, SOLUTIONS[name](), strict=True)):
        verdict = PreparedStep(step).check(answer.wrong, answer.wrong_state or answer.state)
        kind = step.task.__struct_config__.tag
        expected = "again" if kind in ("figure", "text") else "wrong"
        assert verdict.outcome == expected, f"step {index + 1}: {verdict}"
        if answer.mistake:
            assert answer.mistake in verdict.mistakes, f"step {index + 1}: {verdict}"


@pytest.mark.parametrize("name", SOLUTIONS)
def test_words_are_asked_again(name):
    for step in LABS[name].lab.steps:
        if step.task.__struct_config__.tag in ("number", "shape", "matrix"):
            verdict = PreparedStep(step).check("abc")
            assert verdict.outcome == "again"
            assert isinstance(verdict.sayings[0], Saying)


@pytest.mark.parametrize("name", SOLUTIONS)
def test_every_mistake_that_a_teacher_expects_is_told(name):
    for index, step in enumerate(LABS[name].lab.steps):
        for mistake in getattr(step.task, "mistakes", ()):
            answer = mistake.answer
            text = "x".join(map(str, answer)) if isinstance(answer, tuple) else repr(answer)
            verdict = PreparedStep(step).check(text)
            assert verdict.outcome == "wrong", f"step {index + 1}: {text}"
            assert verdict.sayings[0] == mistake.says


@pytest.mark.parametrize("name", SOLUTIONS)
def test_both_languages_are_complete(name):
    lab = LABS[name].lab
    texts = [lab.title, *lab.aims]
    for step in lab.steps:
        texts += [step.title, step.text, *step.hints]
        texts += [mistake.says for mistake in getattr(step.task, "mistakes", ())]
        texts += [part for option in getattr(step.task, "options", ()) for part in (option.text, option.says)]
        texts += list(getattr(step.task, "items", ()))
        if step.task.__struct_config__.tag != "text":
            texts.append(step.explanation)
    for text in texts:
        assert bool(text.en) == bool(text.es), text
        assert as_text(parse_markdown(text.en)).count("\n") == as_text(parse_markdown(text.es)).count("\n"), text


@pytest.mark.parametrize("name", SOLUTIONS)
def test_length_and_helpfulness(name):
    lab = LABS[name].lab
    assert 6 <= len(lab.steps) <= 12
    assert 10 <= lab.minutes <= 20
    assert lab.title.es
    assert lab.aims
    for step in lab.steps:
        kind = step.task.__struct_config__.tag
        prepared = PreparedStep(step)
        if kind in ("reach", "find") or (kind in ("shape", "matrix") and prepared.question):
            assert prepared.hints() or step.free or step.locked or kind == "reach"
        if kind == "reach":
            assert step.task.example is not None
        if kind == "number" and prepared.question and not step.hints:
            assert len(prepared.hints()) >= 2


@pytest.mark.parametrize("name", SOLUTIONS)
def test_what_is_said_is_a_sentence_in_both_languages(name):
    for step, answer in zip(LABS[name].lab.steps, SOLUTIONS[name](), strict=True):
        verdict = PreparedStep(step).check(answer.wrong, answer.wrong_state or answer.state)
        for saying in (*verdict.sayings, *PreparedStep(step).hints()):
            for language in ("en", "es"):
                assert said(saying, language, str).strip()


ARITHMETIC = re.compile(r"[\d.,()·/+−⌊⌋√=≈ ]+")


def sums(text: str) -> list[tuple[list[str], bool]]:
    """Return the chains of equal things in a text, such as ["64·27", "1,728"], and whether only about equal."""
    found = []
    for run in ARITHMETIC.findall(text.replace("*", "")):
        for chain in re.split(r"[.,] |[.,]$", run):
            parts = [part.strip() for part in re.split("[=≈]", chain)]
            if len(parts) > 1 and all(re.match(r"[\d(⌊√]|−\d", part) for part in parts):
                found.append((parts, "≈" in chain))
    return found


def calculated(text: str) -> float:
    """Return what a sum in a text comes to: thousands are parted by commas, ⌊ ⌋ rounds down."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    plain = plain.replace("·", "*").replace("−", "-").replace("⌊", "math.floor(").replace("⌋", ")")
    return float(eval(re.sub(r"√(\d+)", r"math.sqrt(\1)", plain), {"math": math, "__builtins__": {}}))


def test_what_a_sum_comes_to():
    assert calculated("⌊(224 − 11 + 2·2)/4⌋ + 1") == 55
    assert calculated("64·49,152") == 3_145_728
    assert calculated("0.3/√9") == pytest.approx(0.1)
    assert sums("64·27 = **1,728**. 15/9 ≈ 1.67, and O = I + 1 = 3") == [
        (["64·27", "1,728"], False),
        (["15/9", "1.67"], True),
    ]


@pytest.mark.parametrize("name", SOLUTIONS)
def test_every_sum_in_the_texts_is_right(name):
    lab = LABS[name].lab
    count = 0
    for step in lab.steps:
        texts = [step.text, step.explanation, *step.hints]
        texts += [mistake.says for mistake in getattr(step.task, "mistakes", ())]
        texts += [option.says for option in getattr(step.task, "options", ())]
        for text in texts:
            for language in (text.en, text.es):
                for parts, roughly in sums(language):
                    values = [calculated(part) for part in parts]
                    assert values == pytest.approx([values[0]] * len(values), rel=4e-3 if roughly else 1e-9), language
                    count += 1
    assert count or name in ("03_edges", "04_relu", "09_seeing", "10_noise")


def test_figures_that_the_texts_name():
    total = sum(layer.macs for layer in layers().values())
    dense = [layers()[name] for name in ("fc6", "fc7", "fc8")]
    assert sum(layer.parameters for layer in layers().values()) == 60_965_224
    assert round(100 * layers()["conv2"].macs / total) == 31
    assert round(100 * sum(layer.macs for layer in dense) / total) == 8
    assert round(sum(row.ungrouped_macs for row in lecture_table()) / 1e6) == 1_135
    some, much, brighter = changes(noise=0.1), changes(noise=0.3), changes(brightness=0.2)
    named = {"conv1": 32, "conv5": 45, "pool5": 27, "picture": 45}
    assert {layer: 100 * some[layer][0] for layer in named} == pytest.approx(named, abs=1)
    assert [much[layer][1] for layer in ("conv1", "conv5")] == pytest.approx([0.71, 0.24], abs=0.015)
    assert brighter["conv1"][0] == pytest.approx(0.6, abs=0.05)
    assert looked_at("drawn_house").guesses[0].probability == pytest.approx(0.9, abs=0.03)


def test_set_ups_name_things_that_are_there():
    for lab in LABS.values():
        for step in lab.lab.steps:
            if isinstance(step.setup, NetworkSetup):
                names = {layer.name for layer in read_architecture(step.setup.network)}
                assert not step.setup.layer or step.setup.layer in names
                assert not step.setup.picture or step.setup.picture in SAMPLES
                wanted = step.setup.perturbation or PerturbationSpec()
                Perturbation(**{name: getattr(wanted, name) for name in wanted.__struct_fields__})
            elif isinstance(step.setup, ConvolutionSetup) and isinstance(step.setup.image, str):
                assert step.setup.image in SAMPLES
