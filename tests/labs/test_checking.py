"""Every kind of task: right, wrong, asked again, and what is said."""

from __future__ import annotations

import numpy as np
import pytest

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, run
from cnnexplorer.core.samples import make_sample
from cnnexplorer.labs import LiveState, NetworkView, PreparedStep, Saying, Step, Text, check, said, shuffled
from cnnexplorer.labs.conditions import holds, missing
from cnnexplorer.labs.model import (
    At,
    ChoiceTask,
    ClickTask,
    Condition,
    ConvolutionSetup,
    ConvolutionSpec,
    FigureTask,
    FindTask,
    KnownMistake,
    MatrixTask,
    MeasureTask,
    NumberTask,
    Option,
    OrderTask,
    PerturbationSpec,
    PoolingSpec,
    ReachTask,
    ShapeTask,
    TextTask,
)

SETUP = ConvolutionSetup("digit", stages=(ConvolutionSpec(("sobel_vertical",)), PoolingSpec()))


def step(task, setup=SETUP, **more):
    return Step(Text("?"), setup=setup, task=task, **more)


def outcomes(task, answers, state=None, setup=SETUP):
    prepared = PreparedStep(step(task, setup))
    return [prepared.check(answer, state).outcome for answer in answers]


def test_numbers():
    task = NumberTask(answer=12.5, tolerance=0.5, unit=Text("million", "millones"),
                      mistakes=(KnownMistake(125.0, Text("ten times", "diez veces")),))  # fmt: skip
    prepared = PreparedStep(step(task))
    assert prepared.check("12,5 millones").correct
    assert prepared.check("13").correct
    assert prepared.check("abc").asked_again
    assert prepared.check("million").asked_again
    assert prepared.check("125").sayings == (Text("ten times", "diez veces"),)
    assert said(prepared.check("125").sayings[0], "es", str) == "diez veces"
    assert prepared.check("-12.5").mistakes == ("sign",)
    assert prepared.check("99").sayings == ()
    assert [str(one) for one in prepared.right()] == ["The answer is 12.5"]


@pytest.mark.parametrize(
    ("right", "given", "outcome"),
    [
        (49152, ("49152", "49,152", "49.152", "49 152", "49\u202f152", "49'152", "+49,152"), "right"),
        (3145728, ("3145728", "3,145,728", "3.145.728", "3 145 728"), "right"),
        (-1500, ("-1500", "−1,500", "−1 500"), "right"),
        (1.5, ("1,5", "1.5", "1.500", "1,500"), "right"),
        (49152, ("49,153", "49.153", "1.500", "1,500"), "again"),  # may be meant as decimals, or as thousands
        (49152, ("4,915,2", "49,15 2", "49,152.5", "0,049,152"), "again"),
        (49152, ("49 153", "3,145,728", "1,5", "1.50", "49152,5", "16,384", "-49,152"), "wrong"),
        (1.5, ("2.500", "2,500"), "wrong"),
        (1.5, ("2 500", "1,500,000"), "again"),
    ],
)
def test_thousands_may_stand_apart_where_a_whole_number_is_expected(right, given, outcome):
    task = NumberTask(answer=right, mistakes=(KnownMistake(16384.0, Text("in colour")),))
    assert outcomes(task, given) == [outcome] * len(given)


def test_a_rounded_number_of_thousands_is_read_as_the_program_writes_it():
    assert outcomes(NumberTask(answer=1820.444, tolerance=1), ["1,820", "1.820", "1 820", "1820"]) == ["right"] * 4


def test_what_may_be_read_in_two_ways_says_so():
    verdict = PreparedStep(step(NumberTask(answer=49152))).check(" 49,153 ")
    assert str(verdict.sayings[0]) == ("“49,153” could be 49.153 or 49153: type it without separating the thousands")


def test_decimals_of_a_computed_value_are_never_taken_for_thousands():
    image = ConvolutionSetup([[2.875]], stages=(ConvolutionSpec([[[8]]]),))  # gives 23, a whole number by chance
    task = NumberTask(of=At(0))
    assert outcomes(task, ["2.875", "2,875", "23.000"], setup=image) == ["wrong", "wrong", "right"]


def test_a_computed_number_tells_the_teachers_mistake_first():
    task = NumberTask(of=At(0, 0, 1, 2), mistakes=(KnownMistake(3.0, Text("three")),))
    prepared = PreparedStep(step(task))
    right = run(prepared.experiment).outputs[0][0, 1, 2]
    assert prepared.check(str(right)).correct
    assert prepared.check("3").sayings[0] == Text("three")
    flipped = prepared.check(str(-right))
    assert flipped.mistakes[0] == "flipped"
    assert len(prepared.hints()) == 3


def test_without_diagnosis_only_the_teacher_speaks():
    task = NumberTask(of=At(0, 0, 1, 2), mistakes=(KnownMistake(3.0, Text("three")),))
    prepared = PreparedStep(step(task, diagnosis=False))
    right = run(prepared.experiment).outputs[0][0, 1, 2]
    assert prepared.check(str(-right)).sayings == ()
    assert prepared.check("3").sayings == (Text("three"),)
    assert prepared.check("x").asked_again
    assert prepared.check("x").sayings


def test_signs_of_cells():
    assert outcomes(NumberTask(of=At(0, 0, 0, 5), sign=True), ["-", "+", "0", "?"]) == [
        "right",
        "wrong",
        "wrong",
        "again",
    ]
    assert str(PreparedStep(step(NumberTask(of=At(0, 0, 0, 5), sign=True))).right()[0]) == "The answer is −"


def test_shapes():
    assert outcomes(ShapeTask(stage=1), ["3x3", "1x3x3", "3", "2x3x3", "6x6", "a"]) == [
        "right", "right", "right", "wrong", "wrong", "again"]  # fmt: skip
    assert outcomes(ShapeTask(stage=1, maps=True), ["1x3x3", "3x3", "2x3x3"]) == ["right", "again", "wrong"]
    assert outcomes(ShapeTask((96, 55, 55)), ["96x55x55", "55x55", "96x54x54"]) == ["right", "again", "wrong"]
    assert outcomes(ShapeTask((4, 5)), ["4x5", "5x4", "4x5x1"]) == ["right", "wrong", "again"]
    assert check(step(ShapeTask((4, 5))), "5x4").mistakes == ("turned",)
    assert "maps" in check(step(ShapeTask(stage=1)), "2x3x3").mistakes
    assert [str(one) for one in PreparedStep(step(ShapeTask(stage=1, maps=True))).right()] == ["The answer is 1×3×3"]


def test_matrices():
    written = MatrixTask(((1, 2), (3, 4)))
    assert outcomes(written, ["1 2; 3 4", "[[1, 2], [3, 4]]", "1 3; 2 4", "1 2", "z"], setup=None) == [
        "right", "right", "wrong", "again", "again"]  # fmt: skip
    computed = PreparedStep(step(MatrixTask(stage=1)))
    output = run(computed.experiment).outputs[1][0]
    assert computed.check(output).correct
    assert str(computed.right()[0]).startswith("The answer is ")
    assert computed.check(output + 1).wrong_cells.all()


def test_choices():
    options = (Option(Text("a"), right=True), Option(Text("b"), says=Text("no")), Option(Text("c")))
    assert outcomes(ChoiceTask(options), [0, 1, {0}, {0, 1}, None, ()]) == [
        "right",
        "wrong",
        "right",
        "wrong",
        "again",
        "again",
    ]
    assert check(step(ChoiceTask(options)), 1).sayings == (Text("no"),)
    several = ChoiceTask((Option(Text("a"), True), Option(Text("b"), True), Option(Text("c"))), several=True)
    assert check(step(several), {0}).mistakes == ("incomplete",)
    assert check(step(several), {0, 1, 2}).mistakes == ("too_much",)
    assert check(step(several), {0, 1}).correct
    assert PreparedStep(step(several)).right() == (Text("a"), Text("b"))


def test_orders():
    task = OrderTask(tuple(Text(letter) for letter in "abcd"))
    assert outcomes(task, [(0, 1, 2, 3), (3, 2, 1, 0), (0, 2, 1, 3), (0, 1), None, (0, 0, 1, 2)]) == [
        "right", "wrong", "wrong", "again", "again", "again"]  # fmt: skip
    assert check(step(task), (3, 2, 1, 0)).mistakes == ("reversed",)
    assert str(check(step(task), (0, 2, 1, 3)).sayings[0]) == "2 of 4 stand in their places; look at place 2"


def test_the_shown_order_is_never_the_right_one():
    for count in range(2, 9):
        for number in range(50):
            order = shuffled("lab", number, count)
            assert sorted(order) == list(range(count))
            assert list(order) != sorted(order)
    assert shuffled("lab", 1, 5) == shuffled("lab", 1, 5)


def test_clicks():
    assert outcomes(ClickTask(cells=((1, 2), (3, 4))), [[(1, 2), (3, 4)], [(1, 2)], [(2, 1), (4, 3)], []]) == [
        "right", "wrong", "wrong", "again"]  # fmt: skip
    assert check(step(ClickTask(cells=((1, 2), (3, 4)))), [(1, 2)]).mistakes == ("incomplete",)
    assert check(step(ClickTask(cells=((1, 2), (3, 4)))), [(2, 1), (4, 3)]).mistakes == ("turned",)
    assert outcomes(ClickTask(cells=((1, 2), (3, 4)), every=False), [[(1, 2)], [(3, 4)], [(0, 0)]]) == [
        "right", "right", "wrong"]  # fmt: skip
    assert check(step(ClickTask(cells=((5, 5),))), [(5, 6)]).mistakes == ("neighbour",)


def test_the_extreme_is_clicked():
    experiment = PreparedStep(step(ClickTask(view=0, largest=True))).experiment
    output = run(experiment).outputs[0][0]
    largest = [tuple(cell) for cell in np.argwhere(output == output.max())]
    smallest = [tuple(cell) for cell in np.argwhere(output == output.min())]
    assert outcomes(ClickTask(view=0, largest=True), [largest[:1], smallest[:1]]) == ["right", "wrong"]
    assert outcomes(ClickTask(view=0, smallest=True), [largest[:1], smallest[:1]]) == ["wrong", "right"]


def test_the_winner_is_clicked():
    task = ClickTask(view=0, winner_of=At(1, 0, 1, 1))
    output = run(PreparedStep(step(task)).experiment).outputs[0][0]
    row, column = divmod(int(output[2:4, 2:4].argmax()), 2)
    assert outcomes(task, [[(2 + row, 2 + column)], [(0, 0)]]) == ["right", "wrong"]
    assert len(PreparedStep(step(task)).hints()) == 3


def test_a_receptive_field_is_marked():
    task = ClickTask(receptive_field_of=At(1, 0, 1, 0))  # rows 2 and 3 of the convolution, so rows 2 to 5 of the image
    field = [(row, column) for row in range(2, 6) for column in range(0, 4)]
    assert outcomes(task, [field, field[:-1], [(2, 0)]]) == ["right", "wrong", "wrong"]
    assert check(step(task), [(2, 0)]).mistakes == ("one_cell",)
    assert check(step(task), [(row + 1, column) for row, column in field]).mistakes == ("moved",)
    assert check(step(task), field[:8]).mistakes == ("size",)
    # padding is not seen
    padded = ConvolutionSetup("digit", stages=(ConvolutionSpec(("plus",), padding=1),))
    corner = [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert outcomes(ClickTask(receptive_field_of=At()), [corner], setup=padded) == ["right"]


def test_find():
    written = FindTask("conv1", accepted=(3, 17))
    here = LiveState(network=NetworkView(layer="conv1", unit=17))
    elsewhere = LiveState(network=NetworkView(layer="conv2", unit=17))
    assert [check(step(written), None, state).outcome for state in (here, elsewhere, LiveState())] == [
        "right", "again", "again"]  # fmt: skip
    assert outcomes(written, ["3", "4", "x", 3, "3.5", "-1"]) == ["right", "wrong", "again", "right", "again", "again"]
    ranked = FindTask("conv1", measure="similarity", kernel="plus", among=2)
    live = LiveState(measures=lambda _task: [0.1, -0.9, 0.5, 0.2])
    assert outcomes(ranked, ["1", "2", "3"], live) == ["right", "right", "wrong"]
    assert str(check(step(ranked), "3", live).sayings[0]) == "3 comes at place 3 of 4: look further."
    lowest = FindTask("conv1", measure="norm", lowest=True)
    assert outcomes(lowest, ["0", "1"], LiveState(measures=lambda _task: [1, 2])) == ["right", "wrong"]
    assert outcomes(ranked, ["1"]) == ["again"]
    assert outcomes(ranked, ["99"], live) == ["wrong"]
    assert str(PreparedStep(step(ranked)).right(live)[0]) == "One of these: 1, 2"


def test_measure():
    task = MeasureTask(("conv1", "conv5"), perturbation=PerturbationSpec(noise=0.1))
    seen = {"conv1": (0.2, 0.9), "conv5": (0.5, 0.4)}
    live = LiveState(network=NetworkView(perturbation={"noise": 0.1}), changes=seen)
    good = [["0.2", "0.5"], ["20 %", "50%"], ["20", "50"], ["0,21", "0.52"]]
    assert outcomes(task, good, live) == ["right"] * 4
    assert outcomes(task, [["0.5", "0.2"], ["0.2"], "x", ["0.2", "x"]], live) == ["wrong", "again", "again", "again"]
    other = LiveState(network=NetworkView(perturbation={"noise": 0.3}), changes=seen)
    verdict = check(step(task), ["0.2", "0.5"], other)
    assert verdict.asked_again
    assert str(verdict.sayings[0]) == "Set noise to 0.1 first"
    assert check(step(task), ["0.2", "0.5"], LiveState(network=live.network)).asked_again
    correlation = MeasureTask(("conv1",), "correlation", answers=(0.9,))
    assert outcomes(correlation, ["0.9", "0.2"]) == ["right", "wrong"]
    assert outcomes(correlation, ["0.9"], live) == ["right"]
    assert str(PreparedStep(step(correlation)).right()[0]) == "The answer is 0.9"


def test_figures_and_texts():
    assert outcomes(FigureTask(2), [0, 1, 2, None]) == ["again", "again", "right", "again"]
    assert outcomes(TextTask(3), ["a b", "a b c", "", None]) == ["again", "noted", "again", "again"]
    assert check(Step(Text("read me")), None).outcome == "noted"


def reach(*conditions):
    return step(ReachTask(conditions))


def test_reach_tells_all_that_is_missing():
    task = reach(
        Condition("size", equal=(8, 8), says=Text("not 8x8")),
        Condition("kernel", all_zero=False),
        Condition("stride", equal=2),
    )
    experiment = Experiment(make_sample("digit"), (Convolution([[np.zeros((3, 3))]]),))
    verdict = check(task, None, LiveState(experiment))
    assert verdict.outcome == "wrong"
    assert verdict.sayings[0] == Text("not 8x8")
    assert [str(one) for one in verdict.sayings[1:]] == [
        "Not yet: not every value should be 0",
        "Not yet: it is 1×1, it should be 2",
    ]
    good = Experiment(np.ones((1, 16, 16)), (Convolution([[np.eye(3)]], stride=2, padding=1),))
    assert check(task, None, LiveState(good)).correct


BANK = Convolution(np.arange(36.0).reshape(2, 2, 3, 3), [0.5, -1.0], (1, 2), (1, 1, 2, 2), dilation=1, flip=True)
EXPERIMENT = Experiment(np.ones((2, 6, 6)), (BANK, Activation("tanh"), Pooling("average", 2, padding=1), Flatten()))
VIEW = NetworkView("vgg16", "random", "maps", "features.0", 5, "star.png", {"noise": 0.25, "shift": 3})
HOLD = [
    (Condition("size", equal=(6, 4)), Condition("size", equal=(4, 6))),
    (Condition("shape", equal=(2, 6, 4)), Condition("shape", equal=(1, 6, 4))),
    (Condition("shape", stage=3, equal=(24,)), Condition("shape", stage=-1, equal=(25,))),
    (Condition("stride", equal=(1, 2)), Condition("stride", equal=1)),
    (Condition("dilation", equal=1), Condition("dilation", equal=2)),
    (Condition("padding", equal=(1, 2)), Condition("padding", equal=1)),
    (Condition("padding", equal=(1, 1, 2, 2)), Condition("padding", stage=2, equal=2)),
    (Condition("kernel_size", equal=3), Condition("kernel_size", stage=2, equal=3)),
    (Condition("kernel_size", stage=2, equal=(2, 2)), Condition("kernel_size", stage=1, equal=1)),
    (Condition("bias", channel=1, equal=-1), Condition("bias", equal=0)),
    (Condition("filters", equal=2), Condition("filters", at_least=3)),
    (Condition("groups", equal=1), Condition("groups", stage=1, equal=1)),
    (Condition("flip", equal=True), Condition("flip", equal=False)),
    (Condition("activation", stage=1, equal="tanh"), Condition("activation", stage=1, equal="relu")),
    (Condition("pooling", stage=2, equal="average"), Condition("pooling", stage=2, one_of=("max",))),
    (Condition("stages", equal=("convolution", "activation", "pooling", "flatten")),
     Condition("stages", equal=("flatten",))),
    (Condition("kernel", channel=1, plane=1, equal=((27, 28, 29), (30, 31, 32), (33, 34, 35))),
     Condition("kernel", channel=5, equal="plus")),
    (Condition("kernel", all_zero=False), Condition("kernel", all_zero=True)),
    (Condition("output", all_zero=False), Condition("output", stage=3, all_zero=True)),
    (Condition("image", equal=((1,) * 6,) * 6), Condition("image", equal="digit")),
    (Condition("maximum", stage=1, at_most=1), Condition("minimum", stage=1, at_least=2)),
    (Condition("zeros", at_most=0.5), Condition("mean", equal=0)),
    (Condition("value", stage=1, row=2, column=1, equal=1), Condition("value", row=20, equal=1)),
    (Condition("network", equal="vgg16"), Condition("network", equal="alexnet")),
    (Condition("page", one_of=("maps", "answer")), Condition("page", equal="why")),
    (Condition("layer", equal="features.0"), Condition("layer", equal="features.2")),
    (Condition("unit", equal=5), Condition("unit", at_most=4)),
    (Condition("picture", equal="star.png"), Condition("picture", equal="star")),
    (Condition("noise", at_least=0.25), Condition("noise", at_most=0.2)),
    (Condition("blur", equal=0), Condition("blur", at_least=1)),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad"), HOLD, ids=[f"{n}-{good.what}" for n, (good, _bad) in enumerate(HOLD)])
def test_conditions(good, bad):
    image = good.what == "image"
    state = LiveState(Experiment(np.ones((1, 6, 6)), ()) if image else EXPERIMENT, network=VIEW)
    assert holds(good, state)
    assert not holds(bad, state)
    assert str(missing(bad, state)).startswith("Not yet")
    assert not holds(good, LiveState())
    assert isinstance(missing(good, LiveState()), Saying)


def test_named_kernels_and_pictures():
    state = LiveState(Experiment(make_sample("patch"), (Convolution([[[[0, 1, 0], [1, 1, 1], [0, 1, 0]]]]),)))
    assert holds(Condition("kernel", equal="plus"), state)
    assert not holds(Condition("kernel", equal="identity"), state)
    assert holds(Condition("image", equal="patch"), state)
    assert not holds(Condition("image", equal="digit"), state)


def test_freedom_of_a_step():
    assert Step(Text("?")).allows("kernel")
    assert not Step(Text("?"), locked=("kernel",)).allows("kernel")
    assert Step(Text("?"), locked=("kernel",)).allows("bias")
    assert not Step(Text("?"), free=("bias",)).allows("kernel")
    assert Step(Text("?"), free=("bias",)).allows("bias")
    hidden = ConvolutionSetup("digit", stages=(ConvolutionSpec(("plus",)),), hide=(0,))
    assert not Step(Text("?"), setup=hidden).allows("stages")
    assert Step(Text("?"), setup=hidden, free=("stages",)).allows("stages")
    assert Step(Text("?"), setup=SETUP).allows("stages")
