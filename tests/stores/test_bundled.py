"""The release in the function's own folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stores.bundled import RELEASE_FILE, load_release


def test_it_lies_beside_the_code() -> None:
    assert RELEASE_FILE.parent.joinpath("skill_function.py").is_file()


def test_the_built_release_is_loaded(release_data: dict[str, Any]) -> None:
    assert load_release().version == release_data["version"]


def test_a_release_anywhere_else(tmp_path: Path, release_data: dict[str, Any]) -> None:
    path = tmp_path / "release.json"
    path.write_text(json.dumps({**release_data, "version": "mine"}), encoding="utf-8")
    assert load_release(path).version == "mine"


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        load_release(tmp_path / "release.json")


@pytest.mark.parametrize("content", [b"", b"{", b"[]" * 2, b"\xff\xfe", b'{"schema": 0}'])
def test_what_is_not_a_release(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "release.json"
    path.write_bytes(content)
    with pytest.raises(ValueError):
        load_release(path)
