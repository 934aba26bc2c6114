"""template.yaml as SAM and CloudFormation see it, for tests that need no account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import boto3
from cfnlint.api import ManualArgs, lint
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from workbench.deploying.refusals import REGIONS
from workbench.runtime import ROOT

TEXT = (ROOT / "template.yaml").read_text()

FUNCTIONS = ("SkillFunction", "PublisherFunction")
SKILL_ID = "amzn1.ask.skill.00000000-0000-0000-0000-000000000000"

Template = dict[str, Any]


def parsed() -> Template:
    """Return template.yaml, with CloudFormation's short tags spelt out."""
    template: Template = yaml_parse(TEXT)
    return template


def transform(
    template: Template | None = None,
    codes: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Template:
    """Return the CloudFormation template that SAM makes of ``template``.

    ``codes`` are the S3 keys that `sam deploy` uploaded the functions' folders under: hashes of what is in them.
    """
    template = template or parsed()
    for name in FUNCTIONS:
        template["Resources"][name]["Properties"]["CodeUri"] = f"s3://bucket/{(codes or {}).get(name, name)}"
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="us-east-1"))
    result: Template = translator.translate(template, dict(parameters or {}))
    return result


def complaints(template: str) -> list[str]:
    """Return cfn-lint's errors and warnings, without its remarks (I...), as its command does."""
    found = lint(template, config=ManualArgs(regions=list(REGIONS)))
    return [str(match) for match in found if not match.rule.id.startswith("I")]


def references(part: Any) -> Iterator[str]:
    """Yield the name of everything that ``part`` of a template refers to."""
    if isinstance(part, list):
        for item in part:
            yield from references(item)
    if not isinstance(part, dict):
        return
    for name, value in part.items():
        if name == "Ref":
            yield value
        elif name == "Fn::GetAtt":
            yield value.partition(".")[0] if isinstance(value, str) else value[0]
        elif name == "Fn::Sub":
            text = value if isinstance(value, str) else value[0]
            yield from re.findall(r"\$\{([A-Za-z0-9]+)", text)
            yield from references(value)
        elif name == "DependsOn":
            yield from [value] if isinstance(value, str) else value
        else:
            yield from references(value)


def order_of_creation(template: Template) -> list[str]:
    """Return the resources in an order in which they can be created; raises CycleError when there is none."""
    resources = template["Resources"]
    needs = {name: set(references(resource)) & set(resources) for name, resource in resources.items()}
    return list(TopologicalSorter(needs).static_order())


def of_type(template: Template, kind: str) -> dict[str, Any]:
    """Return the resources of a type, by name."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def behind_alias(template: Template, function: str = "SkillFunction") -> str:
    """Return the name of the version that a function's alias points at; another name is another version."""
    return str(template["Resources"][f"{function}Aliaslive"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0])
