"""Sentences that can be said in another language."""

from __future__ import annotations

import copy
import pickle

import pytest

from cnnexplorer.core import Convolution, ImageError, NumberError, SettingError, UserError
from cnnexplorer.core.messages import Term, mark, term

SPANISH = {
    "{name} {number} is too small: use {minimum} or more": "{name} {number} es demasiado pequeño: usa {minimum} o más",
    "stride": "paso",
}


def test_translation():
    with pytest.raises(SettingError) as caught:
        Convolution([[[[1]]]], stride=0)
    assert str(caught.value) == "stride 0 is too small: use 1 or more"
    assert caught.value.sentence(lambda text: SPANISH.get(text, text)) == "paso 0 es demasiado pequeño: usa 1 o más"


def test_texts_of_the_user_are_not_translated_nor_read_as_templates():
    error = NumberError("“{text}” is not a number", text="{stride}")
    assert str(error) == "“{stride}” is not a number"
    assert error.sentence(lambda text: SPANISH.get(text, text)) == str(error)


def test_kinds():
    for kind in (SettingError, NumberError):
        assert issubclass(kind, UserError)
        assert issubclass(kind, ValueError)
    assert issubclass(ImageError, UserError)
    assert mark("a") == "a"
    assert isinstance(term("a"), Term)


@pytest.mark.parametrize("how", [copy.copy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies(how):
    error = SettingError("{name} is {text}", name=term("stride"), text="{odd}")
    error.stage = 3
    twin = how(error)
    assert (str(twin), twin.template, twin.values, twin.stage) == (str(error), error.template, error.values, 3)
    assert isinstance(twin.values["name"], Term)
