"""Importing ask-sdk in part gives what importing it as a whole gives; when a new version is laid out otherwise, this says so.

Each test runs in a process of its own, since a module is imported only once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import alexa
from workbench.runtime import ROOT

SKILL = Path(str(alexa.__file__)).parents[1]
LAUNCH = json.loads((ROOT / "events" / "launch.json").read_bytes())


def run(program: str) -> Any:
    """Run ``program`` where the skill's modules are in reach, and return the JSON that it prints last."""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], cwd=SKILL, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


EVERY_NAME = """
import ast, importlib, json, pkgutil, sys
import alexa, ask_sdk_model
wrong, names, whole = [], 0, []
packages = ["ask_sdk_model", *(m.name for m in pkgutil.walk_packages(ask_sdk_model.__path__, "ask_sdk_model.") if m.ispkg)]
for package in packages:
    opened = importlib.import_module(package)
    for line in ast.parse(open(opened.__file__).read()).body:
        if isinstance(line, ast.ImportFrom) and line.level == 1:
            for name in line.names:
                names += 1
                real = getattr(importlib.import_module(f"{package}.{line.module}"), name.name)
                if getattr(opened, name.asname or name.name) is not real:
                    wrong.append(f"{package}.{name.name}")
    if type(opened).__name__ != "_Package":
        whole.append(package)
print(json.dumps({"wrong": wrong, "names": names, "packages": len(packages), "whole": whole}))
"""


def test_every_class_of_the_sdk_is_found_where_its_name_says() -> None:
    found = run(EVERY_NAME)
    assert found["names"] > 500
    assert found["packages"] > 60
    assert found["wrong"] == []
    # A package is read as a whole when one of its classes is in a module that its name does not tell: correct, but slow.
    assert found["whole"] == []


def test_a_name_that_is_in_no_module_of_its_own_is_found_all_the_same() -> None:
    program = """
import json, sys, alexa, ask_sdk_model, ask_sdk_model.ui
before = sorted(vars(ask_sdk_model.ui))
try:
    ask_sdk_model.ui.NoSuchClass
except AttributeError as error:
    print(json.dumps([str(error), "SimpleCard" in before, "SimpleCard" in vars(ask_sdk_model.ui)]))
"""
    message, before, after = run(program)
    assert "NoSuchClass" in message
    assert (before, after) == (False, True)  # its __init__ has been run, and has the last word


def test_what_cannot_be_imported_is_told_as_ever() -> None:
    program = """
import json, alexa
told = []
for statement in ("from ask_sdk_model import NoSuchClass", "import ask_sdk_model.no_such_module"):
    try:
        exec(statement)
    except ImportError as error:
        told.append(type(error).__name__)
print(json.dumps(told))
"""
    assert run(program) == ["ImportError", "ModuleNotFoundError"]


def test_an_api_client_gets_the_sdks_own_service_clients() -> None:
    pytest.importorskip("requests", reason="the function is not shipped with requests")
    program = f"""
import json, alexa
from ask_sdk_core.api_client import DefaultApiClient
from ask_sdk_core.dispatch_components import AbstractRequestHandler
from ask_sdk_core.skill_builder import CustomSkillBuilder
seen = []
class Handler(AbstractRequestHandler):
    def can_handle(self, handler_input): return True
    def handle(self, handler_input):
        clients = handler_input.service_client_factory
        seen.extend([type(clients).__module__, type(clients.get_monetization_service()).__name__])
        return handler_input.response_builder.response
builder = CustomSkillBuilder(api_client=DefaultApiClient())
builder.add_request_handler(Handler())
event = json.loads({json.dumps(LAUNCH)!r})
event["context"]["System"] |= {{"apiEndpoint": "https://api.amazonalexa.com", "apiAccessToken": "token"}}
builder.lambda_handler()(event, None)
from ask_sdk_model.services import ServiceClientFactory
from ask_sdk_model.services.service_client_factory import ServiceClientFactory as same
print(json.dumps([*seen, ServiceClientFactory is same, same.__module__]))
"""
    module = "ask_sdk_model.services.service_client_factory"
    assert run(program) == [module, "MonetizationServiceClient", True, module]


def test_models_are_printed_prettily() -> None:
    program = """
import json, sys, alexa
from ask_sdk_model.ui import SimpleCard
late = type(sys.modules["pprint"]).__name__ == "module" and not hasattr(sys.modules["pprint"], "__file__")
text = repr(SimpleCard(title="Heat", content="Warm."))
import pprint
print(json.dumps([late, text, pprint.pformat([1]), pprint.__file__ is not None]))
"""
    late, text, formatted, has_file = run(program)
    assert late and has_file
    assert "'title': 'Heat'" in text
    assert formatted == "[1]"


def test_what_was_imported_before_stays_as_it_is() -> None:
    program = """
import json, sys, pprint
import ask_sdk_core.skill, ask_sdk_model
before = {name: id(module) for name, module in sys.modules.items()}
import alexa
print(json.dumps([name for name, module in sys.modules.items() if before.get(name, id(module)) != id(module)]))
"""
    assert run(program) == []


def test_twice_is_as_once() -> None:
    assert (
        run(
            "import json, sys, alexa.lean_imports as l; n = len(sys.meta_path); l.shorten(); print(len(sys.meta_path) - n)"
        )
        == 0
    )
