"""The small Markdown: what it knows, and what it refuses."""

from __future__ import annotations

import time
from contextlib import suppress
from html.parser import HTMLParser

import pytest

from cnnexplorer.labs import LabError, as_html, as_text, parse_markdown
from cnnexplorer.labs.markdown import Formula, Heading, Listing, Paragraph, Picture, Span, parse_spans

TEXT = """
# A heading

Some **bold**, *italic*, **bold with *italic* in it**, and `a < b * c`.
It flows on.

- one
- two
  goes on

1. first
2. second

```
0 1 0
**not bold** <b>
```
![a street](street.png)
"""


def test_blocks():
    heading, paragraph, bullets, numbered, formula, picture = parse_markdown(TEXT)
    assert heading == Heading(1, (Span("A heading"),))
    assert isinstance(paragraph, Paragraph)
    assert Span("bold", bold=True) in paragraph.spans
    assert Span("italic", bold=True, italic=True) in paragraph.spans
    assert Span("a < b * c", code=True) in paragraph.spans
    assert paragraph.spans[-1].text.endswith("It flows on.")
    assert bullets == Listing(False, ((Span("one"),), (Span("two goes on"),)))
    assert numbered == Listing(True, ((Span("first"),), (Span("second"),)))
    assert formula == Formula("0 1 0\n**not bold** <b>")
    assert picture == Picture("street.png", "a street")


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("2 * 3 * 4", ["2 * 3 * 4"]),
        ("a*b*c", ["a", "b", "c"]),
        ("**a", ["**a"]),
        ("**a **b c** d**", ["a **b c", " d**"]),
        ("**a** **b", ["a", " **b"]),
        ("****a", ["****a"]),
        ("***a* b**", ["a", " b"]),
        (r"\*a\* and \`x\`", ["*a* and `x`"]),
        ("a < b > c & d", ["a < b > c & d"]),
        ("snake_case_name", ["snake_case_name"]),
    ],
)
def test_spans(line, texts):
    assert [span.text for span in parse_spans(line)] == texts


HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT src=x>",
    "a <img src=http://x.org/a.png> b",
    "</div>",
    "<!-- c -->",
    "<?php ?>",
    "&lt;script&gt;",
    "&#60;b&#62;",
    "[click](https://x.org)",
    "[click](javascript:alert)",
    "[click][1]",
    "<https://x.org>",
    "![a](https://x.org/a.png)",
    "![a](../../etc/passwd.png)",
    "![a](/etc/a.png)",
    "![a](C:\\a.png)",
    "![a](a.svg)",
    "![a](file:a.png)",
    "text ![a](b.png) text",
    "- item <b>bold</b>",
    "# <i>x</i>",
    "```\nno end",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_things_are_refused(text):
    with pytest.raises(LabError) as caught:
        parse_markdown(text)
    assert len(str(caught.value)) < 250


class Collected(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}

    def handle_data(self, data):
        self.text += data


def test_html_is_escaped():
    reader = Collected()
    reader.feed(as_html(parse_markdown(TEXT), lambda _file: 'x" onerror="y'))
    assert reader.tags == {"h2", "p", "strong", "em", "code", "ul", "ol", "li", "pre", "img"}
    assert reader.attributes == {"src", "alt"}
    assert "**not bold** <b>" in reader.text
    assert "<img" not in as_html(parse_markdown(TEXT))


def test_plain_text():
    text = as_text(parse_markdown(TEXT))
    assert "• one" in text
    assert "1. first" in text
    assert "a street" in text


@pytest.mark.parametrize(
    "text",
    ["*" * 6000, "**a " * 1500, "*a" * 3000, "`" * 6000, "[" * 6000, "<" * 6000, "\\" * 6000, "- " * 3000,
     "![" * 3000, "**" * 3000, "a\n" * 3000, "#" * 6000, "&" * 6000, "***a*** " * 700, "1. " * 2000],
)  # fmt: skip
def test_long_and_odd_texts_end(text):
    with suppress(LabError):
        parse_markdown(text)


@pytest.mark.parametrize(
    "text",
    ["[" * 6000, "**a " * 1500, "**a** " + "**b " * 1400, "**a " * 1400 + "x**", "<http:" * 1000, "![" * 3000,
     "[](" * 2000, "*a " * 2000, "&a" * 3000],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_hostile_texts_take_no_longer_than_others(text):
    begun = time.process_time()
    for _time in range(20):
        with suppress(LabError):
            parse_markdown(text)
    assert time.process_time() - begun < 0.25  # a hundred times as long where each sign looks through the whole text


def test_far_too_many_paragraphs():
    with pytest.raises(LabError, match="more than 200"):
        parse_markdown("a\n\n" * 201)
