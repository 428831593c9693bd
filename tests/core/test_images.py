"""Image files: every format right, every broken file one sentence, no file too much memory."""

import io
import os
import struct
import threading
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnexplorer.core import images
from cnnexplorer.core.images import MAX_SIDE, ImageInfo, image_from_pixels, inspect_image, load_image
from cnnexplorer.core.messages import ImageError

LUMA = np.array([0.299, 0.587, 0.114])
SMOOTH = np.stack(
    np.broadcast_arrays(np.arange(24)[:, np.newaxis] * 10, np.arange(31) * 8, 128), axis=2
).astype(np.uint8)  # fmt: skip
NOISE = np.random.default_rng(4).integers(0, 256, (24, 31, 3), np.uint8)


def encoded(picture, format="PNG", **options):
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    stream = io.BytesIO()
    picture.save(stream, format, **options)
    return stream.getvalue()


def channels_first(pixels):
    return pixels.transpose(2, 0, 1) / 255


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, color, body=b"", extra=b""):
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    idat = png_chunk(b"IDAT", zlib.compress(body))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + idat + png_chunk(b"IEND", b"")


def tiff(pixels, bits, sample_format, size=None):
    """Return a little TIFF of one band, as no writer of Pillow makes it, with any width and height in its header."""
    data = pixels.tobytes()
    height, width = size or pixels.shape
    tags = [(256, width), (257, height), (258, bits), (259, 1), (262, 1), (273, 8), (277, 1), (278, height)]
    tags += [(279, len(data)), (339, sample_format)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(tags)) + entries + b"\0\0\0\0"


# Each way to write a picture; small enough to be broken at every byte.
WAYS = {
    "png": ("RGB", "PNG", {}),
    "png-grey": ("L", "PNG", {}),
    "png-palette": ("P", "PNG", {}),
    "png-alpha": ("RGBA", "PNG", {}),
    "png-1": ("1", "PNG", {}),
    "jpeg": ("RGB", "JPEG", {}),
    "jpeg-progressive": ("RGB", "JPEG", {"progressive": True}),
    "jpeg-cmyk": ("CMYK", "JPEG", {}),
    "bmp": ("RGB", "BMP", {}),
    "bmp-palette": ("P", "BMP", {}),
    "gif": ("P", "GIF", {}),
    "webp": ("RGB", "WEBP", {}),
    "webp-lossless": ("RGBA", "WEBP", {"lossless": True}),
    "tiff": ("RGB", "TIFF", {}),
    "tiff-lzw": ("RGB", "TIFF", {"compression": "tiff_lzw"}),
    "tiff-deflate": ("L", "TIFF", {"compression": "tiff_deflate"}),
    "ppm": ("RGB", "PPM", {}),
    "pgm": ("L", "PPM", {}),
    "pbm": ("1", "PPM", {}),
}


def way(name, pixels=NOISE):
    mode, format, options = WAYS[name]
    return encoded(Image.fromarray(pixels).convert(mode), format, **options)


def refused(source, match, **options):
    with pytest.raises(ImageError, match=match) as caught:
        load_image(source, **options)
    return str(caught.value)


# Formats and modes


@pytest.mark.parametrize("name", ["png", "bmp", "webp-lossless", "tiff", "tiff-lzw", "ppm"])
def test_exact_formats(name, tmp_path):
    path = tmp_path / "picture.xyz"  # the name's ending does not matter
    path.write_bytes(way(name))
    image = load_image(path)
    assert image.dtype == np.float64
    assert image.flags.c_contiguous
    np.testing.assert_array_equal(image, channels_first(NOISE))
    np.testing.assert_array_equal(load_image(str(path)), image)
    np.testing.assert_array_equal(load_image(path.read_bytes()), image)
    grey = load_image(path, channels="grey")
    assert grey.shape == (1, 24, 31)
    np.testing.assert_allclose(grey[0], channels_first(NOISE).transpose(1, 2, 0) @ LUMA, atol=1e-12)


@pytest.mark.parametrize("name", ["jpeg", "jpeg-progressive", "jpeg-cmyk", "webp", "gif", "png-palette", "bmp-palette"])
def test_lossy_formats(name):
    image = load_image(way(name, SMOOTH))
    assert image.shape == (3, 24, 31)
    assert np.abs(image - channels_first(SMOOTH)).mean() < 0.1


def test_ycbcr_and_lab_tiff():
    for mode in ("YCbCr", "LAB"):
        image = load_image(encoded(Image.fromarray(SMOOTH).convert(mode), "TIFF"))
        assert np.abs(image - channels_first(SMOOTH)).mean() < 0.03


@pytest.mark.parametrize("name", ["png-grey", "pgm", "tiff-deflate"])
def test_grey_stays_exactly_what_it_is(name):
    stored = np.asarray(Image.fromarray(NOISE).convert("L"))
    np.testing.assert_array_equal(load_image(way(name), channels="grey")[0], stored / 255)
    np.testing.assert_array_equal(load_image(way(name)), np.tile(stored / 255, (3, 1, 1)))


@pytest.mark.parametrize("name", ["png-1", "pbm"])
def test_one_bit(name):
    stored = np.asarray(Image.fromarray(NOISE).convert("1"))
    np.testing.assert_array_equal(load_image(way(name), channels="grey")[0], stored)


DEEP = np.array([[0, 1, 255, 256], [300, 32768, 65534, 65535]], np.uint16)


@pytest.mark.parametrize("format", ["PNG", "TIFF", "PPM"])
def test_16_bits(format):
    np.testing.assert_array_equal(load_image(encoded(DEEP, format), channels="grey")[0], DEEP / 65535)


def test_16_bits_of_the_other_byte_order():
    data = encoded(Image.frombytes("I;16B", (4, 2), DEEP.astype(">u2").tobytes()), "TIFF")
    np.testing.assert_array_equal(load_image(data)[1], DEEP / 65535)


def test_16_bits_scaled_down():
    data = encoded(np.array([[0, 65535, 100, 200]], np.uint16))
    np.testing.assert_allclose(load_image(data, "grey", max_side=2), [[[0.5, 150 / 65535]]], atol=1e-12)


def test_16_bits_a_channel_become_8():
    pixels = np.array([[[0x1234, 0xFFFF, 0x0080]]], ">u2")
    data = png(1, 1, 16, 2, b"\0" + pixels.tobytes())
    np.testing.assert_array_equal(load_image(data)[:, 0, 0], np.array([0x12, 0xFF, 0x00]) / 255)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([[0, 65535, 13107]], [[0, 1, 0.2]]),
        ([[0, 100000, 25000]], [[0, 1, 0.25]]),
        ([[-100, 100, 0]], [[0, 1, 0.5]]),
    ],
)
def test_32_bit_whole_numbers(numbers, expected):
    data = tiff(np.array(numbers, np.int32), 32, 2)
    np.testing.assert_allclose(load_image(data, "grey")[0], expected, atol=1e-15)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([[0.25, 0.5, 0.75]], [[0.25, 0.5, 0.75]]),
        ([[-1, 0, 3]], [[0, 0.25, 1]]),
        ([[100, 150, 200]], [[0, 0.5, 1]]),
        ([[5, 5, 5]], [[0, 0, 0]]),
        ([[-3e38, 0, 3e38]], [[0, 0.5, 1]]),
    ],
)
def test_floats(numbers, expected):
    image = Image.fromarray(np.array(numbers, np.float32))
    np.testing.assert_allclose(load_image(encoded(image, "TIFF"), "grey")[0], expected, atol=1e-7)


def test_a_part_of_a_float_image_keeps_its_brightness():
    data = encoded(Image.fromarray(np.array([[0, 2, 4]], np.float32)), "TIFF")
    np.testing.assert_array_equal(load_image(data, "grey", crop=(1, 0, 1, 1)), [[[0.5]]])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_floats_that_are_no_numbers(bad):
    refused(
        encoded(Image.fromarray(np.array([[0, bad]], np.float32)), "TIFF"),
        "clipboard holds values that are infinite or not numb",
    )


# Transparency


def test_alpha_over_the_background():
    pixels = np.array([[[255, 0, 0, 255], [255, 0, 0, 0], [0, 0, 255, 51]]], np.uint8)
    data = encoded(pixels)
    np.testing.assert_allclose(load_image(data)[:, 0].T, [[1, 0, 0], [1, 1, 1], [0.8, 0.8, 1]], atol=1e-12)
    image = load_image(data, background=(0.0, 0.5, 0.0))
    np.testing.assert_allclose(image[:, 0].T, [[1, 0, 0], [0, 0.5, 0], [0, 0.4, 0.2]], atol=1e-12)
    grey = load_image(data, "grey", background=(0.0, 0.5, 0.0))
    np.testing.assert_allclose(grey, np.tensordot(LUMA, image, 1)[np.newaxis], atol=1e-12)


def test_grey_alpha_over_a_colour():
    data = encoded(Image.fromarray(np.array([[[102, 255], [102, 0]]], np.uint8), "LA"))
    np.testing.assert_allclose(load_image(data, background=(1, 0, 0))[:, 0].T, [[0.4] * 3, [1, 0, 0]])
    np.testing.assert_allclose(load_image(data, "grey", background=(1, 0, 0)), [[[0.4, 0.299]]])


def test_alpha_is_composed_before_scaling():
    data = encoded(np.array([[[0, 0, 0, 255], [255, 0, 0, 0]]], np.uint8))
    np.testing.assert_allclose(load_image(data, max_side=1, background=(0, 0, 0)).ravel(), [0, 0, 0])


@pytest.mark.parametrize(
    ("picture", "key", "expected"),
    [
        (Image.fromarray(np.array([[7, 8]], np.uint8)), 7, [1, 8 / 255]),
        (Image.fromarray(np.array([[7, 8]], np.uint16)), 8, [7 / 65535, 1]),
        (Image.fromarray(np.array([[False, True]])), 0, [1, 1]),
        (Image.fromarray(np.array([[[1, 2, 3], [1, 2, 4]]], np.uint8)), (1, 2, 3), [1, 1 / 255]),
    ],
)
def test_one_transparent_colour(picture, key, expected):
    data = encoded(picture, transparency=key)
    assert inspect_image(data).has_alpha
    np.testing.assert_array_equal(load_image(data)[0, 0], expected)


def test_one_transparent_colour_of_16_bits_a_channel():
    pixels = np.array([[[0x1200, 0x3400, 0x5600], [0x1300, 0, 0]]], ">u2")
    trns = png_chunk(b"tRNS", struct.pack(">HHH", 0x1200, 0x3400, 0x5600))
    data = png(2, 1, 16, 2, b"\0" + pixels.tobytes(), trns)
    np.testing.assert_array_equal(load_image(data)[:, 0, 0], [1, 1, 1])
    np.testing.assert_array_equal(load_image(data)[:, 0, 1], [0x13 / 255, 0, 0])


@pytest.mark.parametrize("transparency", [1, bytes([255, 0])])
def test_palette_with_transparency(transparency):
    picture = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    picture.putpalette([255, 0, 0, 0, 255, 0])
    data = encoded(picture, transparency=transparency)
    np.testing.assert_array_equal(load_image(data, background=(0, 0, 1))[:, 0].T, [[1, 0, 0], [0, 0, 1]])
    assert inspect_image(data).channels == "rgb"


# Orientation, crop, scale


def exif(orientation):
    notes = Image.Exif()
    notes[0x0112] = orientation
    return notes


TURNED = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: stored[::-1, ::-1].transpose(1, 0, 2),
    8: lambda stored: np.rot90(stored, 1),
}


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP", "JPEG"])
@pytest.mark.parametrize("orientation", TURNED)
def test_orientation(format, orientation):
    options = {"lossless": True} if format == "WEBP" else {"quality": 100, "subsampling": 0} if format == "JPEG" else {}
    data = encoded(SMOOTH, format, exif=exif(orientation), **options)
    plain = load_image(encoded(SMOOTH, format, **options)).transpose(1, 2, 0)
    expected = TURNED[orientation](plain).transpose(2, 0, 1)
    info = inspect_image(data)
    assert (info.height, info.width) == expected.shape[1:]
    np.testing.assert_array_equal(load_image(data), expected)
    np.testing.assert_array_equal(load_image(data, crop=(2, 3, 11, 7)), expected[:, 3:10, 2:13])
    small = load_image(data, max_side=12)
    np.testing.assert_allclose(small, averaged(expected, small.shape), atol=1e-9)


def averaged(image, shape):
    """Average areas the plain way: every pixel repeated until groups of whole points make the new ones."""

    def shares(old, new):
        return np.repeat(np.eye(old), new, axis=1).reshape(old, new, old).mean(axis=2).T

    return shares(image.shape[1], shape[1]) @ image @ shares(image.shape[2], shape[2]).T


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_cannot_be_is_none(orientation):
    np.testing.assert_array_equal(load_image(encoded(NOISE, exif=exif(orientation))), channels_first(NOISE))


@pytest.mark.parametrize(
    "notes", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\0\x05\1"]
)
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_broken_camera_notes_do_not_cost_the_image(format, notes):
    data = encoded(SMOOTH, format, exif=notes)
    assert load_image(data).shape == (3, 24, 31)
    assert inspect_image(data).width == 31


@pytest.mark.parametrize(
    ("size", "max_side", "expected"),
    [
        ((100, 50), 10, (10, 5)),
        ((100, 50), 100, (100, 50)),
        ((100, 50), 1000, (100, 50)),
        ((100, 33), 7, (7, 2)),
        ((300, 1), 10, (10, 1)),
        ((1, 300), 10, (1, 10)),
        ((31, 24), 1, (1, 1)),
    ],
)
def test_scaling_keeps_the_shape_and_never_enlarges(size, max_side, expected):
    data = encoded(Image.new("RGB", size, (255, 102, 0)))
    image = load_image(data, max_side=max_side)
    assert image.shape == (3, expected[1], expected[0])
    np.testing.assert_allclose(image, np.broadcast_to(np.array([[[1]], [[0.4]], [[0]]]), image.shape), atol=1e-12)
    assert image.min() >= 0
    assert image.max() <= 1


@pytest.mark.parametrize("strip", [1, 40, 100, 1 << 20])
def test_scaling_averages_areas_whatever_the_strips(strip, monkeypatch):
    monkeypatch.setattr(images, "_STRIP_PIXELS", strip)
    np.testing.assert_array_equal(load_image(encoded(NOISE)), channels_first(NOISE))
    image = load_image(encoded(NOISE), max_side=10)
    assert image.shape == (3, 8, 10)
    np.testing.assert_allclose(image, averaged(channels_first(NOISE), image.shape), atol=1e-9)
    floats = encoded(Image.fromarray(NOISE[:, :, 0].astype(np.float32) / 255), "TIFF")
    np.testing.assert_allclose(load_image(floats, "grey")[0], NOISE[:, :, 0] / 255, atol=1e-7)


@pytest.mark.parametrize("orientation", [1, 6, 8])
@pytest.mark.parametrize("crop", [None, (100, 37, 400, 303)])
def test_a_jpeg_that_is_decoded_small_is_the_same_picture(orientation, crop):
    y, x = np.mgrid[0:603, 0:805]
    pixels = np.stack([128 + 100 * np.sin(x / 90), 128 + 100 * np.cos(y / 70), (x + y) / 8], axis=2).astype(np.uint8)
    data = encoded(pixels, "JPEG", quality=95, exif=exif(orientation))
    full = load_image(data, crop=crop)
    small = load_image(data, max_side=40, crop=crop)
    scale = 40 / max(full.shape)
    assert small.shape == (3, round(full.shape[1] * scale), round(full.shape[2] * scale))
    assert np.abs(small - averaged(full, small.shape)).max() < 0.03


def test_a_part_is_cut_out_before_scaling():
    image = load_image(encoded(NOISE), crop=(4, 2, 6, 2), max_side=3)
    part = channels_first(NOISE)[:, 2:4, 4:10]
    np.testing.assert_allclose(image, part.reshape(3, 1, 2, 3, 2).mean(axis=(2, 4)), atol=1e-12)


@pytest.mark.parametrize(
    "crop", [(-1, 0, 2, 2), (0, -1, 2, 2), (0, 0, 0, 2), (0, 0, 2, 0), (30, 0, 2, 2), (0, 23, 2, 2)]
)
def test_a_part_outside_of_the_image(crop):
    refused(encoded(NOISE), "does not lie in clipboard, which has 31 x 24 pixels: choose a part inside", crop=crop)


def test_a_side_too_long_offers_scaling():
    data = encoded(Image.new("L", (MAX_SIDE + 1, 2)))
    assert "2049 x 2 pixels" in refused(data, "longer side may have 2048: open it scaled down, or choose a part")
    assert load_image(data, max_side=100).shape == (3, 1, 100)
    assert load_image(data, crop=(1, 0, MAX_SIDE, 2)).shape == (3, 2, MAX_SIDE)
    assert load_image(encoded(Image.new("L", (2, MAX_SIDE)))).shape == (3, MAX_SIDE, 2)


def test_a_very_wide_image():
    data = encoded(Image.linear_gradient("L").resize((20000, 8)))
    image = load_image(data, channels="grey", max_side=1000)
    assert image.shape == (1, 1, 1000)


@pytest.mark.parametrize("arguments", [{"channels": "blue"}, {"max_side": 0}, {"max_side": -5}])
def test_wrong_arguments(arguments):
    with pytest.raises(ValueError, match=f"{next(iter(arguments.values()))}"):
        load_image(encoded(NOISE), **arguments)
    with pytest.raises(ValueError, match=f"{next(iter(arguments.values()))}"):
        image_from_pixels(NOISE, **arguments)


# Frames


def frames_of(format, count=3, **options):
    colors = [(255, 0, 0), (0, 255, 0), (0, 0, 255)][:count]
    first, *others = [Image.new("RGB", (6, 4), color) for color in colors]
    return encoded(first, format, save_all=True, append_images=others, **options)


@pytest.mark.parametrize("format", ["GIF", "TIFF", "WEBP", "PNG"])
def test_frames(format):
    data = frames_of(format, **({"lossless": True} if format == "WEBP" else {}))
    assert inspect_image(data).frames == 3
    for frame in range(3):
        np.testing.assert_array_equal(load_image(data, frame=frame)[:, 0, 0], np.eye(3)[frame])
    refused(data, "clipboard has no frame 4: choose one from 1 to 3", frame=3)
    refused(data, "clipboard has no frame 0: choose one from 1 to 3", frame=-1)


def test_a_still_image_has_one_frame():
    refused(encoded(NOISE), "no frame 2: choose one from 1 to 1", frame=1)


def test_pages_of_different_size():
    data = encoded(Image.new("L", (5, 4)), "TIFF", save_all=True, append_images=[Image.new("L", (9, 7))])
    assert load_image(data, frame=1).shape == (3, 7, 9)


def test_a_frame_that_enlarges_a_gif_too_far():
    data = bytearray(frames_of("GIF", 2))
    second = data.rindex(b"\x2c\0\0\0\0\x06\0\x04\0")
    data[second + 5 : second + 9] = struct.pack("<HH", 60000, 60000)
    refused(bytes(data), "decompresses to far more pixels than fit", frame=1)
    data[second + 5 : second + 9] = struct.pack("<HH", 20000, 20000)
    assert "20000 x 20000" in refused(bytes(data), "MB of memory", frame=1, max_side=10)


def test_a_gif_whose_second_frame_would_turn_a_huge_first_one_to_colours():
    data = bytearray(frames_of("GIF", 2))
    data[6:10] = struct.pack("<HH", 15000, 15000)
    sentence = refused(bytes(data), "15000 x 15000 pixels, which need 859 MB", frame=1, max_side=10)
    assert "640 MB" in sentence


def test_jpeg_with_more_pictures_behind_it():
    data = encoded(SMOOTH, "MPO", save_all=True, append_images=[Image.fromarray(SMOOTH)])
    info = inspect_image(data)
    assert (info.format, info.frames) == ("JPEG", 2)
    assert load_image(data, max_side=3).shape == (3, 2, 3)


# The header


@pytest.mark.parametrize(
    ("name", "format", "alpha", "channels"),
    [
        ("png", "PNG", False, "rgb"),
        ("png-grey", "PNG", False, "grey"),
        ("png-1", "PNG", False, "grey"),
        ("png-alpha", "PNG", True, "rgb"),
        ("png-palette", "PNG", False, "rgb"),
        ("jpeg", "JPEG", False, "rgb"),
        ("gif", "GIF", False, "rgb"),
        ("webp", "WEBP", False, "rgb"),
        ("tiff", "TIFF", False, "rgb"),
        ("bmp", "BMP", False, "rgb"),
        ("ppm", "PPM", False, "rgb"),
    ],
)
def test_inspect(name, format, alpha, channels, tmp_path):
    path = tmp_path / "a picture"
    path.write_bytes(way(name))
    expected = ImageInfo("a picture", format, 31, 24, 1, alpha, channels)
    assert inspect_image(path) == expected
    assert inspect_image(str(path)) == expected
    assert inspect_image(path.read_bytes(), name="a picture") == expected


@pytest.mark.parametrize("picture", [DEEP, Image.new("LA", (4, 2))])
def test_inspect_finds_grey(picture):
    assert inspect_image(encoded(picture)).channels == "grey"


def test_inspect_reads_the_header_only():
    data = encoded(Image.new("RGB", (6000, 5000)))
    tracemalloc.start()
    try:
        assert inspect_image(data[: len(data) // 2]).width == 6000
        assert tracemalloc.get_traced_memory()[1] < 1e6
    finally:
        tracemalloc.stop()


# Files that are no images


def test_missing_file(tmp_path):
    refused(tmp_path / "gone.png", "^gone.png was not found: check")
    with pytest.raises(ImageError, match=r"^gone.png was not found"):
        inspect_image(tmp_path / "gone.png")


def test_folder(tmp_path):
    refused(tmp_path, f"^{tmp_path.name} is a folder: choose an image file in it")
    refused("/", "^/ is a folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    refused(tmp_path / "pipe.png", "^pipe.png is a device or a pipe")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices in folders here")
def test_device():
    refused("/dev/zero", "^zero is a device or a pipe")


def test_empty(tmp_path):
    (tmp_path / "empty.png").touch()
    refused(tmp_path / "empty.png", r"^empty.png is empty: choose another file")
    refused(b"", "^clipboard is empty")


def test_no_permission(tmp_path, monkeypatch):
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(NOISE))

    def deny(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    refused(path, "^secret.png may not be read: allow")


def test_a_disk_that_fails(tmp_path, monkeypatch):
    path = tmp_path / "far.png"
    path.write_bytes(encoded(NOISE))

    def fail(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", fail)
    refused(path, r"^far.png cannot be read \(.*Input/output error")


def test_a_name_that_no_file_can_have():
    refused("a\0b.png", "cannot be read")
    refused("n" * 5000, "cannot be read")


@pytest.mark.parametrize(
    "data",
    [
        b"This is a text, and no picture.\n" * 20,
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n0 0 moveto\nshowpage\n",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='5' height='5'/>",
        b"\0" * 1000,
        b"\x89PNG",
        b"P",
        encoded(NOISE, "TGA"),
        encoded(NOISE, "ICO"),
        encoded(NOISE, "JPEG2000") if "JPEG2000" in Image.SAVE else b"no decoder",
    ],
)
def test_other_files_under_the_name_of_a_png(data, tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    refused(path, "^photo.png is not an image that can be opened here: choose a PNG, JPEG, BMP, GIF, WebP, TIFF or PPM")


def test_eps_never_reaches_its_plugin(monkeypatch):
    def called(*_):
        raise AssertionError

    Image.init()
    monkeypatch.setitem(Image.OPEN, "EPS", (called, called))
    refused(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n", "not an image that can be opened")


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (0, 0)])
def test_no_pixels(size):
    refused(png(*size, 8, 0), "clipboard (is not an image|is damaged)")
    refused(b"P5 %d %d 255 " % size, "clipboard (is not an image|is damaged)")


def test_errors_keep_their_cause():
    with pytest.raises(ImageError) as caught:
        load_image(encoded(NOISE)[:400])
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.values == {"name": "clipboard"}
    assert "damaged or incomplete" in caught.value.template


@pytest.mark.parametrize("name", WAYS)
def test_truncated_files_never_load_half(name):
    data = way(name)
    whole = load_image(data)
    kinds = []
    for length in {*np.linspace(1, len(data) - 1, 60).astype(int).tolist(), len(data) - 1}:
        try:
            image = load_image(data[:length])
        except ImageError as error:
            kinds.append(str(error).split(":")[0])
        else:  # only what follows the pixels is missing
            np.testing.assert_array_equal(image, whole)
    assert len(kinds) > 50


def test_truncated_animation():
    data = frames_of("GIF")
    refused(data[: len(data) - 12], "damaged", frame=2)


@pytest.mark.parametrize("name", WAYS)
def test_mutated_files_give_an_image_or_an_error(name):
    rng = np.random.default_rng(len(name) * 1000 + ord(name[-1]))
    data = way(name, NOISE[:9, :11])
    for _ in range(40):
        broken = bytearray(data)
        for position in rng.integers(0, min(len(broken), rng.choice([64, 10**6])), rng.integers(1, 6)).tolist():
            broken[position] = rng.integers(256)
        if rng.random() < 0.2:
            cut = int(rng.integers(len(broken)))
            del broken[cut : cut + int(rng.integers(1, 20))]
        for attempt in (lambda: load_image(bytes(broken), max_side=16), lambda: inspect_image(bytes(broken))):  # noqa: B023
            try:
                result = attempt()
            except ImageError as error:
                assert str(error).startswith("clipboard ")  # noqa: PT017
                continue
            if isinstance(result, np.ndarray):
                assert result.ndim == 3
                assert np.isfinite(result).all()
                assert 0 <= result.min() <= result.max() <= 1


# Warnings


def odd_tiff():
    """Return a good TIFF with a note that lies outside of the file: Pillow warns about it."""
    data = bytearray(encoded(NOISE, "TIFF", exif=exif(1), software="x" * 40))
    (directory,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, directory)
    for entry in range(count):
        where = directory + 2 + 12 * entry
        if struct.unpack_from("<H", data, where)[0] == 305:
            struct.pack_into("<I", data, where + 8, 10**8)
    return bytes(data)


def test_warnings_of_pillow_do_not_escape():
    data = odd_tiff()
    with (
        pytest.warns(UserWarning, match="Truncated File Read"),
        Image.open(io.BytesIO(data)) as image,
    ):
        image.load()
    before = list(warnings.filters)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(load_image(data), channels_first(NOISE))
        inspect_image(data)
    assert warnings.filters == before


def test_filters_are_restored_after_several_threads():
    before = list(warnings.filters)
    barrier = threading.Barrier(4)
    results = []

    def work():
        barrier.wait(timeout=10)
        results.extend(load_image(odd_tiff()).shape for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert results == [(3, 24, 31)] * 80
    assert warnings.filters == before


# Memory


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(100000, 100000, 8, 0), "100000 x 100000"),
        (png(100000, 100000, 16, 6), "100000 x 100000"),
        (png(15000, 15000, 8, 2), "15000 x 15000"),
        (png(20000, 20000, 8, 2), "20000 x 20000"),
        (b"P6 90000 90000 255 ", "90000 x 90000"),
        (b"P6 17000 17000 255 ", "17000 x 17000"),
        (b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;", "65535 x 65535"),
        (b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 99999, 99999, 1, 24, 0, 0, 0, 0, 0, 0), "99999 x 99999"),
        (tiff(np.zeros((1, 1), np.uint8), 8, 1, (80000, 80000)), "80000 x 80000"),
    ],
)
def test_bombs_are_refused_from_the_header(data, size):
    tracemalloc.start()
    try:
        sentence = refused(data, "need [0-9]+ MB of memory, and the most is 640 MB: save a smaller copy", max_side=64)
        assert tracemalloc.get_traced_memory()[1] < 2e6
    finally:
        tracemalloc.stop()
    assert f"has {size} pixels" in sentence


def test_what_unfolds_later_is_refused_without_a_size(monkeypatch):
    def bomb(*_):
        raise Image.DecompressionBombError("a tile")

    load_image(encoded(NOISE))
    monkeypatch.setitem(Image.OPEN, "PNG", (bomb, Image.OPEN["PNG"][1]))
    refused(encoded(NOISE), "^clipboard decompresses to far more pixels than fit in memory: choose another file")


def test_a_side_far_too_long():
    refused(png(1_000_001, 1, 8, 0), "no side may be longer than 1000000", max_side=64)


def test_a_progressive_jpeg_needs_all_its_coefficients(monkeypatch):
    monkeypatch.setattr(images, "_MOST_DECODED_BYTES", 1_000_000)
    picture = Image.new("RGB", (900, 500))
    refused(encoded(picture, "JPEG", progressive=True), "900 x 500 pixels, which need 3 MB", max_side=50)
    assert load_image(encoded(picture, "JPEG"), max_side=50).shape == (3, 28, 50)


def test_20000_pixels_square_can_be_scaled_down():
    row = zlib.compressobj(1)
    line = b"\0" + b"\xff" * 10000 + b"\0" * 10000
    body = b"".join([row.compress(line * 100) for _ in range(200)]) + row.flush()
    header = struct.pack(">IIBBBBB", 20000, 20000, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")
    assert inspect_image(data).width == 20000
    image = load_image(data, channels="grey", max_side=4)
    np.testing.assert_allclose(image[0], [[1, 1, 0, 0]] * 4, atol=1e-9)


def test_files_that_are_too_large(tmp_path):
    path = tmp_path / "huge.tif"
    with path.open("wb") as file:
        file.truncate(513 * 1024 * 1024)
    refused(path, r"^huge.tif is a file of 513 MB, and the most is 512 MB: save a smaller copy")


def test_no_memory_left(monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", fail)
    refused(encoded(NOISE, "BMP"), "^clipboard needs more memory than is free: close other programs")


# Pixels of the clipboard


def test_pixels():
    np.testing.assert_array_equal(image_from_pixels(NOISE), channels_first(NOISE))
    np.testing.assert_array_equal(image_from_pixels(NOISE[:, ::-1]), channels_first(NOISE[:, ::-1]))
    np.testing.assert_array_equal(image_from_pixels(NOISE[:, :, 0], "grey"), NOISE[np.newaxis, :, :, 0] / 255)
    np.testing.assert_array_equal(image_from_pixels(NOISE[:, :, 0]), np.stack([NOISE[:, :, 0] / 255] * 3))
    np.testing.assert_allclose(image_from_pixels(NOISE, "grey")[0], NOISE / 255 @ LUMA, atol=1e-12)
    assert image_from_pixels(NOISE, max_side=10).shape == (3, 8, 10)


def test_pixels_with_alpha():
    pixels = np.array([[[255, 0, 0, 255], [0, 0, 255, 51]]], np.uint8)
    np.testing.assert_allclose(image_from_pixels(pixels)[:, 0].T, [[1, 0, 0], [0.8, 0.8, 1]], atol=1e-12)
    np.testing.assert_allclose(image_from_pixels(pixels, background=(0, 0, 0))[:, 0, 1], [0, 0, 0.2], atol=1e-12)


@pytest.mark.parametrize("shape", [(4,), (4, 4, 2), (4, 4, 5), (1, 4, 4, 3), (0, 4, 3), (4, 0), ()])
def test_pixels_of_a_wrong_shape(shape):
    with pytest.raises(ValueError, match="pixels of shape"):
        image_from_pixels(np.zeros(shape, np.uint8))


def test_pixels_of_a_wrong_type():
    with pytest.raises(ValueError, match="float64"):
        image_from_pixels(np.zeros((4, 4, 3)))


def test_too_many_pixels():
    with pytest.raises(ImageError, match="screen has 2049 x 1 pixels"):
        image_from_pixels(np.zeros((1, MAX_SIDE + 1), np.uint8), name="screen")
