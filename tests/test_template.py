"""template.yaml and what belongs to it: what would be deployed, checked without AWS."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from graphlib import CycleError
from importlib.metadata import version
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from ask_sdk_core.exceptions import AskSdkException
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from samcli.lib.utils.hash import dir_checksum

from alexa.skill import build_handler
from alexa.turn_log import DECLINED, DIMENSIONS, TurnLog, turn_log
from guide.release import Release
from json_lines import NAMESPACE
from stores.dynamodb import log_fallback
from tests.templates import (
    FUNCTIONS,
    SKILL_ID,
    TEXT,
    Template,
    behind_alias,
    complaints,
    of_type,
    order_of_creation,
    parsed,
    transform,
)
from workbench import runtime
from workbench.deploying import deploy
from workbench.deploying.settings import function_parameters

ROOT = runtime.ROOT
REQUIREMENTS = ROOT / "lambda" / "skill" / "requirements.txt"

# SAM puts this parameter's value in place while it transforms, so what is left of it afterwards is its declaration.
RESOLVED_BY_SAM = "W2001: Check if Parameters are Used] (Parameter Rollout not used.)"


@pytest.fixture(scope="module")
def template() -> Template:
    return parsed()


@pytest.fixture(scope="module")
def function(template: Template) -> dict[str, Any]:
    resource: dict[str, Any] = template["Resources"]["SkillFunction"]
    return resource


@pytest.fixture(scope="module")
def transformed() -> Template:
    return transform()


def test_sam_finds_nothing_to_complain_of(sam: Callable[..., CompletedProcess[str]]) -> None:
    ran = sam("validate", "--lint")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "is a valid SAM Template" in ran.stdout


def test_source_is_lint_free() -> None:
    assert complaints(TEXT) == []


def test_transformed_template_is_lint_free(transformed: dict[str, Any]) -> None:
    # cfn-lint sees some mistakes, such as cycles, only after the transformation.
    found = [one for one in complaints(json.dumps(transformed)) if RESOLVED_BY_SAM not in one]
    assert found == []


def test_resources_can_be_created_in_some_order(transformed: Template) -> None:
    """Alexa refuses an endpoint that it may not call, and content goes on the air when all that it needs is there."""
    order = order_of_creation(transformed)
    wanted = [
        "SkillRole",
        "SkillFunction",
        "SkillFunctionAliaslive",
        "SkillFunctionAlexaPermission",
        "AlexaSkill",
        "Release",
    ]
    assert [name for name in order if name in wanted] == wanted
    for needed in ("SkillPackage", "SkillPackageRole"):
        assert order.index(needed) < order.index("AlexaSkill")


def test_a_cycle_would_be_found(template: Template) -> None:
    """The one that the two passes are for: the function knows the id of the skill, whose endpoint it is."""
    template = parsed()
    template["Resources"]["SkillFunction"]["Properties"]["Environment"]["Variables"]["SKILL_ID"] = {"Ref": "AlexaSkill"}
    with pytest.raises(CycleError):
        order_of_creation(transform(template))


def test_function_answers_before_alexa_gives_up(function: dict[str, Any]) -> None:
    assert function["Properties"]["Timeout"] <= 8


def test_function_runs_on_python_313_and_arm_unless_told_otherwise(function: dict[str, Any]) -> None:
    assert function["Properties"]["Runtime"] == "python3.13"
    assert function["Properties"]["Architectures"] == [{"Ref": "Architecture"}]
    architecture = parsed()["Parameters"]["Architecture"]
    assert architecture["Default"] == "arm64"
    assert set(architecture["AllowedValues"]) == {"arm64", "x86_64"}


def test_local_runtime_has_the_settings_of_the_template(function: dict[str, Any]) -> None:
    properties = function["Properties"]
    assert properties["Handler"] == runtime.HANDLER
    assert properties["Timeout"] == runtime.TIMEOUT_SECONDS
    assert properties["MemorySize"] == runtime.MEMORY_MB
    assert properties["LoggingConfig"]["LogFormat"] == runtime.LOG_FORMAT


def test_handler_is_where_the_template_says(function: dict[str, Any]) -> None:
    module, _, name = function["Properties"]["Handler"].partition(".")
    source = (ROOT / function["Properties"]["CodeUri"] / f"{module}.py").read_text()
    assert re.search(rf"^(def )?{name}\b", source, re.MULTILINE)


def test_only_alexa_may_call_the_function(transformed: Template) -> None:
    permissions = [one["Properties"] for one in of_type(transformed, "AWS::Lambda::Permission").values()]
    assert [permission["Principal"] for permission in permissions] == ["alexa-appkit.amazon.com"]
    token = permissions[0]["EventSourceToken"]
    assert token == {"Fn::If": ["SkillIdIsKnown", {"Ref": "SkillId"}, {"Ref": "AWS::NoValue"}]}
    assert permissions[0]["FunctionName"] == {"Ref": "SkillFunctionAliaslive"}


def test_skill_id_reaches_the_code(function: dict[str, Any]) -> None:
    assert function["Properties"]["Environment"]["Variables"]["SKILL_ID"] == {"Ref": "SkillId"}
    parameter = parsed()["Parameters"]["SkillId"]
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
    for name in FUNCTIONS:
        folder = ROOT / parsed()["Resources"][name]["Properties"]["CodeUri"]
        assert f"\nbuild-{name}:" in (folder / "Makefile").read_text()


def test_every_requirement_is_pinned_with_hashes() -> None:
    blocks = re.findall(r"^[a-z][^=]*==(?:.*\n)+?(?=[a-z]|\Z)", REQUIREMENTS.read_text(), re.MULTILINE)
    assert [block for block in blocks if block.startswith("ask-sdk-core==")]
    for block in blocks:
        assert re.match(r"[a-z0-9-]+==\S+ \\\n +--hash=sha256:[0-9a-f]{64}", block), block


def test_tests_run_with_the_versions_that_are_deployed() -> None:
    pins = re.findall(r"^([a-z0-9-]+)==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    assert dict(pins) == {name: version(name) for name, _ in pins}


class TestVersions:
    """Alexa calls the alias, so what a deploy changes must give the alias another version."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A project whose function has been built."""
        (tmp_path / "template.yaml").write_text(TEXT)
        built = tmp_path / deploy.BUILD / "SkillFunction"
        built.mkdir(parents=True)
        (built / "skill_function.py").write_text("handler = print\n")
        return tmp_path

    def version(self, folder: Path, **changed: str) -> str:
        """The version behind the alias once ``changed`` was deployed from ``folder``, with the hash that SAM uploads it by."""
        parameters = {**deploy.defaults(folder), **changed}
        deploy.configure(folder, parameters)
        code = dir_checksum(str(folder / deploy.BUILD / "SkillFunction"), followlinks=True)
        return behind_alias(transform(codes={"SkillFunction": code}, parameters=parameters))

    def test_a_changed_skill_id_changes_the_version(self, folder: Path) -> None:
        assert self.version(folder) == self.version(folder)
        assert self.version(folder) != self.version(folder, SkillId=SKILL_ID)

    def test_a_changed_skill_id_alone_would_not(self) -> None:
        """Why configured.json is written: SAM looks at the code and at what the template says literally."""
        assert behind_alias(transform(parameters={"SkillId": ""})) == behind_alias(
            transform(parameters={"SkillId": SKILL_ID})
        )

    @pytest.mark.parametrize(
        ("name", "value"),
        [("Withdrawn", "heat"), ("SnapStart", "PublishedVersions"), ("Architecture", "x86_64"), ("Stage", "prod")],
    )
    def test_everything_that_configures_the_function_does(self, folder: Path, name: str, value: str) -> None:
        assert self.version(folder) != self.version(folder, **{name: value})

    def test_what_does_not_configure_it_does_not(self, folder: Path) -> None:
        assert self.version(folder) == self.version(folder, AlarmEmail="a@b.org", Commit="abc", LogDays="60")

    def test_every_parameter_of_the_function_is_written(self, folder: Path) -> None:
        used = function_parameters(folder, "SkillFunction")
        assert {"SkillId", "Withdrawn", "Stage", "Architecture", "SnapStart"} <= used

    def test_a_changed_setting_in_the_template_does(self) -> None:
        template = parsed()
        template["Resources"]["SkillFunction"]["Properties"]["MemorySize"] = 2048
        assert behind_alias(transform(template)) != behind_alias(transform())

    def test_a_permission_for_another_skill_is_another_permission(self) -> None:
        """The token cannot be changed in place: CloudFormation makes the new one before it deletes the old one."""
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::Lambda::Permission").schema
        assert "/properties/EventSourceToken" in schema["createOnlyProperties"]


class TestHandingOver:
    """What is new must reach Alexa and the table, and what is not must not be handed over again."""

    @pytest.mark.parametrize("kind", ["Custom::SkillPackage", "Custom::Release"])
    def test_a_change_of_content_or_model_runs_the_publisher(self, kind: str) -> None:
        (before,), (after,) = (
            of_type(transform(codes={"PublisherFunction": code}), kind).values() for code in ("one", "other")
        )
        assert before["Properties"] != after["Properties"]
        assert before == of_type(transform(codes={"PublisherFunction": "one"}), kind).popitem()[1]

    def test_a_change_of_code_alone_does_not_make_the_skill_again(self) -> None:
        before, after = (of_type(transform(codes={"SkillFunction": c}), "Alexa::ASK::Skill") for c in ("one", "other"))
        assert before == after

    def test_its_token_never_changes(self) -> None:
        """CloudFormation refuses a change of the token ("Modifying service token is not allowed")."""
        tokens = [
            resource["Properties"]["ServiceToken"]
            for code in ("one", "other")
            for resource in transform(codes={"PublisherFunction": code})["Resources"].values()
            if resource["Type"].startswith("Custom::")
        ]
        assert tokens == [{"Ref": "PublisherFunctionAliaslive"}] * 6

    def test_it_is_waited_for_longer_than_it_may_run(self, template: Template) -> None:
        timeout = template["Resources"]["PublisherFunction"]["Properties"]["Timeout"]
        custom = [one for one in template["Resources"].values() if one["Type"].startswith("Custom::")]
        assert {one["Properties"]["ServiceTimeout"] > timeout for one in custom} == {True}

    def test_alexa_is_given_the_alias_and_the_package_of_this_deploy(self, transformed: Template) -> None:
        package = transformed["Resources"]["AlexaSkill"]["Properties"]["SkillPackage"]
        custom = package["Overrides"]["Manifest"]["apis"]["custom"]
        assert custom == {"endpoint": {"uri": {"Ref": "SkillFunctionAliaslive"}}}
        assert package["S3Key"] == {"Fn::GetAtt": ["SkillPackage", "Key"]}


class TestSecrets:
    """The Alexa credentials are never parameters, and nothing of Alexa's is made without them."""

    def test_credentials_come_from_secrets_manager(self, transformed: Template) -> None:
        credentials = transformed["Resources"]["AlexaSkill"]["Properties"]["AuthenticationConfiguration"]
        for value in credentials.values():
            assert re.fullmatch(r"{{resolve:secretsmanager:\$\{AlexaSecret\}:SecretString:[a-z_]+}}", value["Fn::Sub"])
        assert len(credentials) == 3

    def test_no_parameter_holds_one(self, template: Template) -> None:
        assert not [name for name in template["Parameters"] if re.search("ClientId|ClientSecret|Token", name)]

    def test_without_them_function_table_and_content_are_deployed(self, template: Template) -> None:
        conditional = {name for name, one in template["Resources"].items() if one.get("Condition") == "HasAlexa"}
        assert conditional == {"AlexaSkill", "SkillPackageRole"}


class TestLeastPrivilege:
    """Every role says what it may do, and to what."""

    def statements(self, template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, resource in template["Resources"].items():
            properties = resource.get("Properties", {})
            policies = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
            if resource["Type"] in ("AWS::IAM::Policy", "AWS::S3::BucketPolicy", "AWS::IAM::ManagedPolicy"):
                policies.append(properties["PolicyDocument"])
            for policy in policies:
                for statement in policy["Statement"]:
                    yield name, statement

    def too_wide(self, template: Template) -> list[str]:
        """What lets somebody do anything, or something to everything. A Deny may be as wide as it likes."""
        found = []
        for name, statement in self.statements(template):
            if statement["Effect"] != "Allow":
                continue
            for field in ("Action", "Resource", "Principal"):
                values = statement.get(field, [])
                for value in values if isinstance(values, list) else [values]:
                    text = value.get("Fn::Sub", "") if isinstance(value, dict) else value
                    if text == "*" or (field == "Action" and text.endswith("*")):
                        found.append(f"{name}: {field} {text}")
            if "NotAction" in statement or "NotResource" in statement:
                found.append(f"{name}: all but something")
        # Amazon's own policies are wide, and become wider without a deploy.
        found += [
            f"{name}: managed"
            for name, one in template["Resources"].items()
            if "ManagedPolicyArns" in one.get("Properties", {})
        ]
        return found

    def test_no_role_may_do_everything_to_something_or_something_to_everything(self, transformed: Template) -> None:
        assert self.too_wide(transformed) == []
        assert len(list(self.statements(transformed))) >= 8

    @pytest.mark.parametrize(
        ("field", "value"), [("Action", "s3:*"), ("Action", "*"), ("Resource", "*"), ("Resource", [{"Fn::Sub": "*"}])]
    )
    def test_a_bare_star_would_be_found(self, field: str, value: Any) -> None:
        template = transform()
        template["Resources"]["SkillRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0][field] = value
        assert len(self.too_wide(template)) == 1

    def test_a_managed_policy_would_be_found(self) -> None:
        template = parsed()
        del template["Resources"]["SkillFunction"]["Properties"]["Role"]  # then SAM makes one, with a managed policy
        assert len(self.too_wide(transform(template))) == 1

    def test_every_role_is_for_one_service(self, transformed: Template) -> None:
        for role in of_type(transformed, "AWS::IAM::Role").values():
            (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
            assert re.fullmatch(r"[a-z-]+\.amazon(aws)?\.com", statement["Principal"]["Service"])

    def test_the_skill_only_reads(self, transformed: Template) -> None:
        actions = {str(one["Action"]) for name, one in self.statements(transformed) if name == "SkillRole"}
        assert actions == {"dynamodb:GetItem", "['logs:CreateLogStream', 'logs:PutLogEvents']"}


class TestKeeping:
    """What is kept, how, and for how long."""

    def test_the_table_is_kept_and_can_be_put_back(self, template: Template) -> None:
        table = template["Resources"]["ContentTable"]
        assert table["DeletionPolicy"] == "RetainExceptOnCreate"
        assert table["UpdateReplacePolicy"] == "Retain"
        properties = table["Properties"]
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert properties["SSESpecification"]["SSEEnabled"] is True

    def test_the_bucket_is_nobodys_else(self, template: Template) -> None:
        properties = template["Resources"]["SkillPackageBucket"]["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert properties["VersioningConfiguration"]["Status"] == "Enabled"
        assert properties["BucketEncryption"]

    def test_every_function_has_a_log_that_ends(self, transformed: Template) -> None:
        logs = of_type(transformed, "AWS::Logs::LogGroup")
        assert {str(one["Properties"]["RetentionInDays"]) for one in logs.values()} == {"{'Ref': 'LogDays'}"}
        used = {
            one["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
            for one in of_type(transformed, "AWS::Lambda::Function").values()
        }
        assert used == set(logs)

    def test_old_versions_go(self, transformed: Template) -> None:
        (cleaner,) = of_type(transformed, "Custom::OldVersions").values()
        functions = set(of_type(transformed, "AWS::Lambda::Function"))
        assert {one["Ref"] for one in cleaner["Properties"]["Functions"]} == functions
        assert 2 <= cleaner["Properties"]["Keep"] <= 10


class TestWatching:
    """Alarms that reach somebody, and take a bad version back."""

    def test_there_is_an_alarm_for_each_thing_that_goes_wrong(self, transformed: Template) -> None:
        alarms = of_type(transformed, "AWS::CloudWatch::Alarm")
        metrics = {one["Properties"]["MetricName"] for one in alarms.values()}
        assert metrics == {"Errors", "Throttles", "Duration", "StoreFallbacks", "Apologies"}
        for one in alarms.values():
            assert one["Properties"]["AlarmActions"] == [
                {"Fn::If": ["HasAlarmEmail", {"Ref": "AlarmTopic"}, {"Ref": "AWS::NoValue"}]}
            ]
            assert one["Properties"]["TreatMissingData"] == "notBreaching"

    def test_every_alarm_says_where_to_read_on(self, transformed: Template) -> None:
        headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
        anchors = {heading.lower().replace(" ", "-") for heading in headings}
        for one in of_type(transformed, "AWS::CloudWatch::Alarm").values():
            found = re.search(r"docs/operations\.md#(\S+)$", one["Properties"]["AlarmDescription"])
            assert found and found[1] in anchors, one

    def test_latency_is_told_before_alexa_gives_up(self, transformed: Template) -> None:
        alarm = transformed["Resources"]["LatencyAlarm"]["Properties"]
        assert 5000 <= alarm["Threshold"] < 8000

    def test_fallbacks_are_counted_where_the_store_counts_them(
        self, transformed: Template, capsys: pytest.CaptureFixture[str]
    ) -> None:
        log_fallback("prod", "throttled")
        line = json.loads(capsys.readouterr().out)
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        alarm = transformed["Resources"]["StoreFallbacksAlarm"]["Properties"]
        assert (alarm["Namespace"], alarm["MetricName"]) == (directive["Namespace"], directive["Metrics"][0]["Name"])
        assert alarm["Dimensions"] == [{"Name": name, "Value": {"Ref": "Stage"}} for name in directive["Dimensions"][0]]
        assert line["stage"] == "prod"

    def test_apologies_are_counted_by_what_is_logged(self, transformed: Template, release: Release) -> None:
        """Those, and neither what went well nor what Lambda itself counts as an error."""
        (counted,) = of_type(transformed, "AWS::Logs::MetricFilter").values()
        pattern = counted["Properties"]["FilterPattern"]
        wanted = dict(re.findall(r'\(\$\.(\w+) = "(\w+)"\)', pattern))
        conditions = [f'($.{name} = "{value}")' for name, value in wanted.items()]
        assert wanted and pattern == "{ " + " && ".join(conditions) + " }"
        assert [wanted.items() <= line.items() for line in self.lines(release)] == [False, True, False]

    def lines(self, release: Release) -> list[dict[str, Any]]:
        """What is logged of a good turn, of one that failed, and of one that was refused."""

        def broken() -> Release:
            broken.calls += 1  # type: ignore[attr-defined]
            if broken.calls == 1:  # type: ignore[attr-defined]
                raise RuntimeError
            return release

        broken.calls = 0  # type: ignore[attr-defined]
        lines: list[dict[str, Any]] = []
        launch = json.loads((ROOT / "events" / "launch.json").read_bytes())
        build_handler(lambda: release, None, TurnLog(lines.append))(launch, None)
        build_handler(broken, None, TurnLog(lines.append))(launch, None)
        with pytest.raises(AskSdkException):
            build_handler(lambda: release, "another", TurnLog(lines.append))(launch, None)
        return lines

    def test_questions_are_counted_where_the_dashboard_looks(self, transformed: Template) -> None:
        (board,) = of_type(transformed, "AWS::CloudWatch::Dashboard").values()
        found = re.findall(
            r"SEARCH\('{(\w+),([\w,]+)} MetricName=\\\"(\w+)", board["Properties"]["DashboardBody"]["Fn::Sub"]
        )
        assert found == [(NAMESPACE, ",".join(dimensions), DECLINED) for dimensions in DIMENSIONS]

    def test_questions_are_counted_unless_it_is_turned_off(self, template: Template) -> None:
        variables = template["Resources"]["SkillFunction"]["Properties"]["Environment"]["Variables"]
        assert variables["QUESTION_METRICS"] == {"Ref": "QuestionMetrics"}
        assert template["Parameters"]["QuestionMetrics"]["AllowedValues"] == ["on", "off"]
        for value in ("on", "off"):
            log = turn_log({"QUESTION_METRICS": value, "CONTENT_STAGE": "prod"})
            assert log.metrics is (value == "on")

    def test_a_bad_version_is_taken_back(self, transformed: Template) -> None:
        (group,) = of_type(transformed, "AWS::CodeDeploy::DeploymentGroup").values()
        properties = group["Properties"]
        assert properties["AutoRollbackConfiguration"]["Enabled"] is True
        assert {one["Name"]["Ref"] for one in properties["AlarmConfiguration"]["Alarms"]} == {
            "NewVersionErrorsAlarm",
            "ApologiesAlarm",
        }
        assert "UpdatePolicy" in transformed["Resources"]["SkillFunctionAliaslive"]

    def test_the_dashboard_is_json(self, transformed: Template) -> None:
        (board,) = of_type(transformed, "AWS::CloudWatch::Dashboard").values()
        body = json.loads(re.sub(r"\$\{[A-Za-z:]+\}", "x", board["Properties"]["DashboardBody"]["Fn::Sub"]))
        assert len(body["widgets"]) == 7


def test_stages_share_nothing() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    dev, prod = (config[stage]["deploy"]["parameters"] for stage in ("dev", "prod"))
    for name in ("stack_name", "s3_prefix", "tags"):
        assert dev[name] != prod[name]
    for name, resource in parsed()["Resources"].items():
        named = {
            key: str(value)
            for key, value in resource.get("Properties", {}).items()
            if key
            in ("TableName", "DashboardName", "BucketName", "FunctionName", "RoleName", "AlarmName", "LogGroupName")
        }
        for key, value in named.items():
            assert "Stage" in value or "Ref" in value, f"{name}: {key}"
