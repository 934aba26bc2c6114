"""template.yaml and what belongs to it: what would be deployed, checked without AWS."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import version
from subprocess import CompletedProcess
from typing import Any

import boto3
import pytest
from cfnlint.api import lint_all
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from workbench import runtime

ROOT = runtime.ROOT
TEMPLATE = (ROOT / "template.yaml").read_text()
REQUIREMENTS = ROOT / "lambda" / "skill" / "requirements.txt"


@pytest.fixture(scope="module")
def function() -> dict[str, Any]:
    resource: dict[str, Any] = yaml_parse(TEMPLATE)["Resources"]["SkillFunction"]
    return resource


@pytest.fixture(scope="module")
def transformed() -> dict[str, Any]:
    return transform(yaml_parse(TEMPLATE))


def transform(template: Any) -> dict[str, Any]:
    """Return the CloudFormation template that SAM makes of ``template``."""
    template["Resources"]["SkillFunction"]["Properties"]["CodeUri"] = "s3://bucket/key"
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="us-east-1"))
    result: dict[str, Any] = translator.translate(template, {})
    return result


def complaints(template: str) -> list[str]:
    """Return cfn-lint's errors and warnings, without its remarks (I...), as its command does."""
    found = lint_all(template)
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


def order_of_creation(template: dict[str, Any]) -> list[str]:
    """Return the resources in an order in which they can be created; raises CycleError when there is none."""
    resources = template["Resources"]
    needs = {name: set(references(resource)) & set(resources) for name, resource in resources.items()}
    return list(TopologicalSorter(needs).static_order())


def test_sam_finds_nothing_to_complain_of(sam: Callable[..., CompletedProcess[str]]) -> None:
    ran = sam("validate", "--lint")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "is a valid SAM Template" in ran.stdout


def test_source_is_lint_free() -> None:
    assert complaints(TEMPLATE) == []


def test_transformed_template_is_lint_free(transformed: dict[str, Any]) -> None:
    # cfn-lint sees some mistakes, such as cycles, only after the transformation.
    assert complaints(json.dumps(transformed)) == []


def test_resources_can_be_created_in_some_order(transformed: dict[str, Any]) -> None:
    order = order_of_creation(transformed)
    assert order.index("SkillFunctionRole") < order.index("SkillFunction") < order.index("SkillFunctionAlexaPermission")


def test_a_cycle_would_be_found() -> None:
    template = yaml_parse(TEMPLATE)
    properties = template["Resources"]["SkillFunction"]["Properties"]
    properties["Environment"]["Variables"]["SKILL_ID"] = {"Ref": "Skill"}
    template["Resources"]["Skill"] = {
        "Type": "Alexa::ASK::Skill",
        "Properties": {"SkillPackage": {"Overrides": {"uri": {"Fn::GetAtt": ["SkillFunction", "Arn"]}}}},
    }
    with pytest.raises(CycleError):
        order_of_creation(transform(template))


def test_function_answers_before_alexa_gives_up(function: dict[str, Any]) -> None:
    assert function["Properties"]["Timeout"] <= 8


def test_function_runs_on_python_313_and_arm_unless_told_otherwise(function: dict[str, Any]) -> None:
    assert function["Properties"]["Runtime"] == "python3.13"
    assert function["Properties"]["Architectures"] == [{"Ref": "Architecture"}]
    architecture = yaml_parse(TEMPLATE)["Parameters"]["Architecture"]
    assert architecture["Default"] == "arm64"
    assert set(architecture["AllowedValues"]) == {"arm64", "x86_64"}


def test_local_runtime_has_the_settings_of_the_template(function: dict[str, Any]) -> None:
    properties = function["Properties"]
    assert properties["Handler"] == runtime.HANDLER
    assert properties["Timeout"] == runtime.TIMEOUT_SECONDS
    assert properties["MemorySize"] == runtime.MEMORY_MB


def test_handler_is_where_the_template_says(function: dict[str, Any]) -> None:
    module, _, name = function["Properties"]["Handler"].partition(".")
    source = (ROOT / function["Properties"]["CodeUri"] / f"{module}.py").read_text()
    assert re.search(rf"^(def )?{name}\b", source, re.MULTILINE)


def test_only_alexa_may_call_the_function(transformed: dict[str, Any]) -> None:
    permissions = [r for r in transformed["Resources"].values() if r["Type"] == "AWS::Lambda::Permission"]
    assert [permission["Properties"]["Principal"] for permission in permissions] == ["alexa-appkit.amazon.com"]
    token = permissions[0]["Properties"]["EventSourceToken"]
    assert token == {"Fn::If": ["SkillIdIsKnown", {"Ref": "SkillId"}, {"Ref": "AWS::NoValue"}]}


def test_skill_id_reaches_the_code(function: dict[str, Any]) -> None:
    assert function["Properties"]["Environment"]["Variables"]["SKILL_ID"] == {"Ref": "SkillId"}
    parameter = yaml_parse(TEMPLATE)["Parameters"]["SkillId"]
    assert parameter["Default"] == ""
    for allowed in ("", "amzn1.ask.skill.00000000-0000-0000-0000-000000000000"):
        assert re.search(parameter["AllowedPattern"], allowed)
    for mistaken in ("00000000-0000-0000-0000-000000000000", "amzn1.ask.skill.", "amzn1.ask.skill.0 "):
        assert not re.search(parameter["AllowedPattern"], mistaken)


def test_build_sees_the_content_and_never_a_cache() -> None:
    build = tomllib.loads((ROOT / "samconfig.toml").read_text())["default"]["build"]["parameters"]
    assert build == {"build_in_source": True, "cached": False}


def test_makefile_has_the_target_that_sam_asks_for(function: dict[str, Any]) -> None:
    assert function["Metadata"]["BuildMethod"] == "makefile"
    assert "\nbuild-SkillFunction:" in (ROOT / function["Properties"]["CodeUri"] / "Makefile").read_text()


def test_every_requirement_is_pinned_with_hashes() -> None:
    blocks = re.findall(r"^[a-z][^=]*==(?:.*\n)+?(?=[a-z]|\Z)", REQUIREMENTS.read_text(), re.MULTILINE)
    assert [block for block in blocks if block.startswith("ask-sdk-core==")]
    for block in blocks:
        assert re.match(r"[a-z0-9-]+==\S+ \\\n +--hash=sha256:[0-9a-f]{64}", block), block


def test_tests_run_with_the_versions_that_are_deployed() -> None:
    pins = re.findall(r"^([a-z0-9-]+)==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    assert dict(pins) == {name: version(name) for name, _ in pins}
