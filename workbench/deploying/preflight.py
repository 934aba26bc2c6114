"""What must be true before anything is deployed: everything that can be known beforehand is refused at once, not halfway."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from workbench.compiler.build import RELEASE
from workbench.deploying.certified import certified_models, unserved
from workbench.deploying.cloud import Cloud, CloudError, Stack
from workbench.deploying.package import privacy_urls
from workbench.deploying.refusals import REGIONS, SECRET_KEYS, explain
from workbench.deploying.settings import Settings

# RFC 2606 and 6761: names that never lead to anybody's page.
_NOBODYS = (".example", ".test", ".invalid", ".localhost", "example.com", "example.org", "example.net", "localhost")

# AWS keeps at least so many of an account's concurrent executions for functions that reserve none.
_UNRESERVED = 100


def local_refusals(root: Path, settings: Settings) -> Iterator[str]:
    """Yield what is wrong with the settings and the files, without asking AWS."""
    yield from _privacy(root)
    if settings.region not in REGIONS:
        yield f"Alexa does not call functions in {settings.region}. Choose {', '.join(REGIONS)} in samconfig.toml."
    given = {name for name in ("AlexaVendorId", "AlexaSecret") if settings.parameters.get(name)}
    if len(given) == 1:
        missing = ({"AlexaVendorId", "AlexaSecret"} - given).pop()
        yield f"{given.pop()} is set and {missing} is not. Both make the skill; neither deploys function and content alone."


def _privacy(root: Path) -> Iterator[str]:
    """Alexa takes no skill without a privacy policy, and its testers open the page."""
    wrong: dict[str, list[str]] = {}
    for locale, url in privacy_urls(root).items():
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if parts.scheme != "https" or not host or host.endswith(_NOBODYS):
            wrong.setdefault(url, []).append(locale)
    for url, locales in wrong.items():
        what = f"is {url}, which is nobody's page" if url else "is missing"
        yield (
            f"The privacy policy's URL {what} ({', '.join(locales)}). Put docs/privacy.md on a page of yours, and its https URL "
            "into interaction_model/skill.json as privacyPolicyUrl, for every locale."
        )


def certified_refusals(root: Path) -> Iterator[str]:
    """Yield what the live skill hears and the release that was just built would not know any more."""
    release = json.loads((root / RELEASE).read_bytes())
    for line in unserved(certified_models(root), release):
        yield f"The certified model, which listeners have, still hears {line}."


def cloud_refusals(settings: Settings, cloud: Cloud) -> Iterator[str]:
    """Yield what AWS would refuse later."""
    try:
        cloud.account()
        stack = cloud.stack(settings.stack)
        yield from _stack(settings, stack)
        if stack is None and cloud.has_table(settings.table):
            yield (
                f"There is no stack {settings.stack}, but its content table {settings.table} is there, as a deleted stack leaves it. "
                "docs/operations.md, 'A stack that was deleted', says how to go on."
            )
        if settings.has_alexa:
            missing = set(SECRET_KEYS) - cloud.secret_keys(settings.parameters["AlexaSecret"])
            if missing:
                yield f"The secret {settings.parameters['AlexaSecret']} lacks {', '.join(sorted(missing))}. {explain('specified secret')}"
    except CloudError as error:
        yield told(str(error))


def _stack(settings: Settings, stack: Stack | None) -> Iterator[str]:
    if stack and stack.status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"):
        words = explain("ROLLBACK_COMPLETE state").replace("STAGE", settings.stage)
        yield f"The stack {settings.stack} is {stack.status}. {words}"
    elif stack and stack.status.endswith("_IN_PROGRESS"):
        yield f"The stack {settings.stack} is {stack.status}. {explain('in UPDATE_IN_PROGRESS state')}"


def told(message: str) -> str:
    """Return AWS's message, with what it means where that is known."""
    words = explain(message)
    return f"{message}\n  {words}" if words else message


def affordable(settings: Settings, cloud: Cloud, stack: Stack | None) -> tuple[Settings, str]:
    """Return the settings without a concurrency limit that the account is too small for, and what to say about it."""
    wanted = settings.parameters.get("MostAtOnce", "")
    reserved = int((stack.parameters.get("MostAtOnce") if stack else "") or 0)
    spare = cloud.spare_concurrency() + reserved
    if not wanted or spare - int(wanted) >= _UNRESERVED:
        return settings, ""
    words = (
        f"This account may run {spare} requests at once, too few to set {wanted} aside, so the account's limit is the limit. "
        "Before the skill is published, ask AWS for more (Service Quotas, AWS Lambda, Concurrent executions); it costs nothing."
    )
    return settings._replace(parameters={**settings.parameters, "MostAtOnce": ""}), words


def utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
