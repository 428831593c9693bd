"""Animations as files: GIF, animated PNG, WebP, MP4, and folders of PNG pictures. No Qt, no torch."""

from .mp4 import check_pyav, has_pyav
from .pictures import Note
from .png import png_bytes
from .timing import Shot, Timing, shots
from .writing import FORMATS, AnimationFormat, Cancelled, check_format, encode, write_animation

__all__ = [
    "FORMATS",
    "AnimationFormat",
    "Cancelled",
    "Note",
    "Shot",
    "Timing",
    "check_format",
    "check_pyav",
    "encode",
    "has_pyav",
    "png_bytes",
    "shots",
    "write_animation",
]
