"""`make deploy`: what it refuses beforehand, its passes, and what it says about refusals; AWS is played by a fake."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from samcli.cli.types import CfnParameterOverridesType

from tests.templates import SKILL_ID, parsed
from workbench.cli import UsageError
from workbench.deploying import deploy as deploying
from workbench.deploying.cloud import CloudError, Failure, Live, Stack
from workbench.deploying.deploy import Deployed, DeployFailed, deploy
from workbench.deploying.preflight import cloud_refusals, local_refusals
from workbench.deploying.refusals import REGIONS, explain
from workbench.deploying.settings import Settings, read_settings
from workbench.runtime import ROOT

OTHER_ID = "amzn1.ask.skill.11111111-1111-1111-1111-111111111111"
ALEXA = ("AlexaVendorId=M1ABC", "AlexaSecret=guide/alexa")
KEYS = {"client_id", "client_secret", "refresh_token"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project that was built, with a privacy policy."""
    for name in ("template.yaml", "samconfig.toml"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    models = tmp_path / "interaction_model"
    models.mkdir()
    manifest = (ROOT / "interaction_model" / "skill.json").read_text()
    (models / "skill.json").write_text(manifest.replace("back-spasm-guide.example", "guide.clinic.org"))
    release = tmp_path / "lambda" / "skill" / "release.json"
    release.parent.mkdir(parents=True)
    release.write_text('{"intents": {}, "answers": {}}')
    (tmp_path / ".aws-sam" / "build" / "SkillFunction").mkdir(parents=True)
    return tmp_path


class FakeCloud:
    """An account in which `sam deploy` makes what the template says, as far as a deploy looks at it."""

    def __init__(self, stack: Stack | None = None, *, makes: str = SKILL_ID) -> None:
        self.now = stack
        self.makes = makes
        self.deploys: list[dict[str, str]] = []
        self.configured: list[dict[str, str]] = []
        self.keys = KEYS
        self.spare = 1000
        self.tables: set[str] = set()
        self.gone: list[str] = []
        self.trouble = ""
        self.refusal: Failure | None = None
        self.forgets = False

    def account(self) -> str:
        if self.trouble:
            raise CloudError(self.trouble)
        return "123456789012"

    def stack(self, name: str) -> Stack | None:
        return self.now

    def failures(self, name: str, since: datetime.datetime) -> list[Failure]:
        return [Failure("Other", "Resource creation cancelled"), self.refusal] if self.refusal else []

    def secret_keys(self, name: str) -> set[str]:
        return self.keys

    def spare_concurrency(self) -> int:
        return self.spare

    def has_table(self, name: str) -> bool:
        return name in self.tables

    def withdrawn(self, table: str) -> list[str]:
        return self.gone

    def live(self, function: str) -> Live:
        known = "" if self.forgets else self.deploys[-1]["SkillId"]
        return Live(known, (known,))

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """What stands in for the programs that a deploy runs."""
        if command[1] != "deploy":
            return 0
        parameters = CfnParameterOverridesType().convert(
            tuple(command[command.index("--parameter-overrides") + 1 :]), None, None
        )
        self.deploys.append(parameters)
        if self.refusal:
            self.now = self.now or Stack("ROLLBACK_COMPLETE", {}, {})
            return 1
        outputs = {"SkillFunctionName": "skill", "SkillFunctionArn": "arn:live"}
        if parameters["AlexaVendorId"] and parameters["AlexaSecret"]:
            outputs["SkillId"] = self.makes
        self.now = Stack("UPDATE_COMPLETE", outputs, parameters)
        return 0


def go(root: Path, cloud: FakeCloud, *given: str, stage: str = "dev", **options: Any) -> tuple[Deployed, list[str]]:
    said: list[str] = []
    deployed = deploy(root, read_settings(root, stage, given), cloud, said.append, cloud.run, **options)
    return deployed, said


def deployed_with(root: Path, *given: str, skill_id: str = SKILL_ID) -> Stack:
    """A stack as an earlier deploy left it."""
    cloud = FakeCloud(makes=skill_id)
    go(root, cloud, *given)
    assert cloud.now
    return cloud.now


class TestPasses:
    def test_the_first_deploy_takes_two(self, root: Path) -> None:
        cloud = FakeCloud()
        deployed, said = go(root, cloud, *ALEXA)
        assert [one["SkillId"] for one in cloud.deploys] == ["", SKILL_ID]
        assert deployed.passes == 2
        assert any("First pass" in line for line in said)
        assert any("Second pass" in line and SKILL_ID in line for line in said)

    def test_each_pass_changes_the_built_function(self, root: Path) -> None:
        seen = []
        cloud = FakeCloud()

        def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
            if command[1] == "deploy":
                seen.append(json.loads((root / ".aws-sam/build/SkillFunction/configured.json").read_bytes())["SkillId"])
            return cloud.run(command, environment)

        deploy(root, read_settings(root, "dev", ALEXA), cloud, lambda _: None, run)
        assert seen == ["", SKILL_ID]

    def test_later_ones_take_one(self, root: Path) -> None:
        cloud = FakeCloud(deployed_with(root, *ALEXA))
        assert go(root, cloud, *ALEXA)[0].passes == 1
        assert cloud.deploys[0]["SkillId"] == SKILL_ID

    def test_one_that_was_interrupted_after_the_first_pass_goes_on_with_the_second(self, root: Path) -> None:
        stack = deployed_with(root, *ALEXA)
        cloud = FakeCloud(stack._replace(parameters={**stack.parameters, "SkillId": ""}))
        assert go(root, cloud, *ALEXA)[0].passes == 1
        assert cloud.deploys[0]["SkillId"] == SKILL_ID

    def test_another_vendor_makes_another_skill_so_the_function_is_opened_first(self, root: Path) -> None:
        cloud = FakeCloud(deployed_with(root, *ALEXA), makes=OTHER_ID)
        go(root, cloud, "AlexaVendorId=M2XYZ", ALEXA[1])
        assert [one["SkillId"] for one in cloud.deploys] == ["", OTHER_ID]

    def test_a_skill_that_is_added_to_a_stack_that_a_hand_made_one_was_attached_to(self, root: Path) -> None:
        cloud = FakeCloud(deployed_with(root, f"SkillId={OTHER_ID}"))
        go(root, cloud, *ALEXA)
        assert [one["SkillId"] for one in cloud.deploys] == ["", SKILL_ID]

    def test_without_alexa_one_pass_deploys_the_rest(self, root: Path) -> None:
        cloud = FakeCloud()
        deployed, _ = go(root, cloud)
        assert deployed.passes == 1
        assert "SkillId" not in deployed.outputs

    def test_a_hand_made_skill_is_attached_and_stays_so(self, root: Path) -> None:
        cloud = FakeCloud()
        go(root, cloud, f"SkillId={SKILL_ID}")
        go(root, cloud)
        assert [one["SkillId"] for one in cloud.deploys] == [SKILL_ID, SKILL_ID]

    def test_what_is_not_closed_in_the_end_is_told(self, root: Path) -> None:
        cloud = FakeCloud()
        cloud.forgets = True
        with pytest.raises(DeployFailed, match="not closed to other skills"):
            go(root, cloud, *ALEXA)


class TestFacts:
    """What a deploy finds out and passes on."""

    def test_withdrawn_answers_are_left_out_of_the_bundle(self, root: Path) -> None:
        cloud = FakeCloud(deployed_with(root))
        cloud.gone = ["heat", "ice"]
        go(root, cloud)
        assert cloud.deploys[0]["Withdrawn"] == "heat,ice"

    def test_and_no_longer_once_they_are_back(self, root: Path) -> None:
        stack = deployed_with(root)
        cloud = FakeCloud(stack._replace(parameters={**stack.parameters, "Withdrawn": "heat"}))
        go(root, cloud)
        assert cloud.deploys[0]["Withdrawn"] == ""

    def test_every_parameter_is_said_so_that_no_old_value_stays(self, root: Path) -> None:
        cloud = FakeCloud()
        go(root, cloud, commit="abc")
        assert set(cloud.deploys[0]) == set(parsed()["Parameters"])
        assert cloud.deploys[0]["Commit"] == "abc"
        assert cloud.deploys[0]["ContentOnAir"] == "keep"

    def test_content_is_put_back_only_when_told_to(self, root: Path) -> None:
        cloud = FakeCloud()
        go(root, cloud, bundle=True)
        assert cloud.deploys[0]["ContentOnAir"] == "bundle"

    def test_a_small_account_gets_no_limit(self, root: Path) -> None:
        cloud = FakeCloud()
        cloud.spare = 10
        _, said = go(root, cloud, stage="prod")
        assert cloud.deploys[0]["MostAtOnce"] == ""
        assert any("10 requests at once" in line for line in said)

    def test_a_large_one_gets_it(self, root: Path) -> None:
        cloud = FakeCloud()
        go(root, cloud, stage="prod")
        assert cloud.deploys[0]["MostAtOnce"] == "50"

    def test_stages_are_deployed_apart(self, root: Path) -> None:
        dev, prod = read_settings(root, "dev"), read_settings(root, "prod")
        assert dev.stack != prod.stack
        assert dev.table != prod.table
        assert dev.parameters["Rollout"] == "AllAtOnce"
        assert prod.parameters["Rollout"].startswith("Canary")


class TestRefused:
    """What can be known beforehand is said at once, and nothing is deployed."""

    def refusals(self, root: Path, cloud: FakeCloud, *given: str, **changed: str) -> str:
        settings = read_settings(root, "dev", given)._replace(**changed)  # type: ignore[arg-type]
        return "\n".join([*local_refusals(root, settings), *cloud_refusals(settings, cloud)])

    def test_nothing_is_refused_without_a_reason(self, root: Path) -> None:
        assert self.refusals(root, FakeCloud(), *ALEXA) == ""

    @pytest.mark.parametrize(
        "url",
        ["", "http://guide.clinic.org/p", "https://example.com/p", "https://guide.example/p", "clinic.org", "https://"],
    )
    def test_without_a_privacy_policy(self, root: Path, url: str) -> None:
        path = root / "interaction_model" / "skill.json"
        path.write_text(path.read_text().replace("https://guide.clinic.org/privacy", url))
        assert "docs/privacy.md" in self.refusals(root, FakeCloud())
        cloud = FakeCloud()
        with pytest.raises(DeployFailed, match="privacy policy"):
            go(root, cloud)
        assert cloud.deploys == []

    def test_without_a_privacy_policy_in_one_locale(self, root: Path) -> None:
        path = root / "interaction_model" / "skill.json"
        manifest = json.loads(path.read_text())
        del manifest["manifest"]["privacyAndCompliance"]["locales"]["en-IN"]
        path.write_text(json.dumps(manifest))
        assert "(en-IN)" in self.refusals(root, FakeCloud())

    def test_the_project_as_it_is_has_none_yet(self) -> None:
        """Whoever deploys must put up a page; should the project get one of its own, this goes."""
        assert any("privacy" in line for line in local_refusals(ROOT, read_settings(ROOT, "dev")))

    def test_without_credentials(self, root: Path) -> None:
        cloud = FakeCloud()
        cloud.trouble = "Unable to locate credentials"
        assert "aws configure" in self.refusals(root, cloud)

    def test_in_a_region_from_which_alexa_takes_no_answer(self, root: Path) -> None:
        assert "eu-central-1" in self.refusals(root, FakeCloud(), region="eu-central-1")

    @pytest.mark.parametrize("given", ALEXA)
    def test_with_half_of_the_alexa_settings(self, root: Path, given: str) -> None:
        assert "Both make the skill" in self.refusals(root, FakeCloud(), given)

    def test_with_half_a_secret(self, root: Path) -> None:
        cloud = FakeCloud()
        cloud.keys = {"client_id"}
        assert "client_secret, refresh_token" in self.refusals(root, cloud, *ALEXA)

    @pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS"])
    def test_onto_a_stack_that_cannot_be_changed(self, root: Path, status: str) -> None:
        assert status in self.refusals(root, FakeCloud(Stack(status, {}, {})))

    def test_beside_a_table_that_a_deleted_stack_left(self, root: Path) -> None:
        cloud = FakeCloud()
        cloud.tables.add("back-spasm-guide-dev-content")
        assert "as a deleted stack leaves it" in self.refusals(root, cloud)

    def test_when_the_content_has_something_to_mend(self, root: Path) -> None:
        cloud = FakeCloud()
        with pytest.raises(DeployFailed, match="Nothing was deployed"):
            deploy(
                root, read_settings(root, "dev"), cloud, lambda _: None, lambda command, _: int(command[1] == "check")
            )
        assert cloud.deploys == []

    def test_when_what_is_live_would_not_be_served(self, root: Path) -> None:
        folder = root / "interaction_model" / "certified"
        folder.mkdir()
        language = {"intents": [{"name": "HeatIntent", "samples": ["heat"]}]}
        (folder / "en-US.json").write_text(json.dumps({"interactionModel": {"languageModel": language}}))
        cloud = FakeCloud()
        with pytest.raises(DeployFailed, match=r"HeatIntent.*retired"):
            go(root, cloud)
        assert cloud.deploys == []

    def test_everything_is_said_at_once(self, root: Path) -> None:
        cloud = FakeCloud()
        cloud.trouble = "Unable to locate credentials"
        text = self.refusals(root, cloud, "AlexaVendorId=M1", region="eu-central-1")
        assert all(word in text for word in ("credentials", "AlexaSecret", "eu-central-1"))

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ("Vendor=M1", "there is no parameter Vendor"),
            ("AlexaVendorId=m1-x", "capital letters"),
            ("SkillId=mine", "a skill id looks like"),
            ("Rollout=Slowly", "one of AllAtOnce"),
            ("AlarmEmail=nobody", "e-mail"),
            ("AlarmEmail", "not Name=value"),
            ("AlexaSecret=arn:aws:secretsmanager:us-east-1:1:secret:x", "not its ARN|its ARN"),
        ],
    )
    def test_a_setting_that_is_none(self, root: Path, given: str, words: str) -> None:
        with pytest.raises(UsageError, match=words):
            read_settings(root, "dev", [given])


REFUSALS = [
    (
        "The trigger setting for the Lambda arn:aws:lambda:…:live is invalid. Error code: SkillManifestError",
        "permission",
    ),
    ('Unable to locate credentials. You can configure credentials by running "aws configure".', "aws configure"),
    ("The security token included in the request is expired", "expired"),
    ("An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation", "does not accept"),
    ("Template format error: Unrecognized resource types: [Alexa::ASK::Skill]", "region"),
    ("Vendor ID M1 is not associated with the customer", "vendor id"),
    ("invalid_grant: The request has an invalid grant parameter : refresh_token", "refresh token"),
    ("Secrets Manager can't find the specified secret.", "client_id"),
    ("Could not find a value associated with JSONKey in SecretString", "client_id"),
    ("User: arn:aws:iam::1:user/me is not authorized to perform: iam:CreateRole", "may not"),
    (
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
        "MostAtOnce",
    ),
    ("Stack:arn is in ROLLBACK_COMPLETE state and can not be updated.", "sam delete"),
    ("Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.", "under way"),
    ("Rollback successful. CodeDeploy deployment d-1 stopped by alarm", "alarm"),
    ("back-spasm-guide-dev-content already exists in stack", "left"),
    ("privacyPolicyUrl is required for locale en-US", "privacy"),
]


class TestExplained:
    @pytest.mark.parametrize(("message", "words"), REFUSALS)
    def test_common_refusals(self, message: str, words: str) -> None:
        assert words in explain(message)

    def test_an_unknown_one_is_left_as_it_is(self) -> None:
        assert explain("The moon is full") == ""

    @pytest.mark.parametrize(("message", "words"), REFUSALS)
    def test_one_in_the_middle_of_a_deploy(self, root: Path, message: str, words: str) -> None:
        cloud = FakeCloud(deployed_with(root, *ALEXA))
        cloud.refusal = Failure("AlexaSkill", message)
        with pytest.raises(DeployFailed) as failed:
            go(root, cloud, *ALEXA)
        text = str(failed.value)
        assert message in text
        assert words in text
        assert "Running make deploy again is safe" in text
        assert "cancelled" not in text

    def test_every_region_named_is_one_that_alexa_takes(self) -> None:
        assert set(
            re.findall(r"[a-z]{2}-[a-z]+-\d", explain("Unrecognized resource types: [Alexa::ASK::Skill]"))
        ) == set(REGIONS)


def test_the_command_says_what_is_missing_and_fails() -> None:
    """The real command, without an account: nothing is built, nothing is asked of anybody."""
    environment = {"PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}
    command = [sys.executable, "-m", "workbench.cli", "deploy", "--stage", "dev"]
    ran = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 1, ran.stderr
    assert "privacy policy" in ran.stderr
    assert "aws configure" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_settings_know_both_ways_of_writing_parameters(root: Path) -> None:
    path = root / "samconfig.toml"
    path.write_text(path.read_text().replace('["Stage=dev", "Rollout=AllAtOnce"]', '"Stage=dev Rollout=AllAtOnce"'))
    assert isinstance(read_settings(root, "dev"), Settings)
    assert read_settings(root, "dev").parameters == {"Stage": "dev", "Rollout": "AllAtOnce"}


def test_defaults_are_those_of_the_template() -> None:
    assert deploying.defaults(ROOT)["Architecture"] == "arm64"
