"""A whole deploy: what must be true, the build, and as many passes of `sam deploy` as the skill's id takes.

The skill needs a function that it may call before it can be made, and the function must know the skill's id, which there is only
afterwards. A template that says both at once is a cycle. So the id is a parameter: the first pass makes the skill with a
function that any skill may call, and the second tells function and permission the id. Later deploys know it, and take one pass.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from workbench.deploying.cloud import Cloud, CloudError, Stack
from workbench.deploying.preflight import affordable, certified_refusals, cloud_refusals, local_refusals, told, utc_now
from workbench.deploying.refusals import explain
from workbench.deploying.settings import Settings, function_parameters, template

BUILD = ".aws-sam/build"
CONFIGURED = "configured.json"

Say = Callable[[str], None]
Run = Callable[[Sequence[str], Mapping[str, str]], int]
"""Runs a command with additions to the environment, its output shown, and returns its exit status."""


class DeployFailed(Exception):
    """The deploy did not get through; the message says why and what to do."""


class Deployed(NamedTuple):
    """What stands there afterwards."""

    outputs: dict[str, str]
    passes: int


def run_command(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run ``command`` in the project's folder, with its output shown."""
    return subprocess.run(command, check=False, env={**os.environ, **environment}).returncode  # noqa: S603 - our own


def deploy(
    root: Path,
    settings: Settings,
    cloud: Cloud,
    say: Say,
    run: Run = run_command,
    commit: str = "",
    bundle: bool = False,
) -> Deployed:
    """Deploy ``settings``; safe to run again at any time, and after any failure.

    Raises:
        DeployFailed: with the reason, and what to do.
    """
    refuse([*local_refusals(root, settings), *cloud_refusals(settings, cloud)])
    check(root, run, say)
    build(root, settings, run, say)
    refuse(list(certified_refusals(root)))
    stack = cloud.stack(settings.stack)
    settings, words = affordable(settings, cloud, stack)
    if words:
        say(words)
    settings = with_facts(settings, cloud, stack, commit, bundle)
    skill_id, passes = known_skill_id(settings, stack), 0
    while True:
        passes += 1
        say(_announcement(settings, skill_id, stack, passes))
        stack = one_pass(root, settings, skill_id, cloud, run)
        made = stack.outputs.get("SkillId", skill_id)
        if made == skill_id:
            break
        if passes > 1:
            raise DeployFailed(f"The skill's id keeps changing ({skill_id}, then {made}). Run it again.")
        skill_id = made
    prove(cloud, stack, skill_id)
    return Deployed(stack.outputs, passes)


def refuse(refusals: Sequence[str]) -> None:
    """Raise DeployFailed with all of ``refusals``, if there are any."""
    if refusals:
        raise DeployFailed("\n".join(["Nothing was deployed.", *(f"- {refusal}" for refusal in refusals)]))


def check(root: Path, run: Run, say: Say) -> None:
    """Check the content, with warnings as errors."""
    say("Checking the content …")
    if run([_program("guide"), "check", "--strict"], {}) != 0:
        raise DeployFailed(
            "Nothing was deployed: the lines above say what to mend in the content. guide check --strict shows them again."
        )


def build(root: Path, settings: Settings, run: Run, say: Say) -> None:
    """Put the folders of the functions together."""
    say("Building the function and what is handed to Alexa …")
    if run([_program("sam"), "build"], {"STAGE": settings.stage, "MAKEFLAGS": "", "SAM_CLI_TELEMETRY": "0"}) != 0:
        raise DeployFailed(
            "Nothing was deployed: the lines above say why it could not be built. See docs/troubleshooting.md."
        )


def with_facts(settings: Settings, cloud: Cloud, stack: Stack | None, commit: str, bundle: bool) -> Settings:
    """Return ``settings`` with what is true at this moment: the answers that are off the air, and the commit."""
    gone = ",".join(cloud.withdrawn(settings.table)) if stack else ""
    now = {"Withdrawn": gone, "Commit": commit, "ContentOnAir": "bundle" if bundle else "keep"}
    return settings._replace(parameters={**settings.parameters, **now})


def known_skill_id(settings: Settings, stack: Stack | None) -> str:
    """Return the id to deploy with at first: "" opens the function to any skill, so that Alexa can make a new one.

    That is so while the stack has no skill, and when it is about to replace it, as it does for another vendor. An id that is
    given wins: it is how a skill made by hand is attached, and how a permission that went wrong is opened.
    """
    given = settings.parameters.get("SkillId")
    if given is not None:
        return given
    if stack is None:
        return ""
    if not settings.has_alexa:
        return stack.parameters.get("SkillId", "") if "SkillId" not in stack.outputs else ""
    if stack.parameters.get("AlexaVendorId") != settings.parameters["AlexaVendorId"]:
        return ""
    return stack.outputs.get("SkillId", "")


def one_pass(root: Path, settings: Settings, skill_id: str, cloud: Cloud, run: Run) -> Stack:
    """Run `sam deploy` once, and return the stack as it is then."""
    parameters = {**defaults(root), **settings.parameters, "SkillId": skill_id}
    configure(root, parameters)
    # Quoted, since sam deploy takes no empty value without quotes; each is said, or the stack's old value would stay.
    overrides = [f'{name}="{value}"' for name, value in sorted(parameters.items())]
    command = [_program("sam"), "deploy", "--config-env", settings.stage, "--parameter-overrides", *overrides]
    began = utc_now()
    status = run(command, {"SAM_CLI_TELEMETRY": "0"})
    try:
        if status != 0:
            raise DeployFailed(_why(settings, cloud, began))
        stack = cloud.stack(settings.stack)
    except CloudError as error:
        raise DeployFailed(told(str(error))) from None
    if stack is None:
        raise DeployFailed(
            f"sam deploy is content, but there is no stack {settings.stack} in {settings.region}. Is it another account?"
        )
    return stack


def defaults(root: Path) -> dict[str, str]:
    """Return the template's parameters with their defaults."""
    return {name: str(facts["Default"]) for name, facts in template(root)["Parameters"].items()}


def configure(root: Path, parameters: Mapping[str, str]) -> None:
    """Write into the built function what it will be configured with; nothing ever reads it there.

    SAM makes a new version of a function when the built folder changes, and does not notice a parameter. The alias would go
    on with the version that does not know the skill's id. With this file in it, the folder changes too.
    """
    names = function_parameters(root, "SkillFunction")
    facts = {name: parameters[name] for name in sorted(names)}
    (root / BUILD / "SkillFunction" / CONFIGURED).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def prove(cloud: Cloud, stack: Stack, skill_id: str) -> None:
    """Look whether the version behind the alias verifies the id, and whether only that skill may call it."""
    if not skill_id:
        return
    live = cloud.live(stack.outputs["SkillFunctionName"])
    if live.verified != skill_id or set(live.permitted) != {skill_id}:
        raise DeployFailed(
            f"Everything is deployed, but the function is not closed to other skills: the code verifies '{live.verified}', the permission "
            f"names {', '.join(live.permitted) or 'nobody'}, and the skill is {skill_id}. Run make deploy again."
        )


def _announcement(settings: Settings, skill_id: str, stack: Stack | None, passes: int) -> str:
    minutes = (
        "; the new version takes over step by step, which takes minutes" if stack and settings.stage == "prod" else ""
    )
    if passes > 1:
        return f"Second pass: telling the function and its permission that only {skill_id} may call{minutes} …"
    if settings.has_alexa and not skill_id:
        return "First pass: making the skill, and a function that it may call. A second pass closes the function to others …"
    return f"Deploying {settings.stack}{minutes} …"


def _why(settings: Settings, cloud: Cloud, began: datetime.datetime) -> str:
    """What CloudFormation says went wrong first, and what that means."""
    lines = ["The deploy did not get through; AWS has put back, or is putting back, what was there before."]
    failures = cloud.failures(settings.stack, began) if cloud.stack(settings.stack) else []
    first = [failure for failure in failures if "cancelled" not in failure.reason][:3]
    for failure in first:
        lines.append(f"- {failure.resource}: {failure.reason}")
        words = explain(failure.reason)
        if words:
            lines.append(f"  {words}")
    if not first:
        lines.append("- The lines above say why. docs/troubleshooting.md has the common ones.")
    lines.append("Running make deploy again is safe.")
    return "\n".join(lines)


def _program(name: str) -> str:
    """The program beside this Python, where there is one: the activated environment may be another."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else (shutil.which(name) or name)
