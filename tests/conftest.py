"""What many tests share: the real content compiled once, a device to talk to, and copies of content to break."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml

from alexa.skill import LambdaHandler, build_handler
from guide.release import Release
from tests.content_copies import ContentCopy, small_copy
from workbench.compiler.build import RELEASE, build, is_current
from workbench.compiler.content import ROOT, Content, load_content
from workbench.compiler.interaction_model import FOLDER, Model
from workbench.standin.device import SKILL_ID, Device, context
from workbench.standin.ears import Ears

pytest_plugins = ("tests.runtime_fixtures",)


class NewDevice(Protocol):
    """Makes a device that talks to the compiled content, or to another function or with other ears."""

    def __call__(
        self,
        locale: str = "en-US",
        *,
        screen: bool = False,
        function: LambdaHandler | None = None,
        ears: Ears | None = None,
    ) -> Device: ...


@contextlib.contextmanager
def only_one_worker(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[None]:
    """Let the workers of one test run do something expensive one after the other, so that all but the first find it done."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's folder after ``guide build``, which builds only what is not current; all workers share it."""
    with only_one_worker(tmp_path_factory, "build"):
        if not is_current(ROOT):
            build(ROOT)
    return ROOT


@pytest.fixture(scope="session")
def content(built: Path) -> Content:
    """All content, as it stands in the project. Do not change it: it is the same object for every test."""
    loaded, _ = load_content(built)
    return loaded


@pytest.fixture(scope="session")
def release_data(built: Path) -> dict[str, Any]:
    """The bundled release, as JSON has it."""
    data: dict[str, Any] = json.loads((built / RELEASE).read_bytes())
    return data


@pytest.fixture(scope="session")
def release(release_data: dict[str, Any]) -> Release:
    return Release(release_data)


@pytest.fixture(scope="session")
def model(built: Path) -> Model:
    """The generated interaction model; that of every locale is the same (see test_interaction_model.py)."""
    data: Model = json.loads((built / FOLDER / "en-US.json").read_bytes())
    return data


@pytest.fixture(scope="session")
def ears(model: Model) -> Ears:
    return Ears(model)


@pytest.fixture(scope="session")
def handler(release: Release) -> LambdaHandler:
    """The Lambda handler over the compiled content."""
    return build_handler(lambda: release)


@pytest.fixture
def device(request: pytest.FixtureRequest) -> NewDevice:
    """A factory of devices; nothing is compiled for one that brings its own function and ears."""

    def make(
        locale: str = "en-US",
        *,
        screen: bool = False,
        function: LambdaHandler | None = None,
        ears: Ears | None = None,
    ) -> Device:
        function = function or request.getfixturevalue("handler")
        return Device(function, ears or request.getfixturevalue("ears"), locale, screen=screen)

    return make


@pytest.fixture
def envelope() -> Callable[..., dict[str, Any]]:
    """Builds the envelope of a request: ``envelope({"type": "LaunchRequest"}, locale="en-GB", attributes={...})``."""

    def build(
        request: dict[str, Any],
        *,
        locale: str = "en-US",
        attributes: dict[str, Any] | None = None,
        screen: bool = False,
    ) -> dict[str, Any]:
        session = {
            "new": attributes is None,
            "sessionId": "amzn1.echo-api.session.1",
            "application": {"applicationId": SKILL_ID},
            "user": {"userId": "amzn1.ask.account.TEST"},
            "attributes": attributes or {},
        }
        asked = {
            "requestId": "amzn1.echo-api.request.1",
            "timestamp": "2026-11-21T08:00:00Z",
            "locale": locale,
            **request,
        }
        return {"version": "1.0", "session": session, "context": context(screen=screen), "request": asked}

    return build


@pytest.fixture
def intent_envelope(envelope: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Builds the envelope of an intent with plain slots: ``intent_envelope("HowDoIIntent", query="sit")``."""

    def build(
        name: str, *, locale: str = "en-US", attributes: dict[str, Any] | None = None, **slots: str
    ) -> dict[str, Any]:
        filled = {slot: {"name": slot, "value": value, "confirmationStatus": "NONE"} for slot, value in slots.items()}
        intent: dict[str, Any] = {"name": name, "confirmationStatus": "NONE", **({"slots": filled} if slots else {})}
        return envelope({"type": "IntentRequest", "intent": intent}, locale=locale, attributes=attributes)

    return build


@functools.lru_cache(maxsize=256)
def _composed(text: str, loader: Any) -> yaml.Node:
    return _compose(text, loader)


_compose = yaml.compose


@pytest.fixture
def _yaml_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse the same text once: a test changes one file of fifty, and parsing YAML is nearly all that reading costs."""
    monkeypatch.setattr(yaml, "compose", lambda text, Loader: _composed(text, Loader))


@pytest.fixture(scope="session")
def _small_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_copy(ROOT, tmp_path_factory.mktemp("small-content"))


@pytest.fixture
def content_copy(_small_content: Path, _yaml_read_once: None, tmp_path: Path) -> ContentCopy:
    """The real content with fewer lines (see ``small_copy``), in a folder of its own, for a test to break."""
    shutil.copytree(_small_content, tmp_path, dirs_exist_ok=True)
    return ContentCopy(tmp_path)


@pytest.fixture(scope="session")
def _small_buildable_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = small_copy(ROOT, tmp_path_factory.mktemp("small-buildable-content"), buildable=True)
    (target / RELEASE).parent.mkdir(parents=True)
    return target


@pytest.fixture
def buildable_copy(_small_buildable_content: Path, _yaml_read_once: None, tmp_path: Path) -> ContentCopy:
    """A content copy that compiles as a whole; its training takes a second or two."""
    shutil.copytree(_small_buildable_content, tmp_path, dirs_exist_ok=True)
    return ContentCopy(tmp_path)


@pytest.fixture
def use_root(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes the commands of the command line that read content work on another project folder."""

    def use(root: Path) -> None:
        for name in ("", ".build", ".check", ".new", ".show"):
            monkeypatch.setattr(f"workbench.commands{name}.ROOT", root)

    return use
