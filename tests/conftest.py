"""What many tests share: the real content compiled once, a device to talk to, and copies of content to break."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pytest
from alexa.skill import LambdaHandler, build_handler
from guide.release import Release

from tests.content_copies import ContentCopy, small_copy
from workbench.compiler.build import compiled_signs, trained
from workbench.compiler.content import ROOT, Content, load_content
from workbench.compiler.interaction_model import Model, compile_model
from workbench.compiler.problems import Problems
from workbench.compiler.release import compile_release
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


@contextmanager
def only_one_worker(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[None]:
    """Let the workers of one test run do something expensive one after the other, so that all but the first find it done."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def content() -> Content:
    """All content, as it stands in the project. Do not change it: it is the same object for every test."""
    loaded, _ = load_content(ROOT)
    return loaded


@pytest.fixture(scope="session")
def release_data(content: Content, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The release that ``guide build`` would write, weights included (they are kept in ``build/``, as it keeps them)."""
    problems = Problems()
    signs = compiled_signs(content, problems)
    assert not problems.errors, "\n".join(map(str, problems))
    with only_one_worker(tmp_path_factory, "training"):
        weights = trained(content)
    return compile_release(content, signs, weights)


@pytest.fixture(scope="session")
def release(release_data: dict[str, Any]) -> Release:
    return Release(release_data)


@pytest.fixture(scope="session")
def model(content: Content) -> Model:
    """The interaction model of every locale."""
    return compile_model(content)


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
        request: dict[str, Any], *, locale: str = "en-US", attributes: dict[str, Any] | None = None, screen: bool = False
    ) -> dict[str, Any]:
        session = {
            "new": attributes is None,
            "sessionId": "amzn1.echo-api.session.1",
            "application": {"applicationId": SKILL_ID},
            "user": {"userId": "amzn1.ask.account.TEST"},
            "attributes": attributes or {},
        }
        asked = {"requestId": "amzn1.echo-api.request.1", "timestamp": "2026-11-21T08:00:00Z", "locale": locale, **request}
        return {"version": "1.0", "session": session, "context": context(screen=screen), "request": asked}

    return build


@pytest.fixture
def intent_envelope(envelope: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Builds the envelope of an intent with plain slots: ``intent_envelope("HowDoIIntent", query="sit")``."""

    def build(name: str, *, locale: str = "en-US", attributes: dict[str, Any] | None = None, **slots: str) -> dict[str, Any]:
        filled = {slot: {"name": slot, "value": value, "confirmationStatus": "NONE"} for slot, value in slots.items()}
        intent: dict[str, Any] = {"name": name, "confirmationStatus": "NONE", **({"slots": filled} if slots else {})}
        return envelope({"type": "IntentRequest", "intent": intent}, locale=locale, attributes=attributes)

    return build


@pytest.fixture(scope="session")
def _small_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_copy(ROOT, tmp_path_factory.mktemp("small-content"))


@pytest.fixture
def content_copy(_small_content: Path, tmp_path: Path) -> ContentCopy:
    """The real content with fewer lines (see ``small_copy``), in a folder of its own, for a test to break."""
    shutil.copytree(_small_content, tmp_path, dirs_exist_ok=True)
    return ContentCopy(tmp_path)


@pytest.fixture
def use_root(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes every command of the command line work on another project folder."""

    def use(root: Path) -> None:
        from workbench.commands import ask, build, chat, check, new, show

        modules: list[ModuleType] = [sys.modules["workbench.commands"], ask, build, chat, check, new, show]
        for module in modules:
            if hasattr(module, "ROOT"):
                monkeypatch.setattr(module, "ROOT", root)

    return use
