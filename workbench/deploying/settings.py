"""What a stage is deployed with: ``samconfig.toml``, the template's parameters, and what the command line says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from workbench.cli import UsageError

TEMPLATE = "template.yaml"
CONFIG = "samconfig.toml"


class Settings(NamedTuple):
    """Where and with what a stage is deployed."""

    stage: str
    stack: str
    region: str
    parameters: dict[str, str]
    """Of the template, without those that take their default."""

    @property
    def has_alexa(self) -> bool:
        """True when the stack makes the skill too."""
        return bool(self.parameters.get("AlexaVendorId") and self.parameters.get("AlexaSecret"))

    @property
    def table(self) -> str:
        return f"back-spasm-guide-{self.stage}-content"


def read_settings(root: Path, stage: str, given: Iterable[str] = ()) -> Settings:
    """Return the settings of ``stage``; ``given`` are parameters as ``Name=value``, which go before the file's.

    Raises:
        UsageError: when the file has nothing for the stage, or a parameter is none of the template's or has no such value.
    """
    with (root / CONFIG).open("rb") as file:
        config = tomllib.load(file)
    try:
        deploy = config[stage]["deploy"]["parameters"]
    except KeyError:
        raise UsageError(f"{CONFIG} has no [{stage}.deploy.parameters]") from None
    written = deploy.get("parameter_overrides", [])
    parameters = _parsed([*(written.split() if isinstance(written, str) else written), *given])
    known = template(root)["Parameters"]
    for name, value in parameters.items():
        _check(name, value, known)
    return Settings(stage, deploy["stack_name"], deploy["region"], {**parameters, "Stage": stage})


def template(root: Path) -> dict[str, Any]:
    """Return the template as plain data; CloudFormation's tags, such as !Ref, become one-entry mappings."""
    data: dict[str, Any] = yaml.load((root / TEMPLATE).read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    return data


def function_parameters(root: Path, function: str) -> set[str]:
    """Return the parameters that a function's properties refer to: those that decide how it is configured."""
    parsed = template(root)
    properties = parsed["Resources"][function]["Properties"]
    return set(_references(properties)) & set(parsed["Parameters"])


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags."""


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _tagged)


def _references(part: Any) -> Iterable[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "Ref":
                yield value
            elif name == "Fn::Sub" and isinstance(value, str):
                yield from re.findall(r"\$\{([A-Za-z0-9]+)", value)
            else:
                yield from _references(value)
    elif isinstance(part, list):
        for item in part:
            yield from _references(item)


def _parsed(lines: Iterable[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        name, equals, value = line.partition("=")
        if not equals:
            raise UsageError(f"'{line}' is not Name=value")
        found[name] = value.strip('"')
    return found


def _check(name: str, value: str, known: Mapping[str, Any]) -> None:
    if name not in known:
        raise UsageError(f"there is no parameter {name}; {TEMPLATE} has {', '.join(sorted(known))}")
    facts = known[name]
    allowed = [str(one) for one in facts.get("AllowedValues", ())]
    if allowed and value not in allowed:
        raise UsageError(f"{name} is one of {', '.join(allowed)}, not '{value}'")
    pattern = facts.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        raise UsageError(f"{name} cannot be '{value}': {facts.get('ConstraintDescription', pattern)}")
