"""A network with its weights: one forward pass that keeps every layer's output, and filters that can be changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import nn

from cnnexplorer.core.messages import SettingError, UserError

from .architecture import LayerInfo, trace
from .catalog import CATALOG
from .device import DeviceError, choose_device, failure_notice, is_device_failure, is_out_of_memory
from .filters import FilterEditing
from .preprocessing import Preprocessing, as_picture
from .tracing import Recorder, Replay

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .catalog import Entry, Size
    from .tracing import Call

ENLARGED = 256 / 224  # how much larger than the input ImageNet's pictures are made before their middle is cut out
_MOST_BYTES = 8 * 2**30
_MOST_REPLAYS = 8
Value = TypeVar("Value")
Watch = tuple[str, Callable[["Activations"], None]]


@dataclass(frozen=True)
class Guess:
    """A class and how probable the network thinks it; `category` is None where the weights name no classes."""

    index: int
    category: str | None
    probability: float


class Activations(Mapping[str, torch.Tensor]):
    """Every layer's output of one forward pass, by the layer's name, in order of execution.

    Attributes
    ----------
    input
        What the network saw: (3, H, W), on the device.
    layers
        The architecture at that input size.
    weights
        Weight and bias that a convolution or fully connected layer used; not touched by later editing.
    """

    def __init__(self, layers: tuple[LayerInfo, ...], image: torch.Tensor, calls: Sequence[Call]) -> None:
        self.layers = layers
        self.input = image
        pairs = list(zip(layers, calls, strict=True))
        self._outputs = {layer.name: call.output[0] for layer, call in pairs}
        self._by_name = {layer.name: layer for layer in layers}
        self.weights = {layer.name: (call.weight, call.bias) for layer, call in pairs if call.weight is not None}

    def __getitem__(self, name: str) -> torch.Tensor:
        return self._outputs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs)

    def __len__(self) -> int:
        return len(self._outputs)

    @property
    def device(self) -> torch.device:
        """Where the tensors are."""
        return self.input.device

    @property
    def probabilities(self) -> torch.Tensor:
        """The softmax of the last layer, float32: (N,)."""
        return torch.softmax(self._outputs[self.layers[-1].name].float(), dim=0)

    def layer(self, name: str) -> LayerInfo:
        """Return what is known of a layer."""
        return self._by_name[name]

    def sources(self, name: str) -> tuple[torch.Tensor, ...]:
        """Return what a layer read: the image, or other layers' outputs."""
        return tuple(self._outputs[source] for source in self._by_name[name].inputs) or (self.input,)


class Network(FilterEditing):
    """A network of the catalogue with its weights, ready to look at images. Made by `load_network`.

    `enlarged` is how much larger than the input a picture is made before its middle is cut out.

    Threads that ask for activations wait for each other; filters may be changed from another meanwhile, and a forward
    pass that is under way then uses the old or the new weights of a layer, never a mixture.

    Attributes
    ----------
    module
        The torch module, in eval mode.
    device
        Where it computes now.
    categories
        The names of its classes; empty where the weights name none.
    loaded, missing
        Names of the layers whose weights came from the file, and of those that the file lacks (they are random).
    notices
        Sentences for the user about what went otherwise than asked for.
    preprocessing
        What is done to an image first; may be replaced.
    autocast
        Whether GPUs may compute in float16 where torch holds that safe; float32 otherwise.
    pooled
        Whether it has the small head of the weights that come with the program, see `Entry.build_pooled`.
    """

    def __init__(
        self,
        id: str,  # the catalogue's word
        state: dict[str, torch.Tensor],
        *,
        device: str | torch.device = "auto",
        classes: int = 1000,
        categories: tuple[str, ...] = (),
        loaded: tuple[str, ...] = (),
        missing: tuple[str, ...] = (),
        input_size: Size | None = None,
        autocast: bool = False,
        pooled: bool = False,
        enlarged: float = ENLARGED,
    ) -> None:
        super().__init__(state)
        self.entry: Entry = CATALOG[id]
        self.classes, self.categories = classes, categories
        self.loaded, self.missing = loaded, missing
        self.notices: list[UserError] = []
        self.autocast, self.pooled = autocast, pooled
        self.input_size = input_size or self.entry.input_size
        self.preprocessing = Preprocessing(
            round(min(self.input_size) * enlarged), self.input_size, self.entry.mean, self.entry.deviation
        )
        self._enlarged = enlarged
        self._lost: set[str] = set()
        self._lock = threading.RLock()
        self.device = torch.device("cpu")
        self.module = self._placed(self.device)
        self.move_to(device)

    @property
    def id(self) -> str:
        """The network's name in the catalogue."""
        return self.entry.id

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The architecture at the network's own input size."""
        return trace(self.id, self.input_size, self.classes, self.pooled)

    def move_to(self, device: str | torch.device) -> None:
        """Compute elsewhere from now on; where that cannot be, on the CPU, with a notice."""
        chosen, notice = choose_device(device)
        if chosen.type in self._lost:
            chosen, notice = torch.device("cpu"), failure_notice(RuntimeError("lost"), chosen)
        if notice is not None:
            self.notices.append(notice)
        if chosen == self.device:
            return
        try:
            self.module = self._placed(chosen)
            self.device = chosen
        except Exception as error:
            if not is_device_failure(error):
                raise
            self._go_on_with_cpu(error, chosen)

    def activations(
        self,
        image: torch.Tensor | NDArray[Any],
        preprocess: bool | Preprocessing = True,
        watch: Watch | None = None,
    ) -> Activations:
        """Return every layer's output for one image, from one forward pass.

        Parameters
        ----------
        image
            (3, H, W), or (1, H, W) in grey, with values from 0 to 1.
        preprocess
            True for the network's own preprocessing, another one, or False: then the image is used as it is.
        watch
            A layer's name, and what is called with the activations up to it as soon as they are there, before the
            rest is computed. Not called for the first image of a size, nor on a GPU, which would have to be waited for.

        Raises
        ------
        SettingError
            A `ValueError`: the image has a wrong shape, or is too small.
        DeviceError
            Not enough memory even on the CPU.
        """
        picture = as_picture(image)
        chosen = self.preprocessing if preprocess is True else preprocess or None
        return self.guarded(lambda: self._forward(picture, chosen, watch))

    def guarded(self, work: Callable[[], Value]) -> Value:
        """Return what some work with this network gives; where its device fails, the work is done on the CPU.

        Raises
        ------
        DeviceError
            Not enough memory even on the CPU.
        """
        with self._lock:
            if self.device.type != "cpu":
                try:
                    return work()
                except Exception as error:
                    if not is_device_failure(error):
                        raise
                    self._go_on_with_cpu(error, self.device)
            try:
                return work()
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                raise DeviceError("there is not enough memory for this image: use a smaller one") from error

    def give_up(self, error: BaseException) -> bool:
        """Go on with the CPU if an error, raised by work on this network's tensors, is the device's; tell whether."""
        with self._lock:
            if self.device.type == "cpu" or not is_device_failure(error):
                return False
            self._go_on_with_cpu(error, self.device)
            return True

    def picture(self, image: torch.Tensor | NDArray[Any], preprocess: bool = True) -> torch.Tensor:
        """Return the part of an image that the network sees, not yet normalised: (3, height, width), on its device."""
        picture = as_picture(image)
        if preprocess and self.device.type == "mps":  # lacks the smooth resizing
            return self.preprocessing.geometry.apply(picture).to(self.device)
        picture = picture.to(self.device)
        return self.preprocessing.geometry.apply(picture) if preprocess else picture

    def top_k(self, probabilities: torch.Tensor, k: int = 5) -> tuple[Guess, ...]:
        """Return the k most probable classes, the first the most probable."""
        values, indices = probabilities.detach().float().cpu().topk(min(k, probabilities.numel()))
        return tuple(
            Guess(index, self.categories[index] if self.categories else None, value)
            for value, index in zip(values.tolist(), indices.tolist(), strict=True)
        )

    def _forward(
        self, picture: torch.Tensor, preprocessing: Preprocessing | None, watch: Watch | None = None
    ) -> Activations:
        # the GPUs of Apple lack the smooth resizing
        picture = picture if self.device.type == "mps" and preprocessing else picture.to(self.device)
        picture = (preprocessing.apply(picture) if preprocessing else picture).to(self.device)
        layers = self._checked_layers(picture.shape[1], picture.shape[2])
        # Recording inside autocast: the functions seen are the layers' own.
        half = self.autocast and self.device.type in ("cuda", "mps")
        mixed = torch.autocast(self.device.type, dtype=torch.float16) if half else nullcontext()
        on_call = None
        if watch is not None and self.device.type == "cpu":
            name, tell = watch

            def on_call(calls: list[Call]) -> None:
                if layers[len(calls) - 1].name == name:
                    tell(Activations(layers[: len(calls)], picture, calls))

        with torch.no_grad(), mixed:
            calls = self._calls(picture[None], on_call)
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)  # a lost GPU tells here, not in a later call
        return Activations(layers, picture, calls)

    def _calls(self, image: torch.Tensor, on_call: Callable[[list[Call]], None] | None = None) -> list[Call]:
        """Return what each layer reads and gives: watched for the first picture of a size, then replayed."""
        size = image.shape[2], image.shape[3]
        replay = self._replays.get(size)
        if replay is not None:
            return replay.run(image, on_call)
        with Recorder() as recorder:
            self.module(image)
        calls: list[Call] = recorder.calls
        if len(self._replays) >= _MOST_REPLAYS:
            self._replays.clear()
        with suppress(LookupError):  # then every pass is watched
            self._replays[size] = Replay(recorder, self.module, image)
        return calls

    def _checked_layers(self, height: int, width: int) -> tuple[LayerInfo, ...]:
        """Return the architecture at an image's size; refuse what does not fit the weights or the memory."""
        layers = trace(self.id, (height, width), self.classes, self.pooled)
        if (height, width) != self.input_size:
            for own, other in zip(self.layers, layers, strict=True):
                if own.parameters != other.parameters:
                    raise SettingError(
                        "the layer {layer} of {network} fits images of {own_height}×{own_width} only, not "
                        "{height}×{width}",
                        layer=own.name,
                        network=self.entry.title,
                        own_height=self.input_size[0],
                        own_width=self.input_size[1],
                        height=height,
                        width=width,
                    )
        needed = 4 * sum(prod(layer.output_shape) for layer in layers)
        if needed > _MOST_BYTES:
            raise SettingError(
                "the maps of an image of {height}×{width} would need {size:.0f} GB: use a smaller one",
                height=height,
                width=width,
                size=needed / 1e9,
            )
        return layers

    def _placed(self, device: torch.device) -> nn.Module:
        """Return the module with its present weights on a device; on the CPU they are not copied."""
        with torch.device("meta"):
            module = self.entry.module(self.input_size, self.classes, self.pooled).eval()
        self._replays: dict[Size, Replay] = {}
        module.load_state_dict({key: value.to(device) for key, value in self.state().items()}, assign=True)
        return module.requires_grad_(False)

    def _go_on_with_cpu(self, error: BaseException, failed: torch.device) -> None:
        self.notices.append(failure_notice(error, failed))
        if not is_out_of_memory(error) and not isinstance(error, NotImplementedError):
            self._lost.add(failed.type)
        self.device = torch.device("cpu")
        self.module = self._placed(self.device)

    def set_crop(self, crop: Size) -> None:
        """Look at pictures of another (height, width) from now on, with the same weights.

        Raises
        ------
        SettingError
            A `ValueError`: too small, too large for the memory, or a fully connected layer fits one size only.
        """
        self._checked_layers(*crop)
        self.preprocessing = self.with_crop(crop)

    def with_crop(self, crop: Size | None) -> Preprocessing:
        """Return the network's preprocessing with another crop, for larger or smaller pictures."""
        resize = None if crop is None else round(min(crop) * self._enlarged)
        return replace(self.preprocessing, resize=resize, crop=crop)
