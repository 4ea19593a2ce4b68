"""The processor's name."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from models.processor import processor


def told(monkeypatch: pytest.MonkeyPatch, text: str) -> str:
    monkeypatch.setattr(Path, "is_file", lambda self: True)
    monkeypatch.setattr(Path, "read_text", lambda self: text)
    return processor()


def test_it_is_what_the_kernel_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, "processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\n") == "Some CPU @ 3 GHz"


def test_one_without_a_name_is_its_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert told(monkeypatch, "processor\t: 0\n") == "aarch64"
