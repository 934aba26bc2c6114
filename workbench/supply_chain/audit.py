"""``make audit``: known vulnerabilities and licences of everything that the locks name, beside what is excused.

Vulnerabilities are looked up with pip-audit in OSV's database, where only names and versions are sent. Licences are those
that the installed packages state. ``exceptions.toml`` says which licences are allowed, and what else passes and why.

Exit status: 0 when all is well or excused; 1 when something has to be done; 2 when ``exceptions.toml`` or a lock cannot be
read; 3 when nothing is wrong as far as could be seen, but vulnerabilities could not be looked up or packages are not
installed, so that it is not known.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from workbench.compiler.content import ROOT
from workbench.supply_chain.licences import is_allowed, licences
from workbench.supply_chain.locks import LOCKS, Locked, LockError, normalised, read_lock

EXCEPTIONS = Path(__file__).parent / "exceptions.toml"
OSV = "https://api.osv.dev/v1/query"

WELL, WRONG, UNREADABLE, UNKNOWN = 0, 1, 2, 3

# pip-audit asks for one package after the other.
_LOOKUP_SECONDS = 900


class Finding(NamedTuple):
    """Something about a package that has to be excused: a vulnerability's id, or the licences as it states them."""

    package: str
    version: str
    kind: str
    """``vulnerability`` or ``licence``."""
    what: str
    advice: str


class Excuse(NamedTuple):
    """An entry of ``exceptions.toml``."""

    package: str
    kind: str
    what: str
    why: str
    decided: datetime.date
    until: datetime.date


class Rules(NamedTuple):
    """``exceptions.toml``."""

    allowed_licences: frozenset[str]
    excuses: tuple[Excuse, ...]


class RulesError(Exception):
    """``exceptions.toml`` is not as it should be; the message says what to mend."""


class LookupFailed(Exception):
    """Vulnerabilities could not be looked up; the message says why."""


def read_rules(path: Path = EXCEPTIONS) -> Rules:
    """Return what ``path`` allows and excuses.

    Raises:
        RulesError: when it is not TOML, or an entry lacks something.
    """
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
        return Rules(frozenset(stated["allowed_licences"]), tuple(map(_excuse, stated.get("exception", ()))))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise RulesError(f"{path}: {error}") from error


def _excuse(entry: dict[str, Any]) -> Excuse:
    kinds = [kind for kind in ("vulnerability", "licence") if kind in entry]
    if len(kinds) != 1:
        raise TypeError(f"the exception for {entry.get('package')} names either a vulnerability or a licence")
    days = entry["decided"], entry["until"]
    if not all(isinstance(day, datetime.date) for day in days) or not str(entry["why"]).strip():
        raise TypeError(f"the exception for {entry['package']} needs decided, until (dates) and why")
    return Excuse(normalised(entry["package"]), kinds[0], entry[kinds[0]], entry["why"], *days)


# Vulnerabilities.


def vulnerabilities(locks: Iterable[Path], osv_url: str = OSV) -> list[Finding]:
    """Return the known vulnerabilities of what ``locks`` name.

    Raises:
        LookupFailed: when pip-audit could not ask, or not for every package.
    """
    options = ["--format=json", "--progress-spinner=off", "--disable-pip", "--require-hashes", "--aliases=on"]
    options += ["--vulnerability-service=osv", f"--osv-url={osv_url}"]
    options += [word for lock in locks for word in ("--requirement", str(lock))]
    try:
        ran = subprocess.run(  # noqa: S603 - nobody's input
            [sys.executable, "-m", "pip_audit", *options],
            capture_output=True,
            text=True,
            check=False,
            timeout=_LOOKUP_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise LookupFailed(f"{osv_url} did not answer within {_LOOKUP_SECONDS} seconds") from None
    return list(_reported(ran.stdout, ran.stderr))


def _reported(report: str, trouble: str) -> Iterator[Finding]:
    """Read pip-audit's report; what it could not look up it would leave out, and still say that all is well."""
    try:
        dependencies = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = trouble.strip().splitlines()[-1:] or ["pip-audit said nothing"]
        raise LookupFailed(last[0]) from None
    if skipped := [one for one in dependencies if "skip_reason" in one]:
        raise LookupFailed(f"{len(skipped)} packages, such as: {skipped[0]['skip_reason']}")
    for one in dependencies:
        for found in one["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "no version yet"
            names = " = ".join((found["id"], *found.get("aliases", ())))
            yield Finding(
                normalised(one["name"]), one["version"], "vulnerability", found["id"], f"{names}; mended in {fixed}"
            )


# Licences.


class Stated(NamedTuple):
    """What the installed packages state."""

    findings: tuple[Finding, ...]
    """Those whose licence is not on the list."""
    counts: dict[str, int]
    """How many packages are under each licence."""
    missing: tuple[str, ...]
    """Packages that are not installed, though they are for this machine."""
    elsewhere: tuple[str, ...]
    """Packages that are for other machines, or installed nowhere, and were not looked at."""


def stated_licences(locked: Iterable[tuple[Locked, Path | None]], allowed: frozenset[str]) -> Stated:
    """Return the licences of what is ``locked``, each package with the environment that it is installed in."""
    findings: set[Finding] = set()
    seen: dict[tuple[str, str], tuple[str, ...]] = {}
    missing: set[str] = set()
    elsewhere: set[str] = set()
    installed: dict[Path, dict[tuple[str, str], Any]] = {}
    for one, environment in locked:
        if environment and environment not in installed:
            installed[environment] = _installed(environment)
        metadata = installed[environment].get((one.name, one.version)) if environment else None
        if metadata is None:
            (elsewhere if one.marker or environment is None else missing).add(f"{one.name} {one.version}")
            continue
        found = seen[one.name, one.version] = licences(metadata)
        if not is_allowed(found, allowed):
            what = " AND ".join(found)
            findings.add(Finding(one.name, one.version, "licence", what, what or "its metadata does not say"))
    named = {f"{name} {version}" for name, version in seen}
    counts: dict[str, int] = {}
    for expressions in seen.values():
        for name in expressions or ("not stated",):
            counts[name] = counts.get(name, 0) + 1
    return Stated(
        tuple(sorted(findings)), counts, tuple(sorted(missing - named)), tuple(sorted(elsewhere - missing - named))
    )


def _installed(environment: Path) -> dict[tuple[str, str], Any]:
    folders = [str(folder) for folder in environment.glob("lib*/python*/site-packages")]
    found = importlib.metadata.distributions(path=folders)
    return {(normalised(one.metadata["Name"]), one.version): one.metadata for one in found}


# Both.


def unexcused(findings: Iterable[Finding], excuses: Iterable[Excuse]) -> list[Finding]:
    """Return the ``findings`` that no exception is about."""
    known = {(excuse.package, excuse.kind, excuse.what) for excuse in excuses}
    return [found for found in findings if (found.package, found.kind, found.what) not in known]


def stale(
    excuses: Iterable[Excuse], findings: Iterable[Finding], looked_at: frozenset[str], today: datetime.date
) -> Iterator[str]:
    """Yield what is the matter with exceptions that are over, or that excuse nothing of the kinds that were ``looked_at``."""
    known = {(found.package, found.kind, found.what) for found in findings}
    for excuse in excuses:
        about = f"{excuse.package}, {excuse.kind} '{excuse.what}'"
        if today > excuse.until:
            yield f"{about}: was decided on {excuse.decided} to hold until {excuse.until}; look again, then change its dates"
        elif excuse.kind in looked_at and (excuse.package, excuse.kind, excuse.what) not in known:
            yield f"{about}: excuses nothing any more; delete it"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make audit", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--osv-url", default=OSV, help="where vulnerabilities are looked up (%(default)s)")
    parser.add_argument("--exceptions", type=Path, default=EXCEPTIONS, help="what is allowed and excused (%(default)s)")
    chosen = parser.parse_args(arguments)
    try:
        rules = read_rules(chosen.exceptions)
        locked = [
            (one, ROOT / where if where else None) for lock, where in LOCKS.items() for one in read_lock(ROOT / lock)
        ]
    except (RulesError, LockError) as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    stated = stated_licences(locked, rules.allowed_licences)
    findings, looked_at, trouble = list(stated.findings), {"licence"}, ""
    try:
        findings += vulnerabilities((ROOT / lock for lock in LOCKS), chosen.osv_url)
        looked_at.add("vulnerability")
    except LookupFailed as error:
        trouble = str(error)
    if stated.missing:
        looked_at.discard("licence")
    wrong = unexcused(findings, rules.excuses)
    over = list(stale(rules.excuses, findings, frozenset(looked_at), datetime.date.today()))
    _print(locked, stated, wrong, [one for one in findings if one not in wrong], over, trouble)
    if wrong or over:
        return WRONG
    return UNKNOWN if trouble or stated.missing else WELL


def _print(
    locked: Sequence[tuple[Locked, Path | None]],
    stated: Stated,
    wrong: Sequence[Finding],
    excused: Sequence[Finding],
    over: Sequence[str],
    trouble: str,
) -> None:
    packages = {(one.name, one.version) for one, _ in locked}
    print(f"{len(packages)} packages in {len(LOCKS)} locks.")
    print(
        "Licences: "
        + ", ".join(f"{name} {count}" for name, count in sorted(stated.counts.items(), key=lambda row: -row[1]))
    )
    if stated.elsewhere:
        print(
            f"For other machines, or for make bench alone, and not looked at for their licence: {', '.join(stated.elsewhere)}"
        )
    for found in excused:
        print(f"excused   {found.package} {found.version}: {found.kind} {found.advice}")
    for found in wrong:
        print(f"WRONG     {found.package} {found.version}: {found.kind} {found.advice}")
    for line in over:
        print(f"STALE     {EXCEPTIONS.name}: {line}")
    if stated.missing:
        print(
            f"UNKNOWN   licences of what is not installed: {', '.join(stated.missing)}. Run: make setup-dev runtime built-suites"
        )
    if trouble:
        print(f"UNKNOWN   known vulnerabilities could NOT be looked up: {trouble}")
    else:
        print("Known vulnerabilities were looked up for every package.")


if __name__ == "__main__":
    sys.exit(main())
