"""The network in training and the plain one that is kept compute the same."""

from __future__ import annotations

import torch
from torch import nn

from cnnexplorer.pretraining.model import ResponseNorm, plain_state, recalibrate, training_model
from cnnexplorer.pretraining.shipping import plain_model


def test_response_normalisation_is_torchs_with_its_gradient():
    maps = (30 * torch.randn(2, 96, 5, 6, generator=torch.Generator().manual_seed(0))).double()
    ours, theirs = maps.clone().requires_grad_(), maps.clone().requires_grad_()
    own = ResponseNorm(96)(ours)
    expected = nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0)(theirs)
    torch.testing.assert_close(own, expected)
    weight = torch.randn(own.shape, generator=torch.Generator().manual_seed(1)).double()
    (own * weight).sum().backward()
    (expected * weight).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad, atol=1e-6, rtol=1e-5)


def test_the_same_seed_gives_the_same_weights_and_the_first_layer_is_what_was_given(filters):
    model, again, other = (training_model(filters, 32, seed) for seed in (1, 1, 2))
    assert torch.equal(model.get_parameter("conv1.weight"), filters)
    for name, value in model.state_dict().items():
        assert torch.equal(value, again.state_dict()[name])
    assert not torch.equal(model.get_parameter("conv3.weight"), other.get_parameter("conv3.weight"))


def test_batch_normalisation_becomes_part_of_the_weights(filters):
    generator = torch.Generator().manual_seed(0)
    model = training_model(filters, 32, 0)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.startswith("batch_"):
                parameter.uniform_(0.5, 1.5, generator=generator)
    images = torch.randn(4, 3, 96, 96, generator=generator)
    recalibrate(model, [images, images + 0.1])
    assert not model.training
    state = plain_state(model)
    assert not [key for key in state if "batch" in key or "band" in key]
    with torch.no_grad():
        expected, found = model(images), plain_model(state)(images)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)


def test_recalibration_takes_the_mean_over_all_batches(filters):
    model = training_model(filters, 32, 0)
    batches = [torch.randn(2, 3, 63, 63, generator=torch.Generator().manual_seed(seed)) for seed in range(3)]
    recalibrate(model, batches)
    once = {name: value.clone() for name, value in model.named_buffers() if name.endswith("running_mean")}
    recalibrate(model, batches)
    for name, value in model.named_buffers():
        if name.endswith("running_mean"):
            torch.testing.assert_close(value, once[name])
