"""A short training: the loss falls, a break changes nothing, and the command writes a file that loads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
import torch
from safetensors import safe_open

from cnnexplorer.core.objects import CLASSES
from cnnexplorer.nets import load_network
from cnnexplorer.pretraining.__main__ import main
from cnnexplorer.pretraining.drawing import Drawer
from cnnexplorer.pretraining.training import Settings, Training, difficulty_at

CPU = torch.device("cpu")
SHORT = Settings(pictures=20 * 8, batch=8, reuse=5, chunk=16, rate=5e-4, size=64)  # 20 steps: 2 chunks of 10


def trained(filters, chunks, settings=SHORT, resume=None):
    with Drawer(workers=0) as drawer:
        training = Training(settings, filters, CPU, drawer)
        if resume is not None:
            training.load(resume)
        losses = []
        for _ in range(chunks):
            training.run_chunk()
            losses += training.progress.losses
    return training, losses


@pytest.fixture(scope="module")
def whole(filters):
    """A training without a break."""
    return trained(filters, chunks=2)


def test_twenty_steps_lower_the_loss(filters):
    training, losses = trained(filters, chunks=1, settings=replace(SHORT, reuse=10))
    assert len(losses) == training.progress.steps == 20
    assert training.progress.shown == 160
    assert training.share == 1
    assert sum(losses[-4:]) < sum(losses[:4]) - 2
    assert all(torch.isfinite(value).all() for value in training.model.state_dict().values())


def test_a_training_that_was_stopped_goes_on_bit_by_bit_as_if_it_had_not_been(whole, filters, tmp_path):
    first, before = trained(filters, chunks=1)
    first.save(tmp_path / "checkpoint")
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]
    second, after = trained(filters, chunks=1, resume=tmp_path / "checkpoint")
    training, losses = whole
    assert before + after == losses
    expected = training.model.state_dict()
    for name, value in second.model.state_dict().items():
        assert torch.equal(value, expected[name]), name


def test_the_first_layer_is_changed_gently(whole, filters):
    training, _ = whole
    now = training.model.get_parameter("conv1.weight").detach()
    alike = torch.nn.functional.cosine_similarity(now.flatten(1), filters.flatten(1))
    assert not torch.equal(now, filters)
    assert alike.min() > 0.98


def test_run_stops_when_all_pictures_were_shown(filters):
    with Drawer(workers=0) as drawer:
        training = Training(Settings(pictures=40, batch=8, chunk=16, size=64), filters, CPU, drawer)
        chunks = []
        training.run(lambda: chunks.append(training.progress.shown))
    assert chunks == [16, 32, 40]


def test_the_rate_rises_falls_and_ends_low_and_pictures_grow():
    settings = Settings(rate=1.0)
    rates = [settings.rate_at(step / 1000) for step in range(1001)]
    assert rates[0] < 0.1
    assert max(rates) == pytest.approx(1, abs=0.01)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == settings.rate_at(1.5) == pytest.approx(0.01)
    sizes = [settings.size_at(step / 100) for step in range(101)]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (96, 224)
    assert Settings(size=64).size_at(0.9) == 64
    assert difficulty_at(0) < difficulty_at(0.1) < difficulty_at(0.5) == difficulty_at(1)


def test_a_training_by_the_clock_counts_its_seconds(filters):
    with Drawer(workers=0) as drawer:
        training = Training(Settings(minutes=1e-6, batch=8, chunk=8, size=64), filters, CPU, drawer)
        training.run(lambda: None)
    assert training.progress.shown == 8
    assert training.progress.seconds > 0
    assert training.share >= 1


def test_the_command_writes_weights_that_load_and_can_go_on(tmp_path):
    out = tmp_path / "new" / "alexnet2012.safetensors"
    options = ["--out", str(out), "--batch", "8", "--chunk", "8", "--held-out", "8"]
    options += ["--patches", "2000", "--patch-steps", "20"]
    options += ["--device", "cpu", "--workers", "0", "--threads", "1", "--seed", "4"]
    main([*options, "--steps", "1"])
    state = out.with_name(out.name + ".first_layer").read_bytes()
    main([*options, "--steps", "2", "--resume"])
    assert out.with_name(out.name + ".first_layer").read_bytes() == state
    assert out.with_name(out.name + ".sha256").read_text().split() == [
        hashlib.sha256(out.read_bytes()).hexdigest(),
        out.name,
    ]
    with safe_open(out, framework="pt") as file:
        metadata = file.metadata()
        assert {file.get_tensor(name).dtype for name in file.keys()} == {torch.float16}  # noqa: SIM118
    assert json.loads(metadata["categories"]) == list(CLASSES)
    assert metadata["seed"] == "4"
    assert metadata["pictures"].startswith("16 shown")
    net = load_network("alexnet2012", out, device="cpu")
    assert net.missing == ()
    assert net.categories == CLASSES
