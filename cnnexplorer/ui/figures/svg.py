"""SVG documents, put together from parts that Qt's generator writes, each cut at its own borders."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QFont, QFontInfo, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from cnnexplorer.core.metadata import xml_text
from cnnexplorer.ui.widgets.figure_mode import later_number

from .fonts import find_faces, style_sheet, used_signs

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint, QRect, QSize
    from PySide6.QtGui import QColor

    from .fonts import Face
    from .parts import Part

_HEAD = re.compile(r"^.*?<defs>(.*?)</defs>\s*(.*)</svg>\s*$", re.DOTALL)
_FONT = re.compile(r'\s*font-family="[^"]*" font-size="[^"]*" font-weight="[^"]*" font-style="[^"]*"\s*>\n')
_PLAIN = (' transform="matrix(1,0,0,1,0,0)"', ' vector-effect="none"', ' fill-opacity="1"', ' stroke-opacity="1"')
_EMPTY = re.compile(r"<g [^>]*>\s*</g>\s*")
_ID = re.compile(r'(id="|url\(#|xlink:href="#)')
_PICTURE = re.compile(r"base64,([A-Za-z0-9+/=]{1,300})(?=\")")
_FAMILY = re.compile(r'font-family="([^"]*)"')


class SvgDocument:
    """A document that grows part by part; large pictures in it are packed last, by `text`.

    Qt's generator knows no borders of widgets, and writes the clips of what is moved at a wrong place: so each part is
    written on its own, where nothing is moved, and put into the document with a border.
    """

    def __init__(self, size: QSize, dots: int) -> None:
        self._size, self._dots = size, dots
        self._ground = ""
        self.later: list[QImage] = []
        self._parts: list[tuple[QPoint, QRect, bytes]] = []
        self._faces: list[Face] = []

    def fill(self, colour: QColor) -> None:
        """Paint the ground."""
        self._ground = f'<rect width="100%" height="100%" fill="{colour.name()}"/>'

    def add(self, part: Part) -> None:
        """Paint a part."""
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
        generator.setOutputDevice(buffer)
        generator.setSize(part.seen.size())
        generator.setViewBox(part.seen)
        generator.setResolution(self._dots)
        painter = QPainter(generator)
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        part.paint(painter)
        painter.end()
        self._parts.append((part.origin, part.seen, bytes(data.data())))

    def take_fonts(self) -> None:
        """Find the fonts of the parts that are there; to be called on the GUI thread."""
        self._faces = find_faces(used_signs(data.decode() for _origin, _seen, data in self._parts))

    def text(self, title: str = "", description: str = "", metadata: str = "") -> str:
        """Return the document; on any thread.

        Parameters
        ----------
        metadata
            XML that stands inside the <metadata> element.
        """
        width, height = self._size.width(), self._size.height()
        head = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1"'
            f' width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
            f"<title>{xml_text(title)}</title>",
            f"<desc>{xml_text(description)}</desc>",
            f"<metadata>{metadata}</metadata>",
        ]
        if styles := style_sheet(self._faces):
            head.append(f'<style type="text/css">{styles}</style>')
        body = (
            _inside(f"p{number}-", origin, seen, data.decode())
            for number, (origin, seen, data) in enumerate(self._parts)
        )
        text = "\n".join([*head, self._ground, *filter(None, body), "</svg>", ""])
        return _PICTURE.sub(self._packed, text) if self.later else text

    def _packed(self, found: re.Match[str]) -> str:
        """Return a picture as it stands in the document, or the one for which it stands."""
        number = later_number(QImage.fromData(QByteArray.fromBase64(found.group(1).encode())))
        if number is None:
            return found.group(0)
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.later[number].save(buffer, "PNG")  # type: ignore[call-overload]  # text, whatever the stubs say
        return f"base64,{bytes(data.toBase64().data()).decode()}"


def _inside(prefix: str, origin: QPoint, seen: QRect, text: str) -> str:
    """Return what is inside of the document that Qt wrote for a part, with its border; nothing for nothing.

    Parameters
    ----------
    prefix
        What all ids begin with, so that no other part has the same.
    """
    found = _HEAD.match(text)
    assert found is not None, "Qt writes SVG in another form"
    definitions, body = found.groups()
    body = _FONT.sub(">\n", body)  # of groups: a text has its own
    for attribute in _PLAIN:  # as it is anyway
        body = body.replace(attribute, "")
    body = without_empty(body)
    if not body:
        return ""
    border = (
        f'<clipPath id="border"><rect x="{seen.x()}" y="{seen.y()}" width="{seen.width()}"'
        f' height="{seen.height()}"/></clipPath>'
    )
    text = (
        f'<g transform="translate({origin.x()},{origin.y()})" clip-path="url(#border)">'
        f"<defs>{border}{definitions.strip()}</defs>\n{body}</g>"
    )
    text = _ID.sub(lambda match: match.group(1) + prefix, text)
    return _FAMILY.sub(lambda match: f"font-family={families(match.group(1))}", text)


def without_empty(body: str) -> str:
    """Return SVG without the groups in which there is nothing.

    >>> without_empty('<g a="1"><g b="2"> </g> </g> <g c="3"><rect/></g>')
    '<g c="3"><rect/></g>'
    """
    shorter = _EMPTY.sub("", body)
    return shorter if shorter == body else without_empty(shorter)


@lru_cache(maxsize=64)
def families(name: str) -> str:
    """Return the value of a font-family attribute: the font in use, and what stands in where it is missing."""
    info = QFontInfo(QFont(unescape(name)))
    return '"' + escape(f"{info.family()}, {'monospace' if info.fixedPitch() else 'sans-serif'}") + '"'
