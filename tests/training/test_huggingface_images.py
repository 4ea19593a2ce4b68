"""What a folder says of its images: taken where the caller says nothing, and never contradicted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models import huggingface
from models.data.literals import Characters, Patches
from models.errors import ModelError
from tests.training.folders import GREY, PATCH, SIDE, bert, vit

pytestmark = pytest.mark.usefixtures("no_gradients")

#: As the folder normalises where it says nothing else: to -1 and 1.
HALF = (127.5,) * 3
SILENT = Patches(size=SIDE, patch=PATCH, lead=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vit(tmp_path)
    return tmp_path


def said(folder: Path, **entries: Any) -> None:
    (folder / "preprocessor_config.json").write_text(json.dumps(entries))


@pytest.mark.parametrize(
    ("entries", "mean", "std"),
    [
        ({}, HALF, HALF),
        ({"image_mean": [0.4, 0.5, 0.6]}, (102, 127.5, 153), HALF),
        ({"image_mean": 0.4, "image_std": 0.2}, (102,) * 3, (51,) * 3),
        ({"do_normalize": False}, (0,) * 3, (255,) * 3),
        ({"do_rescale": False, "do_normalize": False}, (0,) * 3, (1,) * 3),
        ({"rescale_factor": 0.5}, (1,) * 3, (1,) * 3),
        ({"do_normalize": None, "image_mean": None, "size": None, "crop_size": None}, HALF, HALF),
        ({"size": {"height": SIDE, "width": SIDE}}, HALF, HALF),
        ({"size": SIDE}, HALF, HALF),
        ({"size": {"shortest_edge": SIDE}, "do_center_crop": True, "crop_size": SIDE}, HALF, HALF),
        ({"size": {"shortest_edge": 16}, "do_center_crop": True, "crop_size": SIDE}, HALF, HALF),
        ({"do_resize": False, "size": {"height": 224, "width": 224}}, HALF, HALF),
    ],
    ids=str,
)
def test_it_is_the_folders_where_the_caller_says_nothing(
    folder: Path, entries: dict[str, Any], mean: tuple[float, ...], std: tuple[float, ...]
) -> None:
    said(folder, **entries)
    for found in (huggingface.preparation(folder, SILENT), huggingface.load(folder, SILENT)):
        literal = found if isinstance(found, Patches) else Patches(**found.metadata["preparation"])
        assert literal.mean == pytest.approx(mean)
        assert literal.std == pytest.approx(std)


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({}, r"mean \[100, 110, 120\] and std \[50, 60, 70\], .*mean \[127.5, 127.5, 127.5\]"),
        ({"do_normalize": False}, r"std \[50, 60, 70\], .*mean \[0, 0, 0\] and std \[255, 255, 255\]"),
        ({"image_mean": [100, 110, 120], "image_std": [50, 60, 70]}, r"mean \[25500, 28050, 30600\]"),
        (
            {"do_rescale": False, "image_mean": [100, 110, 120], "image_std": [50, 60, 71]},
            r"std \[50, 60, 70\], .* std \[50, 60, 71\]",
        ),
        (
            {"do_rescale": False, "image_mean": [120, 110, 100], "image_std": [50, 60, 70]},
            r"\[120, 110, 100\]",
        ),
        ({"size": 224}, "224 pixels a side, the model takes 12"),
        ({"size": {"height": 12, "width": 8}}, "12×8 is no square"),
        ({"size": {"longest_edge": 12}}, "a size by longest_edge"),
        ({"do_center_crop": True, "crop_size": 12, "size": 8}, "cuts 12 pixels .* of 8"),
        ({"do_center_crop": True, "crop_size": 16, "size": 20}, "16 pixels a side, the model takes 12"),
        ({"do_flip_channel_order": True}, "do_flip_channel_order"),
    ],
    ids=str,
)
def test_a_contradiction_is_refused_with_both_values(
    folder: Path, entries: dict[str, Any], told: str
) -> None:
    said(folder, **entries)
    with pytest.raises(ModelError, match=told):
        huggingface.load(folder, GREY)
    with pytest.raises(ModelError, match=told):
        huggingface.preparation(folder, GREY)


def test_numbers_may_be_rounded(folder: Path) -> None:
    said(folder, image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])
    rounded = GREY.model_copy(update={"mean": (123.7, 116.3, 103.5), "std": (58.4, 57.1, 57.4)})
    assert huggingface.preparation(folder, rounded) == rounded


def test_a_folder_that_says_nothing_takes_what_is_given(folder: Path) -> None:
    assert huggingface.preparation(folder, GREY) == GREY
    with pytest.raises(ModelError, match=r"no preprocessor_config.json to take mean and std from"):
        huggingface.preparation(folder, SILENT)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"size": 16}, r"\(size 16, patch 4, .*give patches with size 12, patch 4"),
        ({"patch": 6}, r"\(size 12, patch 6, .*give patches with size 12, patch 4"),
        ({"mean": (1,), "std": (1,)}, r"1 channels, .*give patches with .*3 channels"),
        ({"margin": 1}, r"margin 1, .*margin 0"),
    ],
    ids=str,
)
def test_patches_are_those_of_the_model(folder: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ModelError, match=told):
        huggingface.preparation(folder, GREY.model_copy(update=changes))


def test_images_and_texts_are_not_confused(folder: Path) -> None:
    with pytest.raises(ModelError, match="a model of images, which characters do not prepare"):
        huggingface.load(folder, Characters(context=7))
    bert(folder)
    with pytest.raises(ModelError, match="no model of images"):
        huggingface.preparation(folder, GREY)
