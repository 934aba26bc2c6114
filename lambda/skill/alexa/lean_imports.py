"""Importing of ask-sdk only what a skill uses: half of the time that the first answer takes would go into the rest.

Importing ``ask_sdk_core`` imports nine out of ten modules of Amazon's for nothing: every class of every package that it
touches, clients for a dozen of Alexa's web services, and what it takes to print a model prettily. ``shorten`` has the
import system put each of them off until somebody asks for it. Nothing of the SDK is changed or left out: whoever asks
for a name gets the SDK's own object, and a package in which a name is not where it is expected is imported as a whole.
``tests/alexa/test_lean_imports.py`` holds that against the SDK as it is installed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

MODELS = "ask_sdk_model"
"""The package that has a module for each of some 650 classes."""

CLIENTS = "ask_sdk_model.services.service_client_factory"
"""Imports the clients of all of Alexa's web services; ``ask_sdk_core.skill`` names it in case a skill has an API client."""

_WORD_BEGINS = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def shorten() -> None:
    """Put off what ask-sdk imports too early; what is imported already stays as it is."""
    if any(isinstance(finder, _ModelFinder) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, _ModelFinder())
    _put_off("pprint", {})
    _put_off(CLIENTS, {"ServiceClientFactory": _service_clients})


class _ModelFinder:
    """Finds the packages of the models as ``PathFinder`` does, to be imported as a ``_Package``."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name.partition(".")[0] != MODELS:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.origin and type(spec.loader) is SourceFileLoader and spec.submodule_search_locations:
            spec.loader = _PackageLoader(name, spec.origin)
        return spec


class _PackageLoader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        """Read nothing yet."""
        module.__class__ = _Package

    def read(self, module: ModuleType) -> None:
        """Run the package's own ``__init__``; from here on it is a package like any other."""
        module.__class__ = ModuleType
        super().exec_module(module)


class _Package(ModuleType):
    """A package of models, of which a module is read when its class is asked for: ``SimpleCard`` from ``simple_card``."""

    def __getattr__(self, name: str) -> Any:
        module = f"{self.__name__}.{_WORD_BEGINS.sub('_', name).lower()}"
        try:
            found = import_module(module)
        except ModuleNotFoundError as missing:
            if missing.name != module:
                raise
            return self._read_whole(name)
        if name in self.__dict__:  # it was the module itself
            return found
        return getattr(found, name) if hasattr(found, name) else self._read_whole(name)

    def _read_whole(self, name: str) -> Any:
        loader = self.__spec__.loader if self.__spec__ else None
        if isinstance(loader, _PackageLoader):
            loader.read(self)
        return getattr(self, name)


def _put_off(name: str, at_once: dict[str, Any]) -> None:
    """Have a stand-in for module ``name`` import it when an attribute is asked for that is not ``at_once`` there."""
    stand_in = ModuleType(name)
    stand_in.__dict__.update(at_once)

    def read(attribute: str) -> Any:
        if attribute.startswith("__"):  # the import system looks whether there is a __path__
            raise AttributeError(attribute)
        return getattr(_read_now(name, stand_in), attribute)

    stand_in.__dict__["__getattr__"] = read
    sys.modules.setdefault(name, stand_in)


def _read_now(name: str, stand_in: ModuleType) -> ModuleType:
    if sys.modules.get(name) is stand_in:
        del sys.modules[name]
    return import_module(name)


def _service_clients(*arguments: Any, **named: Any) -> Any:
    """Return the SDK's ``ServiceClientFactory``; only a skill with an API client ever gets here."""
    make: Callable[..., Any] = _read_now(CLIENTS, sys.modules[CLIENTS]).ServiceClientFactory
    return make(*arguments, **named)
