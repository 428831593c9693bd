"""The stream of pictures: the same whoever draws it, and changed on the device without losing what it shows."""

from __future__ import annotations

import pytest
import torch

from cnnexplorer.core.objects import CLASSES
from cnnexplorer.core.pictures import draw_labelled
from cnnexplorer.pretraining.augment import MARGIN, augmented, damaged
from cnnexplorer.pretraining.drawing import Drawer, draw, draw_held_out
from cnnexplorer.pretraining.orders import Order

CPU = torch.device("cpu")


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def test_an_order_decides_its_pictures():
    order = Order(seed=3, chunk=1, pictures=12, size=48)
    pictures, labels = draw(order)
    again, same = draw(order)
    assert torch.equal(pictures, again)
    assert torch.equal(labels, same)
    assert pictures.shape == (12, 3, 48, 48)
    assert pictures.dtype == torch.uint8
    assert 0 <= labels.min() <= labels.max() < len(CLASSES)
    for other in (order._replace(chunk=2), order._replace(seed=4)):
        assert not torch.equal(draw(other)[0], pictures)


def test_processes_draw_the_same_as_this_one_in_the_order_asked_for():
    orders = [Order(0, chunk, 6, 40) for chunk in range(3)]
    with Drawer(workers=2) as drawer:
        for order in orders:
            drawer.ask(order)
        drawn = [drawer.take() for _ in orders]
    for order, (pictures, labels) in zip(orders, drawn, strict=True):
        expected, known = draw(order)
        assert torch.equal(pictures, expected)
        assert torch.equal(labels, known)


def test_held_out_pictures_are_the_public_ones_and_have_as_many_of_each_class():
    pictures, labels = draw_held_out(2 * len(CLASSES), 40)
    assert labels.bincount().tolist() == [2] * len(CLASSES)
    image, label = draw_labelled(10**9 + 5, 40, 5)
    assert label == labels[5] == 5
    torch.testing.assert_close(pictures[5] / 255, torch.from_numpy(image).float(), atol=1e-6, rtol=0)
    later, _ = draw_held_out(3, 40, first=4)
    assert not torch.equal(later[0], pictures[0])


def test_augmented_pictures_are_moved_mirrored_and_coloured_anew():
    pictures = torch.randint(0, 256, (40, 3, 20 + MARGIN, 20 + MARGIN), generator=seeded(0), dtype=torch.uint8)
    pictures[:] = pictures[:1]
    images = augmented(pictures, seeded(1), CPU)
    assert images.shape == (40, 3, 20, 20)
    assert images.dtype == torch.float32
    assert 0 <= images.min() <= images.max() <= 1
    assert torch.equal(images, augmented(pictures, seeded(1), CPU))
    assert not torch.equal(images, augmented(pictures, seeded(2), CPU))
    assert len({tuple(image.flatten()[:50].tolist()) for image in images}) == 40
    # light and colours apart, each is the picture or its mirror image
    grey = pictures.float().mean(dim=1)
    own = images.mean(dim=1)
    matches = 0
    for top in range(MARGIN + 1):
        for left in range(MARGIN + 1):
            part = grey[0, top : top + 20, left : left + 20]
            for view in (part, part.flip(1)):
                matches += sum(
                    float(torch.corrcoef(torch.stack([view.flatten(), o.flatten()]))[0, 1]) > 0.95 for o in own
                )
    assert matches >= 35


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_damage_is_repeatable_and_none_at_strength_0(strength):
    images = torch.rand(16, 3, 24, 24, generator=seeded(0))
    found = damaged(images, seeded(1), strength)
    assert torch.equal(found, damaged(images, seeded(1), strength))
    assert 0 <= found.min() <= found.max() <= 1
    changed = (found - images).abs().amax(dim=(1, 2, 3)) > 1e-6
    assert changed.any() == (strength > 0)
    assert not changed.all()  # some are left as they are
