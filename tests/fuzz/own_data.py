"""Parsers of samples: images as arrays and as files, tables, texts, and batches of images as pickles."""

from __future__ import annotations

import gzip
import io
import json
import pickle
from pathlib import Path

import numpy as np
from PIL import Image

from models.data import image_folders, plain, plain_texts, tables
from models.data.cifar import unpickled
from models.data.files import DataFolder
from models.data.own import ImageFolders, PlainText, Table
from models.data.plain import ImageSet
from tests.fuzz.target import Target

KNOWN = ImageSet("input", (4, 4, 3), 3, {"training": 6, "held_out": 6})
PIXELS = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 3), dtype=np.uint8)
LABELS = np.arange(6) % 3
ROWS = (("a good film", "1"), ("an awful, long one", "0"), ('it says "no"', "0"))


def _arrays(*, packed: bool) -> bytes:
    written = io.BytesIO()
    save = np.savez_compressed if packed else np.savez
    save(
        written,
        train_images=PIXELS,
        train_labels=LABELS,
        test_images=PIXELS,
        test_labels=LABELS,
        class_names=np.array(["a", "b", "c"]),
    )
    return written.getvalue()


def _image(kind: str, mode: str = "RGB") -> bytes:
    written = io.BytesIO()
    image = Image.fromarray(np.kron(PIXELS[0], np.ones((4, 4, 1), np.uint8))).convert(mode)
    image.save(written, kind)
    return written.getvalue()


def _images(path: Path) -> object:
    """One image of one class; its kind is told by its content."""
    (path.parent / "training" / "a").mkdir(parents=True)
    path.rename(path.parent / "training" / "a" / path.name)
    asked = ImageFolders(training="training", side=8)
    return image_folders.read(DataFolder(path.parent, {}), asked, "training")


def _table(path: Path) -> object:
    asked = Table(training=path.name, text="text", label="label")
    return tables.read(DataFolder(path.parent, {}), asked, "training")


def _text(path: Path) -> object:
    return plain_texts.read(DataFolder(path.parent, {}), PlainText(training=path.name), "training")


def _separated(sign: str) -> bytes:
    fields = (f'"{text.replace(chr(34), chr(34) * 2)}"{sign}{label}' for text, label in ROWS)
    return "\n".join([f"text{sign}label", *fields, ""]).encode()


OBJECTS = "".join(f"{json.dumps({'text': text, 'label': int(label)})}\n" for text, label in ROWS).encode()
TEXT = "Ein Satz – und noch einer.\r\n= Heading =\n".encode() * 20
BATCH = pickle.dumps({b"data": PIXELS.reshape(6, -1), b"labels": LABELS.tolist()})
KINDS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")

TARGETS = (
    Target(
        "arrays of images",
        [_arrays(packed=True), _arrays(packed=False)],
        lambda path: plain.images(DataFolder(path.parent, {}), KNOWN, "training"),
        ".npz",
    ),
    Target("image", [*map(_image, KINDS), _image("PNG", "I;16"), _image("PNG", "P")], _images, ".png"),
    Target("table of tabs", [_separated("\t")], _table, ".tsv"),
    Target("table of commas", [_separated(",")], _table, ".csv"),
    Target("table of objects", [OBJECTS], _table, ".jsonl"),
    Target("packed table", [gzip.compress(_separated("\t"), mtime=0)], _table, ".tsv.gz"),
    Target("text", [TEXT], _text, ".txt"),
    Target("packed text", [gzip.compress(TEXT, mtime=0)], _text, ".txt.gz"),
    Target("pickled images", [BATCH], lambda path: unpickled(path.read_bytes(), "data", "labels"), ".bin"),
)
