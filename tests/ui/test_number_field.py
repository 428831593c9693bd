"""Fields for numbers: what is typed becomes that number, or nothing at all."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette

from cnnexplorer.ui.language import translate, use_language
from cnnexplorer.ui.widgets.number_field import NumberField, PairField

from .helpers import enter, heard, press, type_text, wheel

Key = Qt.Key


def shown(qtbot, widget):
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    return widget


@pytest.fixture
def field(qtbot):
    return shown(qtbot, NumberField(7.0))


@pytest.mark.parametrize("code", ["en", "es"])
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.5", 0.5), ("0,5", 0.5), ("1,5", 1.5), ("−2", -2), ("-2", -2), ("–2", -2), ("+3", 3), ("1e3", 1000),
        ("1E-3", 0.001), ("2/3", 2 / 3), (" 4 ", 4), (".25", 0.25), ("-,5", -0.5), ("1.000", 1.0), ("0", 0),
    ],
)  # fmt: skip
def test_a_number_is_taken_as_it_is_typed(field, text, number, code):
    use_language(code)
    edited, refused = heard(field.edited), heard(field.refused)
    enter(field, text)
    assert edited == [(number,)]
    assert field.value() == number
    assert not refused


@pytest.mark.parametrize(
    "text",
    ["abc", "", "NaN", "nan", "inf", "-", "1.2.3", "1,000,000", "1.000,5", "0x10", "1 000", "5e", "1/0", "1e999", "½"],
)
def test_what_is_no_number_changes_nothing(field, text):
    edited, refused = heard(field.edited), heard(field.refused)
    field.setFocus()
    field.selectAll()
    press(field, Key.Key_Delete)
    type_text(field, text)
    press(field, Key.Key_Return)
    assert field.value() == 7
    assert field.text() == "7"
    assert not edited
    assert len(refused) == 1
    sentence = str(refused[0][0])
    assert text.strip() in sentence
    assert "type" in sentence or "number" in sentence


@pytest.mark.parametrize(
    ("text", "part"),
    [("0", "0 is too small: type 1 or more"), ("65", "65 is too large: type 64 or less"),
     ("1,5", "1,5 is not a whole number"), ("−2", "−2 is too small"), ("1e3", "1e3 is too large")],
)  # fmt: skip
def test_a_whole_field_names_the_number_and_the_bound(qtbot, text, part):
    field = shown(qtbot, NumberField(3, whole=True, minimum=1, maximum=64))
    edited, refused = heard(field.edited), heard(field.refused)
    enter(field, text)
    assert (field.value(), field.text(), edited) == (3, "3", [])
    assert part in str(refused[0][0])


def test_a_whole_field_takes_whole_numbers_in_any_dress(qtbot):
    field = shown(qtbot, NumberField(3, whole=True, minimum=1, maximum=64))
    for text, number in (("4.0", 4), ("1e1", 10), ("8/2", 4)):
        enter(field, text)
        assert field.value() == number


def test_what_is_wrong_is_marked_while_it_is_typed(field):
    def ground() -> str:
        return field.lineEdit().palette().color(QPalette.ColorRole.Base).name()

    good = ground()
    field.setFocus()
    field.selectAll()
    type_text(field, "1x")
    assert ground() != good
    press(field, Key.Key_Backspace)
    assert ground() == good


def test_leaving_the_field_takes_the_number(qtbot, field):
    edited = heard(field.edited)
    field.setFocus()
    field.selectAll()
    type_text(field, "9")
    assert not edited, "nothing is taken while it is being typed"
    field.clearFocus()
    assert edited == [(9.0,)]


def test_escape_gives_the_number_back(field):
    edited = heard(field.edited)
    field.setFocus()
    field.selectAll()
    type_text(field, "9")
    press(field, Key.Key_Escape)
    field.clearFocus()
    assert (field.text(), edited) == ("7", [])


def test_a_number_that_is_shown_short_is_not_read_back_short(field):
    """1/3 shows as 0.333333; leaving the field, or Enter in it, must not make it that."""
    field.setValue(1 / 3)
    edited = heard(field.edited)
    field.setFocus()
    press(field, Key.Key_Return)
    field.clearFocus()
    assert field.value() == 1 / 3
    assert not edited


def test_entering_the_same_number_says_nothing(field):
    edited = heard(field.edited)
    enter(field, "7.0")
    assert not edited
    assert field.text() == "7"


@pytest.mark.parametrize(("key", "values"), [(Key.Key_Up, [4, 5, 5]), (Key.Key_Down, [2, 1, 1])])
def test_arrows_nudge_as_far_as_the_bounds(qtbot, key, values):
    field = shown(qtbot, NumberField(3, whole=True, minimum=1, maximum=5))
    field.setFocus()
    for value in values:
        press(field, key)
        assert field.value() == value


def test_tenths_stay_tenths(qtbot):
    field = shown(qtbot, NumberField(0.0, step=0.1))
    field.setFocus()
    for _step in range(3):
        press(field, Key.Key_Up)
    assert field.value() == 0.3


def test_the_wheel_turns_only_a_field_that_has_the_focus(qtbot, field):
    other = NumberField(0.0, parent=field)
    other.show()
    other.setFocus()
    wheel(field, field.rect().center())
    assert field.value() == 7
    field.setFocus()
    wheel(field, field.rect().center())
    assert field.value() == 8


def test_setting_makes_no_signal(field):
    edited = heard(field.edited)
    field.setValue(1.25)
    assert field.text() == "1.25"
    assert not edited


def test_the_sentence_speaks_both_languages(field):
    refused = heard(field.refused)
    enter(field, "abc")
    english = refused[0][0].sentence(translate)
    use_language("es")
    spanish = refused[0][0].sentence(translate)
    assert "abc" in english
    assert "abc" in spanish
    assert english != spanish


# pairs


@pytest.fixture
def pair(qtbot):
    return shown(qtbot, PairField((3, 3), 1, 15))


def test_linked_numbers_stay_equal(pair):
    edited = heard(pair.edited)
    enter(pair.fields[0], "5")
    assert edited == [((5, 5),)]
    enter(pair.fields[1], "7")
    assert edited[1:] == [((7, 7),)]


def test_unlinked_numbers_are_free(qtbot, pair):
    qtbot.mouseClick(pair.link, Qt.MouseButton.LeftButton)
    edited = heard(pair.edited)
    enter(pair.fields[1], "5")
    assert edited == [((3, 5),)]
    assert pair.value() == (3, 5)


def test_unequal_numbers_open_the_link(pair):
    assert pair.link.isChecked()
    pair.setValue((1, 15))
    assert not pair.link.isChecked()


def test_a_wrong_number_leaves_both(pair):
    refused = heard(pair.refused)
    enter(pair.fields[0], "16")
    assert pair.value() == (3, 3)
    assert "16 is too large: type 15 or less" in str(refused[0][0])
