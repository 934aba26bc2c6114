"""The skill package, ask-cli's project, and the icons."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests import alexa_rules
from workbench.cli import main
from workbench.deploying import icons
from workbench.deploying.package import ask_project, skill_package, zipped
from workbench.runtime import ROOT

ARN = "arn:aws:lambda:us-east-1:123456789012:function:guide:live"


@pytest.fixture(scope="module")
def files(built: Path) -> dict[str, bytes]:
    return skill_package(built)


def manifest(files: dict[str, bytes], folder: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files[f"{folder}skill.json"])["manifest"]
    return found


def test_it_holds_manifest_models_and_icons(files: dict[str, bytes]) -> None:
    locales = set(manifest(files)["publishingInformation"]["locales"])
    assert {f"interactionModels/custom/{locale}.json" for locale in locales} <= set(files)
    assert "skill.json" in files


def test_it_holds_every_asset_that_the_manifest_names_and_no_other(files: dict[str, bytes]) -> None:
    shown = manifest(files)["publishingInformation"]["locales"].values()
    named = {one[field].removeprefix("file://") for one in shown for field in ("smallIconUri", "largeIconUri")}
    assert named == {name for name in files if name.startswith("assets/")}


def test_models_are_those_that_are_committed(files: dict[str, bytes]) -> None:
    for locale in ("en-US", "en-GB"):
        committed = json.loads((ROOT / "interaction_model" / f"{locale}.json").read_bytes())
        assert json.loads(files[f"interactionModels/custom/{locale}.json"]) == committed


def test_there_is_no_endpoint_unless_one_is_given(files: dict[str, bytes], built: Path) -> None:
    assert "endpoint" not in manifest(files)["apis"]["custom"]
    assert manifest(skill_package(built, endpoint=ARN))["apis"]["custom"]["endpoint"] == {"uri": ARN}


def test_the_same_files_give_the_same_bytes(files: dict[str, bytes]) -> None:
    """Its key in the bucket is a hash of them."""
    assert zipped(files) == zipped(dict(reversed(files.items())))
    assert zipped(files) != zipped({**files, "skill.json": b"{}"})
    with zipfile.ZipFile(io.BytesIO(zipped(files))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_a_skill_that_is_tried_out_has_another_name(files: dict[str, bytes], built: Path) -> None:
    """Alexa could not tell two skills of one account apart that are opened with the same words."""
    dev = skill_package(built, "dev")
    model = json.loads(dev["interactionModels/custom/en-US.json"])
    name = model["interactionModel"]["languageModel"]["invocationName"]
    assert name == "back spasm guide test"
    assert alexa_rules.invocation_name(name) == []
    for shown in manifest(dev)["publishingInformation"]["locales"].values():
        assert shown["name"] == "Back Spasm Guide (test)"
        assert shown["examplePhrases"][0] == "Alexa, open back spasm guide test"
    assert set(dev) == set(files)


class TestAskCli:
    """What ask-cli 2 looks for: ask-resources.json with its version and a profile, and the folder that it names."""

    def test_project(self, built: Path) -> None:
        project = ask_project(built, endpoint=ARN)
        resources = json.loads(project["ask-resources.json"])
        assert resources["askcliResourcesVersion"] == "2020-03-31"
        profile = resources["profiles"]["default"]
        assert set(profile) == {"skillMetadata"}  # no infrastructure: the function is deployed apart from it
        folder = profile["skillMetadata"]["src"].removeprefix("./")
        assert json.loads(project[f"{folder}/skill.json"])["manifest"]["apis"]["custom"]["endpoint"] == {"uri": ARN}
        assert f"{folder}/interactionModels/custom/en-US.json" in project

    def test_command_writes_it(self, built: Path, tmp_path: Path) -> None:
        assert main(["package", "--ask", "--to", str(tmp_path), "--endpoint", ARN]) == 0
        written = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert written == ask_project(built, endpoint=ARN)

    def test_command_writes_a_zip(self, built: Path, tmp_path: Path) -> None:
        assert main(["package", "--zip", str(tmp_path / "p.zip"), "--stage", "dev"]) == 0
        assert (tmp_path / "p.zip").read_bytes() == zipped(skill_package(built, "dev"))

    def test_command_that_cannot_write_says_so(
        self, built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["package", "--zip", str(tmp_path / "nowhere" / "p.zip")]) == 2
        assert "No such file" in capsys.readouterr().err


class TestIcons:
    @pytest.mark.parametrize("size", icons.SIZES)
    def test_committed_icon_is_a_png_of_its_size(self, size: int) -> None:
        data = (icons.FOLDER / f"icon-{size}.png").read_bytes()
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", data[16:24]) == (size, size)

    def test_small_icon_is_what_its_source_gives(self) -> None:
        svg = icons.SOURCE.read_text(encoding="utf-8")
        assert pixels(icons.render(svg, 108)) == pixels((icons.FOLDER / "icon-108.png").read_bytes())

    def test_shapes_are_filled_inside_and_smooth_at_the_edge(self) -> None:
        svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4" fill="#ff0000"/></svg>'
        rows = pixels(icons.render(svg, 10))
        assert rows[5][5] == (255, 0, 0)
        assert rows[0][0] == (255, 255, 255)
        assert 0 < rows[1][2][1] < 255

    @pytest.mark.parametrize("part", ['<text fill="#000000"/>', '<path d="M 0 0 Q 1 1 2 2" fill="#000000"/>'])
    def test_what_it_cannot_draw_is_refused(self, part: str) -> None:
        with pytest.raises(ValueError, match="is not drawn here"):
            icons.shapes(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{part}</svg>')


def pixels(png: bytes) -> list[list[tuple[int, ...]]]:
    """The pixels of a PNG file as this project writes it: one data chunk, rows without a filter."""
    size = struct.unpack(">I", png[16:20])[0]
    length = struct.unpack(">I", png[33:37])[0]
    raw = zlib.decompress(png[41 : 41 + length])
    rows = [raw[y * (3 * size + 1) + 1 : (y + 1) * (3 * size + 1)] for y in range(size)]
    return [[tuple(row[3 * x : 3 * x + 3]) for x in range(size)] for row in rows]
