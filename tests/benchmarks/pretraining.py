"""What the weights that come with the program are worth, computed from the shipped file, beside random weights.

Run it with ``python -m tests.benchmarks.pretraining``: it prints the confusion table too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from cnnexplorer.core.objects import CLASSES
from cnnexplorer.nets import load_network
from cnnexplorer.nets.catalog import CATALOG
from cnnexplorer.pretraining.drawing import draw_held_out
from cnnexplorer.pretraining.training import accuracy, normalised
from tests.benchmarks.filter_fits import Fits, fit
from tests.benchmarks.photographs import likeness
from tests.benchmarks.rows import Row

if TYPE_CHECKING:
    from torch import Tensor, nn

CPU = torch.device("cpu")
DEPTHS = ("pool1", "pool2", "relu3", "relu4", "pool5")
RECTIFIED = ("relu1", "relu2", "relu3", "relu4", "relu5")


def modules(seed: int = 0) -> tuple[nn.Module, nn.Module]:
    """Return the network with the shipped weights, and the same with random ones."""
    trained = load_network("alexnet2012", device="cpu").module
    torch.manual_seed(seed)
    untrained = CATALOG["alexnet2012"].module((224, 224), len(CLASSES), pooled=True).eval().requires_grad_(False)
    for layer in untrained.modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):  # He's, as the training begins with
            torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return trained, untrained


def rows() -> list[Row]:
    """Measure, and return a row for each claim."""
    pair = modules()
    found = _accuracy_rows(pair)
    found += _filter_rows(pair)
    found += [_dead_row(pair), _separability_row(pair)]
    return found + _photograph_rows(pair)


def _accuracy_rows(pair: tuple[nn.Module, nn.Module], count: int = 1024) -> list[Row]:
    pictures, labels = draw_held_out(count)
    plain, random = (accuracy(module, pictures, labels, CPU)[0] for module in pair)
    found = [
        Row(
            f"accuracy on {count} drawn pictures that were not trained with, {len(CLASSES)} classes, 224 x 224",
            f"{plain:.1%}, random weights {random:.1%}",
            "at least 90 % at 30 or more classes",
            plain >= 0.9 and len(CLASSES) >= 30,
        )
    ]
    for what, changed in _disturbed(pictures[: count // 2]):
        ours, theirs = (accuracy(module, changed, labels[: count // 2], CPU)[0] for module in pair)
        found.append(Row(f"accuracy {what}", f"{ours:.1%}, random weights {theirs:.1%}", "none set", True))
    return found


def _disturbed(pictures: Tensor) -> list[tuple[str, Tensor]]:
    """Return pictures (N, 3, H, W) uint8 with noise of two strengths, and with a part of each hidden."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(pictures.shape, generator=generator)
    found = [
        (f"with Gaussian noise of {amount:g} (white is 1)", (pictures + 255 * amount * noise).clamp(0, 255).byte())
        for amount in (0.1, 0.2)
    ]
    side = pictures.shape[2]
    for share in (0.1, 0.25):
        size = round(side * share**0.5)
        corners = torch.randint(side - size + 1, (len(pictures), 2), generator=generator).tolist()
        hidden = pictures.clone()
        for picture, (top, left) in zip(hidden, corners, strict=True):
            picture[:, top : top + size, left : left + size] = 128
        found.append((f"with {share:.0%} of the picture hidden by a grey square", hidden))
    return found


def confusion(module: nn.Module, count: int = 1024) -> Tensor:
    """Return how often each class (row) was called each (column)."""
    pictures, labels = draw_held_out(count)
    _, answers = accuracy(module, pictures, labels, CPU)
    return torch.bincount(labels * len(CLASSES) + answers, minlength=len(CLASSES) ** 2).reshape(len(CLASSES), -1)


def _filter_rows(pair: tuple[nn.Module, nn.Module]) -> list[Row]:
    ours, theirs = (fit(module.get_parameter("conv1.weight").detach()) for module in pair)
    bins, frequencies = _spread(ours)
    filled = sum(count > 0 for count in bins)
    autocorrelation = [_neighbours(module.get_parameter("conv1.weight").detach()) for module in pair]
    return [
        Row(
            "of 96 filters, described by a Gabor function or a centre-surround blob with R² > 0.7",
            f"{_good(ours)} (Gabor {int((ours.gabor > 0.7).sum())}, blob {int((ours.blob > 0.7).sum())}; median R² "
            f"{float(ours.best.median()):.2f}), random weights {_good(theirs)} ({float(theirs.best.median()):.2f})",
            "at least 60",
            _good(ours) >= 60,
        ),
        Row(
            "orientation bins of 15° that those of these Gabor functions fill that have half a wave or more",
            f"{filled} of 12, {', '.join(map(str, bins))}: {sum(bins)} filters",
            "at least 8",
            filled >= 8,
        ),
        Row(
            "their frequencies, waves a pixel",
            "slowest, quartiles and fastest " + ", ".join(f"{value:.3f}" for value in frequencies),
            "none set",
            True,
        ),
        Row(
            "likeness of neighbouring weights in a filter (lag-1 autocorrelation)",
            f"{autocorrelation[0]:.2f}, random weights {autocorrelation[1]:.2f}",
            "none set",
            True,
        ),
    ]


def _good(fits: Fits) -> int:
    return int((fits.best > 0.7).sum())


def _spread(fits: Fits) -> tuple[list[int], list[float]]:
    """Return how many well-fitted filters each of 12 bins of orientation has, and their frequencies' quartiles.

    Of those that have half a wave or more in their 11 pixels: of slower ones the angle says little.
    """
    good = (fits.gabor > 0.7) & (fits.frequency >= 1 / 22)
    bins = (fits.orientation[good] // 15).long().clamp(0, 11).bincount(minlength=12).tolist()
    return bins, fits.frequency[good].quantile(torch.linspace(0, 1, 5)).tolist()


def _neighbours(filters: Tensor) -> float:
    flat = filters - filters.mean(dim=(2, 3), keepdim=True)
    products = (flat[..., 1:] * flat[..., :-1]).mean() + (flat[..., 1:, :] * flat[..., :-1, :]).mean()
    return float(products / (2 * flat.square().mean()))


def _maps(module: nn.Module, images: Tensor, names: tuple[str, ...]) -> dict[str, Tensor]:
    """Return the outputs of some layers for images (N, 3, H, W)."""
    found: dict[str, Tensor] = {}
    with torch.no_grad():
        for name, layer in module.named_children():
            images = layer(images)
            if name in names:
                found[name] = images.clone()
    return found


def _dead_row(pair: tuple[nn.Module, nn.Module], count: int = 256) -> Row:
    pictures, _ = draw_held_out(count, first=50_000)
    shares = []
    for module in pair:
        alive = {name: torch.zeros(1, dtype=torch.bool) for name in RECTIFIED}
        for part in torch.split(pictures, 32):
            maps = _maps(module, normalised(part.float() / 255), RECTIFIED)
            alive = {name: alive[name] | (maps[name] > 0).any(dim=3).any(dim=2).any(dim=0) for name in RECTIFIED}
        shares.append([1 - float(alive[name].float().mean()) for name in RECTIFIED])
    return Row(
        f"dead filters, whose map is never above 0 in {count} pictures, conv1 to conv5",
        f"{', '.join(f'{share:.1%}' for share in shares[0])}, random weights "
        f"{', '.join(f'{share:.1%}' for share in shares[1])}",
        "under 5 %",
        max(shares[0]) < 0.05,
    )


def _separability_row(pair: tuple[nn.Module, nn.Module], trained: int = 1536, tested: int = 768) -> Row:
    """How well the means of a layer's maps tell the classes apart, linearly."""
    pictures, labels = draw_held_out(trained + tested, first=200_000)
    curves = []
    for module in pair:
        means: dict[str, list[Tensor]] = {name: [] for name in DEPTHS}
        for part in torch.split(pictures, 32):
            for name, maps in _maps(module, normalised(part.float() / 255), DEPTHS).items():
                means[name].append(maps.mean(dim=(2, 3)))
        curves.append([_linear(torch.cat(means[name]).double(), labels, trained) for name in DEPTHS])
    ours, theirs = (", ".join(f"{value:.1%}" for value in curve) for curve in curves)
    return Row(
        f"a linear classifier on the maps' means after {', '.join(DEPTHS)}",
        f"{ours}, random weights {theirs}",
        "rises with depth",
        all(later > earlier for earlier, later in zip(curves[0], curves[0][1:], strict=False)),
    )


def _linear(features: Tensor, labels: Tensor, trained: int) -> float:
    """Return the accuracy of ridge regression on one number a class, the best of some strengths."""
    features = (features - features[:trained].mean(dim=0)) / (features[:trained].std(dim=0) + 1e-9)
    features = torch.cat([features, torch.ones(len(features), 1, dtype=features.dtype)], dim=1)
    targets = torch.nn.functional.one_hot(labels, len(CLASSES)).double() - 1 / len(CLASSES)
    known, asked = features[:trained], features[trained:]
    found = []
    for strength in (1.0, 10.0, 100.0):
        gram = known.T @ known + strength * torch.eye(features.shape[1], dtype=features.dtype)
        answers = (asked @ torch.linalg.solve(gram, known.T @ targets[:trained])).argmax(dim=1)
        found.append(float((answers == labels[trained:]).double().mean()))
    return max(found)


def _photograph_rows(pair: tuple[nn.Module, nn.Module]) -> list[Row]:
    found = []
    first = [module.get_parameter("conv1.weight").detach() for module in pair]
    first[1] = first[1] - first[1].mean(dim=(2, 3), keepdim=True)  # else they answer to brightness alone
    ours, theirs = (likeness(filters) for filters in first)
    if ours is None or theirs is None:
        return [Row("real photographs", "not measured: scikit-learn is not installed", "none set", True)]
    for what, own, random in zip(("Sobel's derivative", "the Gabor function"), ours, theirs, strict=True):
        found.append(
            Row(
                f"photographs: correlation of a grey filter's map with {what} of its angle, and across it",
                f"{own[0]:.2f} and {own[1]:.2f}, random weights without their mean {random[0]:.2f} and {random[1]:.2f}",
                "the first at least 0.5, and further above the second than random weights",
                own[0] >= 0.5 and own[0] - own[1] > random[0] - random[1],
            )
        )
    return found


def main() -> None:
    for row in rows():
        print("ok  " if row.reached else "LOW ", row.what, "|", row.measured, "|", row.to_reach, flush=True)
    table = confusion(modules()[0])
    print("\nrows: what was drawn; columns, in the same order: what it was called")
    for name, line in zip(CLASSES, table.tolist(), strict=True):
        print(f"{name:>14} " + " ".join(f"{value:2d}" if value else " ." for value in line))


if __name__ == "__main__":
    main()
