"""What can be taken away from the Convolution workspace: the board, its cards and maps, the step, the kernel."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cnnexplorer.core import Convolution, format_number
from cnnexplorer.ui.figures.facts import colours_fact, program_fact, range_fact
from cnnexplorer.ui.figures.takeaway import Takeaway
from cnnexplorer.ui.language import _
from cnnexplorer.ui.widgets.matrix_editor import KERNEL_LOOK

from .names import channel_name, padding_settings, shape_text, stage_kind, stage_titles
from .spreads import in_full_colours, whole_arithmetic, whole_board
from .stage_facts import stage_facts, weight_facts

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from cnnexplorer.core import Experiment, Stage, Step

    from .board import Board
    from .card import Card
    from .contents import CardContent
    from .convolution_panel import ConvolutionPanel
    from .predict_veil import Veil
    from .shown import Shown, ViewKey

    Arrays = dict[str, NDArray[np.float64]]
    Fact = tuple[str, str]


def takeaways(board: Board, shown: Shown, panel: ConvolutionPanel) -> list[Takeaway]:
    """Return all that can be taken away, what matters most first.

    Parameters
    ----------
    panel
        The inspector's page of a convolution; what it shows counts where it is seen.
    """
    experiment = shown.result.experiment
    found = [_board(board, shown)]
    if board.strip.enlarged is None:
        found.append(_strip(board, shown))
    for key, card in board.cards.items():
        if not card.isHidden():
            found += _card(experiment, key, card, board.veil)
    if board.step is not None and board.shows_step and board.strip.enlarged is None:
        found += _step(board, experiment, board.step)
    if panel.isVisible() and panel.stage is not None:
        found += _kernels(panel, panel.stage)
    return found


def stage_name(stage: Stage) -> str:
    """Return what a stage is called in names of files.

    >>> from cnnexplorer.core import Activation, Pooling
    >>> stage_name(Activation("leaky_relu")), stage_name(Pooling("max", 2))
    ('leaky_relu', 'max_pooling')
    """
    kind = stage_kind(stage)
    return str(getattr(stage, "name", "")) or (f"{getattr(stage, 'kind', '')}_{kind}" if kind == "pooling" else kind)


def key_name(experiment: Experiment, key: ViewKey) -> str:
    """Return what a view is called in names of files: "input", "stage1_padding", "stage2_relu"."""
    kind, index = key
    if kind == "input":
        return "input"
    stage = experiment.stages[index]
    return f"stage{index + 1}_{'padding' if kind == 'padding' else stage_name(stage)}"


def experiment_facts(experiment: Experiment, veil: Veil | None = None) -> list[Fact]:
    """Return a line for the input and for each stage, with all of its parameters, but for what is asked for."""
    facts = [(_("Input"), shape_text(experiment.image.shape))]
    for index, (title, stage) in enumerate(zip(stage_titles(experiment.stages), experiment.stages, strict=True)):
        details = "; ".join(f"{label} {value}" for label, value in stage_facts(stage, None))
        hidden = veil is not None and veil.hides_size(("stage", index))
        facts.append((f"{index + 1} {title}", details or ("?" if hidden else shape_text(experiment.shapes[index]))))
    return facts


def shown_facts(board: Board, shown: Shown) -> list[Fact]:
    """Return the same with the values and the colours of each, as its card shows them."""
    experiment = shown.result.experiment
    keys: list[ViewKey] = [("input", -1), *(("stage", index) for index in range(len(experiment.stages)))]
    found = []
    for key, (label, details) in zip(keys, experiment_facts(experiment, board.veil), strict=True):
        card = board.cards[key]
        hidden = board.veil is not None and board.veil.hides_values(key)
        more = () if hidden or card.content is None else _values_facts(card, card.content)
        found.append((label, "; ".join([details, *(f"{name} {text}" for name, text in more)])))
    return found


def _values_facts(card: Card, content: CardContent) -> list[Fact]:
    """Return the values of what a card shows, and the colours that stand for them."""
    ranges = content.source.ranges if card.channel is None else [content.source.ranges[card.channel]]
    facts = [range_fact(min(low for low, _high in ranges), max(high for _low, high in ranges))]
    return facts if card.channel is None else [*facts, colours_fact(content.look, card.limits)]


def _board(board: Board, shown: Shown) -> Takeaway:
    experiment = shown.result.experiment
    facts = shown_facts(board, shown)
    if board.step is not None:
        facts.append(_step_fact(experiment, board.step, board.veil))
    arrays = _all_arrays(shown) if board.veil is None else None
    return Takeaway(
        board, "experiment", _("Stages, step and arithmetic"), (*facts, program_fact()), arrays,
        words=_words("experiment"), spread=partial(whole_board, board), numbers=_("Input and all stages"),
    )  # fmt: skip


def _strip(board: Board, shown: Shown) -> Takeaway:
    facts = (*shown_facts(board, shown), program_fact())
    arrays = _all_arrays(shown) if board.veil is None else None
    return Takeaway(
        board.strip.row, "stages", _("All stages"), facts, arrays, words=_words("stages"),
        numbers=_("Input and all stages"),
    )  # fmt: skip


def _all_arrays(shown: Shown) -> Callable[[], Arrays]:
    experiment, outputs = shown.result.experiment, shown.result.outputs

    def arrays() -> Arrays:
        named = {"input": experiment.image}
        for index, output in enumerate(outputs):
            named[key_name(experiment, ("stage", index))] = output
        return named

    return arrays


def _card(experiment: Experiment, key: ViewKey, card: Card, veil: Veil | None) -> list[Takeaway]:
    """Return a card, and its map alone; without the data and what tells of them where these are asked for."""
    content, channel = card.content, card.channel
    if content is None:
        return []
    maps, plane = content.source.values, card.shown
    name, title = key_name(experiment, key), content.title
    facts: list[Fact] = [(_("Stage"), f"{key[1] + 1} {title}" if key[0] != "input" else title)]
    hidden = veil is not None and veil.hides_values(key)
    facts.append((_("Shape"), "?" if veil is not None and veil.hides_size(key) else content.shape))
    stage = experiment.stages[key[1]] if key[0] != "input" else None
    if key[0] == "padding":
        assert isinstance(stage, Convolution)
        facts.append((_("Padding"), padding_settings(stage)))
    elif stage is not None:
        facts += stage_facts(stage, channel)
    single = name
    if len(maps) > 1 and channel is not None:
        facts.append((_("Channel"), channel_name(channel, len(maps))))
        single = f"{name}_channel{channel:0{len(str(len(maps) - 1))}}"
    if not hidden:
        facts += _values_facts(card, content)
    caption = (*facts, program_fact())
    words = _words("card", name, "" if channel is None else str(channel))
    spread = partial(in_full_colours, card.view)
    whole = _("{title}: all channels").format(title=title)
    one = whole if channel is None else _("{title}: channel {channel}").format(title=title, channel=channel)
    return [
        Takeaway(
            card, single, title, caption, None if hidden else lambda: {name: maps}, words, spread=spread, numbers=whole,
        ),
        Takeaway(
            card.view, f"{single}_map", _("{title}: the map alone").format(title=title), caption,
            None if hidden else lambda: {single: plane}, {**words, "view": "map"}, spread=spread, numbers=one,
        ),
    ]  # fmt: skip


def _step_fact(experiment: Experiment, step: Step, veil: Veil | None) -> Fact:
    title = stage_titles(experiment.stages)[step.stage_index]
    channel, row, column = step.output
    text = _("{stage}: channel {channel}, row {row}, column {column}; value {value}")
    return _("Present step"), text.format(
        stage=f"{step.stage_index + 1} {title}", channel=channel, row=row, column=column,
        value="?" if veil is not None and veil.products is not None else format_number(step.value, 6),
    )  # fmt: skip


def _step(board: Board, experiment: Experiment, step: Step) -> list[Takeaway]:
    """Return the step's grids and its arithmetic."""
    stage, channel = step.stage, step.output[0]
    facts = (_step_fact(experiment, step, board.veil), *stage_facts(stage, channel), program_fact())
    name = f"{key_name(experiment, ('stage', step.stage_index))}_step{step.index + 1}"  # as the transport counts
    asked = board.veil is not None and board.veil.products is not None
    words = _words("step", key_name(experiment, ("stage", step.stage_index)), str(channel))

    def arrays() -> Arrays:
        named = {"inputs": step.inputs}
        if step.weights is not None:
            named["kernel"] = step.weights
        if step.products is not None and not asked:
            named["products"] = step.products
        return named

    return [
        Takeaway(
            board.step_view, f"{name}_grids", _("Step: the grids"), facts, arrays, words=words,
            numbers=_("Step: its numbers"),
        ),
        Takeaway(
            board.arithmetic, f"{name}_arithmetic", _("Step: the arithmetic"), facts, arrays,
            words={**words, "view": "arithmetic"}, spread=partial(whole_arithmetic, board.arithmetic),
            numbers=_("Step: its numbers"),
        ),
    ]  # fmt: skip


def _kernels(panel: ConvolutionPanel, stage: Convolution) -> list[Takeaway]:
    """Return the kernel that is edited, and the bank of filters."""
    index, plane = panel.filter_index, panel.plane or 0
    kernel, weight = stage.weight[index, plane], stage.weight
    limits = KERNEL_LOOK.range_for(kernel, kernel)
    facts = [*stage_facts(stage, None), (_("Filter"), str(index))]
    if weight.shape[1] > 1:
        facts.append((_("Plane"), channel_name(plane, weight.shape[1])))
    one = f"kernel{index}" if weight.shape[1] == 1 else f"kernel{index}_plane{plane}"
    facts += [fact for fact in weight_facts(kernel[None]) if stage.out_channels > 1 or weight.shape[1] > 1]
    caption = (*facts, colours_fact(KERNEL_LOOK, limits), program_fact())

    def arrays() -> Arrays:
        return {"weight": weight} if stage.bias is None else {"weight": weight, "bias": stage.bias}

    return [
        Takeaway(
            panel.matrix, one, _("Kernel"), caption, lambda: {one: kernel}, _words("kernel", channel=str(index)),
        ),
        Takeaway(
            panel.bank, "filters", _("Filters"), (*stage_facts(stage, None), program_fact()), arrays,
            words=_words("filters"),
        ),
    ]  # fmt: skip


def _words(view: str, layer: str = "", channel: str = "") -> dict[str, str]:
    return {"workspace": "convolution", "view": view, "layer": layer, "channel": channel}
