"""Every kind of weights file, made here: loaded rightly, or refused with one sentence."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import zipfile

import pytest
import safetensors.torch
import torch

from cnnexplorer.core.messages import SettingError
from cnnexplorer.nets import CATALOG, WeightsError, imagenet_file, imagenet_url, load_network, sha256_prefix, weights
from cnnexplorer.nets import state_files as state_files_module

ID = "googlenet"  # the smallest file


@pytest.fixture(scope="module")
def state():
    return load_network(ID, "random", device="cpu", seed=5).state()


def load(path, id=ID, **settings):
    return load_network(id, path, device="cpu", **settings)


def refused(path, *words, id=ID):
    with pytest.raises(WeightsError) as caught:
        load(path, id)
    sentence = str(caught.value)
    assert path.name in sentence
    assert "\n" not in sentence
    for word in words:
        assert word in sentence, sentence


def same(net, state, tolerance=0.0):
    found = net.state()
    assert found.keys() == state.keys()
    for key, value in state.items():
        torch.testing.assert_close(found[key], value, atol=tolerance, rtol=tolerance)
        if key.endswith("weight"):
            assert found[key].dtype == torch.float32


def test_random_weights_are_the_same_for_the_same_seed_and_leave_torchs_own_alone():
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    first, again, other = (load_network(ID, "random", "cpu", seed) for seed in (5, 5, 6))
    assert torch.equal(torch.rand(3), expected)
    same(first, again.state())
    assert not torch.equal(first.filters("conv1.conv"), other.filters("conv1.conv"))
    assert not torch.equal(
        first.filters("inception3a.branch1.conv")[0], first.filters("inception3b.branch1.conv")[0, :192]
    )
    assert (first.loaded, first.categories) == ((), ())
    assert len(first.missing) == 57 * 2 + 1
    assert not first.module.training


FORMS = {
    "plain.pth": lambda state: state,
    "plain.pt": lambda state: state,
    "wrapped.pth": lambda state: {"state_dict": state, "epoch": 3, "optimizer": {"lr": 0.1}},
    "twice.pth": lambda state: {"model": {"state_dict": {f"module.{key}": value for key, value in state.items()}}},
    "parallel.pth": lambda state: {f"module.{key}": value for key, value in state.items()},
    "compiled.pth": lambda state: {f"_orig_mod.{key}": value for key, value in state.items()},
}


@pytest.mark.parametrize("name", FORMS)
def test_state_dicts_in_every_wrapping(tmp_path, state, name):
    torch.save(FORMS[name](state), tmp_path / name)
    net = load(tmp_path / name)
    same(net, state)
    assert (len(net.loaded), net.missing, net.notices) == (57 * 2 + 1, (), [])


def test_the_old_format_of_torch(tmp_path, state):
    path = tmp_path / "old.pth"
    torch.save(state, path, _use_new_zipfile_serialization=False)
    same(load(path), state)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused(path, "damaged")


@pytest.mark.parametrize(("kind", "tolerance"), [(torch.float16, 1e-3), (torch.bfloat16, 1e-2), (torch.float64, 0.0)])
@pytest.mark.parametrize("name", ["half.pth", "half.safetensors"])
def test_other_precisions_become_float32(tmp_path, state, kind, tolerance, name):
    converted = {key: value.to(kind) if value.is_floating_point() else value for key, value in state.items()}
    save = safetensors.torch.save_file if name.endswith("safetensors") else torch.save
    save(converted, tmp_path / name)
    same(load(tmp_path / name), state, tolerance)


def test_safetensors_with_class_names_and_prefix(tmp_path, state):
    path = tmp_path / "own.safetensors"
    names = [f"class {index}" for index in range(1000)]
    prefixed = {f"module.{key}": value for key, value in state.items()}
    safetensors.torch.save_file(prefixed, path, metadata={"categories": json.dumps(names)})
    net = load(path)
    same(net, state)
    assert net.categories[999] == "class 999"
    safetensors.torch.save_file(state, path, metadata={"categories": "not json"})
    assert load(path).categories == ()
    safetensors.torch.save_file(state, path, metadata={"categories": '["too", "few"]'})
    assert load(path).categories == ()


def test_a_file_with_some_layers_loads_them_and_says_which(tmp_path, state):
    path = tmp_path / "part.pth"
    torch.save({key: value for key, value in state.items() if key.startswith("conv1.")}, path)
    net = load(path, seed=8)
    assert net.loaded == ("conv1.conv", "conv1.bn")
    assert net.missing[:2] == ("conv2.conv", "conv2.bn")
    assert len(net.missing) == 57 * 2 + 1 - 2
    assert torch.equal(net.filters("conv1.conv"), state["conv1.conv.weight"])
    assert torch.equal(net.filters("conv2.conv"), load_network(ID, "random", "cpu", 8).filters("conv2.conv"))


def test_another_number_of_classes_is_taken_from_the_file(tmp_path, state):
    path = tmp_path / "ten.pth"
    torch.save({**state, "fc.weight": torch.rand(10, 1024), "fc.bias": torch.rand(10)}, path)
    net = load(path, input_size=32)
    assert net.classes == 10
    assert net.layers[-1].output_shape == (10,)
    assert net.activations(torch.rand(3, 32, 32))["fc"].shape == (10,)
    torch.save({**state, "fc.weight": torch.rand(10, 1024)}, path)
    refused(path, "fc.weight", "10×1024", "1000×1024")


def test_old_files_without_batch_counters_and_with_auxiliary_classifiers(tmp_path, state):
    path = tmp_path / "old.pth"
    kept = {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}
    torch.save({**kept, "aux1.conv.conv.weight": torch.rand(128, 512, 1, 1), "aux2.fc1.bias": torch.rand(3)}, path)
    assert load(path).missing == ()


CHANGES = {
    "shape": (
        lambda s: {**s, "conv3.conv.weight": torch.rand(192, 64, 5, 5)},
        ["conv3.conv.weight", "192×64×5×5", "192×64×3×3"],
    ),
    "foreign": (lambda s: {**s, "conv9.weight": torch.rand(3)}, ["GoogLeNet has no layer conv9.weight"]),
    "lost key": (lambda s: {k: v for k, v in s.items() if k != "conv1.bn.bias"}, ["conv1.bn.bias is missing"]),
    "whole numbers": (lambda s: {**s, "fc.bias": torch.ones(1000, dtype=torch.int32)}, ["fc.bias", "int32"]),
    "complex": (lambda s: {**s, "fc.bias": torch.ones(1000, dtype=torch.complex64)}, ["fc.bias", "complex64"]),
    "nan": (lambda s: {**s, "fc.bias": torch.full((1000,), torch.nan)}, ["fc.bias holds infinite numbers"]),
    "nothing of it": (lambda s: {"body.0.weight": torch.rand(3)}, ["no layer of GoogLeNet", "body.0.weight"]),
    "another network": (lambda s: {"features.0.weight": torch.rand(64, 3, 11, 11)}, ["AlexNet (torchvision, 2014)"]),
    "empty dict": (lambda s: {}, ["no weights"]),
    "no tensors": (lambda s: {"a": 1}, ["no weights"]),
    "a tensor": (lambda s: torch.rand(3), ["Tensor, not a state dict"]),
    "a list": (lambda s: [torch.rand(3)], ["list, not a state dict"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_does_not_fit_is_named(tmp_path, state, change):
    make, words = CHANGES[change]
    path = tmp_path / "weights.pth"
    torch.save(make(state), path)
    refused(path, *words)


def test_nested_and_named_cases_of_other_networks(tmp_path):
    path = tmp_path / "vgg.pth"
    torch.save({"features.0.weight": torch.rand(64, 3, 3, 3), "features.0.bias": torch.rand(64)}, path)
    refused(path, "features.0.weight is 64×3×3×3, but 64×3×11×11", id="alexnet")
    refused(path, "VGG16", id="alexnet2012")


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
@pytest.mark.parametrize("part", [0.001, 0.5, 0.999])
def test_cut_files(tmp_path, state, suffix, part):
    path = tmp_path / f"cut.{suffix}"
    (safetensors.torch.save_file if suffix == "safetensors" else torch.save)(state, path)
    os.truncate(path, int(path.stat().st_size * part))
    refused(path, "cut or damaged")


@pytest.mark.parametrize("suffix", ["pth", "pt", "safetensors"])
@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"just a text, nothing else", "damaged"),
        (b"\x80\x02garbage\xff\xfe", "damaged"),
        (bytes(5000), "damaged"),
        (b"\n<!DOCTYPE html><html>404</html>", "a text, not weights"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a text, not weights"),
        (b"PK\x05\x06" + bytes(18), "damaged"),
    ],
)
def test_files_that_are_something_else(tmp_path, suffix, content, word):
    path = tmp_path / f"odd.{suffix}"
    path.write_bytes(content)
    refused(path, word)


def test_files_that_are_not_there(tmp_path):
    refused(tmp_path / "nothing.pth", "cannot be read")
    (tmp_path / "folder.pth").mkdir()
    refused(tmp_path / "folder.pth", "cannot be read")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_torchscript_is_refused(tmp_path):
    path = tmp_path / "script.pt"
    torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), torch.rand(1, 2)), path)
    refused(path, "TorchScript")


class Bomb:
    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (self.trace,)


@pytest.mark.parametrize("new", [True, False])
def test_a_malicious_pickle_never_runs(tmp_path, state, new):
    path, trace = tmp_path / "evil.pth", tmp_path / "it ran"
    torch.save({**state, "conv1.bn.bias": Bomb(str(trace))}, path, _use_new_zipfile_serialization=new)
    refused(path, "could run a program", "mkdir")
    assert not trace.exists()
    path.write_bytes(pickle.dumps(Bomb(str(trace))))
    refused(path)
    assert not trace.exists()


def test_a_whole_model_is_refused_by_name(tmp_path):
    path = tmp_path / "model.pth"
    torch.save(torch.nn.Linear(2, 2), path)
    refused(path, "could run a program", "torch.nn.modules.linear.Linear")


def test_the_reader_never_asks_torch_to_unpickle(tmp_path, state, monkeypatch):
    asked = []
    real = torch.load
    monkeypatch.setattr(state_files_module.torch, "load", lambda *a, **k: asked.append(k) or real(*a, **k))
    torch.save(state, tmp_path / "a.pth")
    load(tmp_path / "a.pth")
    assert [call["weights_only"] for call in asked] == [True]


def test_a_file_with_the_small_head_makes_the_variant_with_it(tmp_path):
    state = CATALOG["alexnet2012"].module((224, 224), 7, pooled=True).state_dict()
    path = tmp_path / "small.safetensors"
    safetensors.torch.save_file(state, path, metadata={"categories": json.dumps(list("abcdefg"))})
    net = load(path, "alexnet2012", input_size=96)
    same(net, state)
    assert (net.pooled, net.classes, net.missing) == (True, 7, ())
    found = net.activations(torch.rand(3, 96, 130), preprocess=False)
    assert list(found) == [layer.name for layer in net.layers]
    assert list(found)[-4:] == ["pool5", "pool6", "flatten", "fc6"]
    torch.testing.assert_close(found["pool6"][:, 0, 0], found["pool5"].mean(dim=(1, 2)))
    assert {guess.category for guess in net.top_k(found.probabilities)} <= set("abcdefg")
    net.move_to("cpu")
    assert net.layers[-1].output_shape == (7,)
    torch.save({**state, "conv2.bias": torch.rand(3)}, tmp_path / "bad.pth")
    refused(tmp_path / "bad.pth", "conv2.bias", id="alexnet2012")


def test_a_file_can_say_that_its_network_sees_whole_pictures(tmp_path, state):
    path = tmp_path / "whole.safetensors"
    for metadata, resize, larger in (({"cropped": "no"}, 224, 448), ({}, 256, 512), ({"cropped": "?"}, 256, 512)):
        safetensors.torch.save_file(state, path, metadata=metadata)
        net = load(path)
        assert (net.preprocessing.resize, net.preprocessing.crop) == (resize, (224, 224))
        assert net.with_crop((448, 448)).resize == larger


def test_other_weights_of_alexnet_2012_have_the_papers_head(tmp_path):
    path = tmp_path / "part.pth"
    torch.save({"conv1.weight": torch.rand(96, 3, 11, 11), "conv1.bias": torch.rand(96)}, path)
    for chosen in (path, "random"):
        net = load_network("alexnet2012", chosen, device="cpu", input_size=63)
        assert not net.pooled
        assert [layer.name for layer in net.layers][-1] == "fc8"


def test_bundled_weights_are_said_to_be_missing():
    with pytest.raises(WeightsError, match="no weights of GoogLeNet come with the program: choose random weights"):
        load_network(ID)


def test_bundled_weights_are_found(tmp_path, state, monkeypatch):
    (tmp_path / "weights").mkdir()
    safetensors.torch.save_file(state, tmp_path / "weights" / f"{ID}.safetensors")
    monkeypatch.setattr(weights, "files", lambda _package: tmp_path)
    same(load_network(ID, device="cpu"), state)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    return tmp_path / "checkpoints"


def test_imagenet_weights_only_from_the_cache_and_only_with_the_right_hash(cache, tmp_path, state, monkeypatch):
    with pytest.raises(WeightsError, match=r"googlenet-1378be20\.pth.* not downloaded yet"):
        load_network(ID, "imagenet")
    path = imagenet_file(ID)
    assert path == cache / "googlenet-1378be20.pth"
    torch.save({"conv1.bn.bias": Bomb(str(tmp_path / "it ran"))}, path)
    monkeypatch.setattr(torch, "load", lambda *_a, **_k: pytest.fail("read before it was checked"))
    with pytest.raises(WeightsError, match="not what torchvision published"):
        load_network(ID, "imagenet")
    monkeypatch.undo()
    assert not (tmp_path / "it ran").exists()


def test_imagenet_weights_bring_the_class_names(cache, tmp_path, state, monkeypatch):
    saved = tmp_path / "saved.pth"
    torch.save(state, saved)
    digits = hashlib.sha256(saved.read_bytes()).hexdigest()[:8]
    monkeypatch.setattr(weights, "imagenet_url", lambda _id: f"https://example.org/googlenet-{digits}.pth")
    shutil.copy(saved, cache / f"googlenet-{digits}.pth")
    net = load_network(ID, "imagenet", device="cpu")
    same(net, state)
    assert len(net.categories) == 1000
    assert net.categories[281] == "tabby"
    elsewhere = tmp_path / f"googlenet-{digits}.pth"  # brought on a stick: the same file
    shutil.copy(saved, elsewhere)
    assert load(elsewhere).categories == net.categories
    assert load(saved).categories == ()


def test_the_2012_network_has_no_published_weights():
    with pytest.raises(WeightsError, match=r"no published ImageNet weights of AlexNet \(2012\)"):
        load_network("alexnet2012", "imagenet")


@pytest.mark.parametrize("id", [id for id, entry in CATALOG.items() if entry.published])
def test_every_published_file_carries_its_hash(id):
    assert imagenet_url(id).startswith("https://download.pytorch.org/models/")
    assert len(sha256_prefix(imagenet_file(id).name)) == 8


def test_settings_that_cannot_be():
    with pytest.raises(SettingError, match="no network “lenet”"):
        load_network("lenet", "random")
    with pytest.raises(SettingError, match="no device “abacus”"):
        load_network(ID, "random", device="abacus")
    with pytest.raises(SettingError, match="62×62 is too small"):
        load_network("alexnet2012", "random", input_size=62)


def test_pipes_devices_and_files_too_large_are_refused_unread(tmp_path):
    for name in ("pipe.pth", "pipe.safetensors"):
        os.mkfifo(tmp_path / name)  # opening it would wait for ever
        refused(tmp_path / name, "pipe")
    (tmp_path / "zero.pth").symlink_to("/dev/zero")
    refused(tmp_path / "zero.pth", "device")
    sparse = tmp_path / "sparse.safetensors"
    sparse.touch()
    os.truncate(sparse, 2**40)
    refused(sparse, "1099.5 GB", "4.3 GB")
    refused(tmp_path / "no\0file.pth", "cannot be read") if False else None


def test_archives_that_unfold_without_end_are_refused_unread(tmp_path):
    torch.save({"a.weight": torch.zeros(2**18)}, tmp_path / "plain.pth")
    with zipfile.ZipFile(tmp_path / "plain.pth") as plain:
        with zipfile.ZipFile(tmp_path / "bomb.pth", "w", zipfile.ZIP_DEFLATED) as bomb:
            for part in plain.infolist():
                bomb.writestr(part.filename, plain.read(part))
        with zipfile.ZipFile(tmp_path / "names.pth", "w") as long:
            for part in plain.infolist():
                pickled = b"\x80\x02]" + b"K\x01a" * 6_000_000 + b"."
                long.writestr(part.filename, pickled if part.filename.endswith(".pkl") else plain.read(part))
    refused(tmp_path / "bomb.pth", "unfolds")
    refused(tmp_path / "names.pth", "unfolds")


def test_a_dictionary_that_holds_itself_has_no_weights(tmp_path):
    content = {}
    content["model"] = content
    torch.save(content, tmp_path / "self.pth")
    refused(tmp_path / "self.pth", "no weights")


def test_claims_without_numbers_are_refused(tmp_path, state):
    first, *_rest, weight, bias = state
    torch.save({first: state[first].to("meta")}, tmp_path / "meta.pth")
    refused(tmp_path / "meta.pth", first, "no numbers")
    zero = torch.zeros(1)
    endless = {**state, weight: zero.expand(2**28, 1024), bias: zero.expand(2**28)}
    torch.save(endless, tmp_path / "endless.pth")
    refused(tmp_path / "endless.pth", weight, "268435456×1024")
    many = {f"layer{index}.weight": zero for index in range(20_000)}
    torch.save(many, tmp_path / "many.pth")
    refused(tmp_path / "many.pth", "20000 tensors")


def test_odd_names_and_categories_do_no_harm(tmp_path, state):
    name = "\n" + "x" * 100_000
    torch.save({name: state["fc.bias"]}, tmp_path / "names.pth")
    refused(tmp_path / "names.pth")
    with pytest.raises(WeightsError) as caught:
        load(tmp_path / "names.pth")
    assert len(str(caught.value)) < 400
    path = tmp_path / "deep.safetensors"
    safetensors.torch.save_file(state, path, metadata={"categories": "[" * 100_000})
    assert load(path).categories == ()
    names = ["two\nlines", "y" * 5000, "\ud800", *map(str, range(997))]
    safetensors.torch.save_file(state, path, metadata={"categories": json.dumps(names)})
    found = load(path).categories
    assert found[0] == "two\ufffdlines"
    assert len(found[1]) < 300
    assert found[2:4] == ("\ufffd", "0")


def test_a_file_written_anew_does_not_change_the_network_in_use(tmp_path, state):
    path = tmp_path / "trained.safetensors"
    safetensors.torch.save_file(state, path)
    net = load(path)
    with path.open("r+b") as file:
        file.write(b"\xff" * path.stat().st_size)
    same(net, state)
    os.truncate(path, 100)  # touching what is no more would end the program
    same(net, state)
