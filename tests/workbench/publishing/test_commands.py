"""guide publish, releases, rollback, diff, prune and withdraw, against moto."""

from __future__ import annotations

import io
import subprocess
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import (
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
)

from tests.content_tables import STAGE, TABLE, origin, package, packed, release_data
from workbench.cli import FOUND, USAGE, main
from workbench.publishing import (
    ContentTable,
    publish,
    publish_bundle,
    record_model,
    restore,
    withdrawn,
)
from workbench.publishing.connection import _failed, _refused
from workbench.publishing.origin import origin as origin_here

ANSWER = next(iter(package(1).release["answers"]))

Guide = Callable[..., tuple[int, str]]


@pytest.fixture
def guide(table: ContentTable, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Guide:
    """The command line on the test's table; gives the exit status and all that it printed."""
    monkeypatch.setenv("GUIDE_WHO", "Bea")

    def run(command: str, *arguments: object) -> tuple[int, str]:
        status = main([command, *map(str, arguments), "--stage", STAGE, "--table", TABLE])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


@pytest.fixture
def deployed(table: ContentTable) -> ContentTable:
    """A stage to which edition 1 was deployed, with its interaction model."""
    record_model(table, STAGE, package(1).model)
    publish_bundle(table, STAGE, package(1).data, origin(1))
    return table


@pytest.fixture
def edition(tmp_path: Path) -> Callable[[int], Path]:
    """The file of an edition, as ``guide build`` would have written it."""

    def write(number: int) -> Path:
        path = tmp_path / f"{number}.json"
        path.write_bytes(package(number).data)
        return path

    return write


def on_air(table: ContentTable) -> str:
    pointer = table.pointer(STAGE)
    assert pointer
    return pointer.version


class TestPublish:
    def test_shows_what_changes_and_publishes(
        self, guide: Guide, deployed: ContentTable, edition: Callable[[int], Path]
    ) -> None:
        status, printed = guide("publish", "--release", edition(2), "--yes")
        assert status == 0
        assert f"From {package(1).version} to {package(2).version}" in printed
        assert f"~ {ANSWER}: " in printed and "seconds, grade" in printed and "(short)" in printed
        assert f"prod has {package(2).version} on the air" in printed
        assert "a cold start answers from that" in printed
        assert on_air(deployed) == package(2).version
        pointer = deployed.pointer(STAGE)
        assert pointer and pointer.moves[0].origin.who == "Bea"

    @pytest.mark.parametrize(("said", "published"), [("y\n", True), ("Yes\n", True), ("n\n", False), ("\n", False)])
    def test_asks(
        self,
        guide: Guide,
        deployed: ContentTable,
        edition: Callable[[int], Path],
        monkeypatch: pytest.MonkeyPatch,
        said: str,
        published: bool,
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        status, _ = guide("publish", "--release", edition(2))
        assert status == (0 if published else FOUND)
        assert (on_air(deployed) == package(2).version) is published

    def test_with_nobody_to_ask_it_says_so(
        self, guide: Guide, deployed: ContentTable, edition: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(""))
        status, printed = guide("publish", "--release", edition(2))
        assert status == USAGE
        assert "--yes" in printed
        assert on_air(deployed) == package(1).version

    def test_again_says_that_it_is_on_the_air(
        self, guide: Guide, deployed: ContentTable, edition: Callable[[int], Path]
    ) -> None:
        status, printed = guide("publish", "--release", edition(1))
        assert (status, printed) == (0, f"prod has {package(1).version} on the air already.\n")

    def test_newer_model_is_refused_unless_forced(self, guide: Guide, deployed: ContentTable, tmp_path: Path) -> None:
        newer = packed(release_data(2, model="newer"))
        path = tmp_path / "release.json"
        path.write_bytes(newer.data)
        status, printed = guide("publish", "--release", path, "--yes")
        assert status == FOUND
        assert "needs the interaction model newer" in printed and "make deploy STAGE=prod" in printed
        assert on_air(deployed) == package(1).version
        status, printed = guide("publish", "--release", path, "--yes", "--force")
        assert status == 0
        assert f"needs the interaction model newer (before: {package(1).model})" in printed
        assert on_air(deployed) == newer.version

    def test_who_is_overtaken_is_told(
        self, guide: Guide, deployed: ContentTable, edition: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def answer_slowly(_: str) -> str:
            publish(deployed, STAGE, package(3), deployed.pointer(STAGE), origin(3))
            return "y"

        monkeypatch.setattr("builtins.input", answer_slowly)
        status, printed = guide("publish", "--release", edition(2))
        assert status == FOUND
        assert f"somebody else published to prod meanwhile: it has {package(3).version} now (publish by Ann" in printed
        assert on_air(deployed) == package(3).version

    def test_file_that_is_not_there(self, guide: Guide, deployed: ContentTable, tmp_path: Path) -> None:
        status, printed = guide("publish", "--release", tmp_path / "none.json")
        assert status == USAGE
        assert "guide build" in printed


class TestReleases:
    def test_lists_them(self, guide: Guide, deployed: ContentTable) -> None:
        publish(deployed, STAGE, package(2), deployed.pointer(STAGE), origin(2))
        status, printed = guide("releases")
        assert status == 0
        first, second = printed.splitlines()[:2]
        assert first.startswith(package(2).version) and "Ann" in first and "from abc123" in first
        assert "on the air in prod" in first and "2026-11-21 10:02:00 UTC" in first
        assert "carried by the function in prod" in second
        assert "publish   2026-11-21 10:02:00 UTC, Ann" in printed
        assert f"deployed {package(1).model}, certified none recorded" in printed
        assert "until make deploy STAGE=prod brings the new bundle" in printed

    def test_notice_is_gone_after_the_deploy(self, guide: Guide, deployed: ContentTable) -> None:
        publish(deployed, STAGE, package(2), deployed.pointer(STAGE), origin(2))
        publish_bundle(deployed, STAGE, package(2).data, origin(3))
        assert "cold start" not in guide("releases")[1]

    def test_of_an_empty_table(self, guide: Guide) -> None:
        assert guide("releases") == (0, "Nothing was published yet.\n")


class TestRollback:
    def test_puts_the_one_before_on_the_air(self, guide: Guide, deployed: ContentTable) -> None:
        publish(deployed, STAGE, package(2), deployed.pointer(STAGE), origin(2))
        publish(deployed, STAGE, package(3), deployed.pointer(STAGE), origin(3))
        status, printed = guide("rollback", "--yes")
        assert status == 0
        assert f"From {package(3).version} to {package(2).version}" in printed
        assert "a cold start answers from that" in printed
        assert on_air(deployed) == package(2).version
        assert guide("rollback", "--yes", "--to", package(3).version[:6])[0] == 0
        assert on_air(deployed) == package(3).version

    def test_with_nothing_before_it_says_so(self, guide: Guide, deployed: ContentTable) -> None:
        status, printed = guide("rollback", "--yes")
        assert status == USAGE
        assert "no release before" in printed

    def test_of_an_empty_stage(self, guide: Guide) -> None:
        assert guide("rollback", "--yes")[0] == USAGE


class TestDiff:
    def test_of_two_releases(self, guide: Guide, deployed: ContentTable) -> None:
        fewer = {name: facts for name, facts in release_data(2)["answers"].items() if name != ANSWER}
        publish(deployed, STAGE, packed(release_data(2, answers=fewer)), deployed.pointer(STAGE), origin(2))
        status, printed = guide("diff", package(1).version[:8], STAGE)
        assert status == 0
        assert f"- {ANSWER}\n" in printed
        assert f"+ {ANSWER}: " in guide("diff", STAGE, package(1).version)[1]
        assert guide("diff", STAGE, STAGE)[1] == "no difference\n"

    def test_of_an_unknown_one(self, guide: Guide, deployed: ContentTable) -> None:
        status, printed = guide("diff", "f00", STAGE)
        assert status == USAGE
        assert "no release 'f00'" in printed


class TestPrune:
    def test_deletes_old_ones(self, guide: Guide, deployed: ContentTable) -> None:
        for number in (2, 3, 4):
            publish(deployed, STAGE, package(number), deployed.pointer(STAGE), origin(number))
        status, printed = guide("prune", "--keep", 1, "--yes")
        assert status == 0
        assert printed.startswith(package(2).version)
        assert {stored.version for stored in deployed.releases()} == {package(n).version for n in (1, 3, 4)}
        assert guide("prune", "--keep", 1, "--yes") == (0, "There is nothing to prune.\n")

    def test_keeps_at_least_one(self, guide: Guide) -> None:
        assert guide("prune", "--keep", 0)[0] == USAGE


class TestWithdraw:
    def test_takes_one_off_the_air_until_undone(self, guide: Guide, deployed: ContentTable) -> None:
        status, printed = guide("withdraw", ANSWER)
        assert status == 0
        assert f"{ANSWER} is off the air, in every release" in printed
        assert "bundle still has it" in printed and "make deploy STAGE=prod" in printed
        assert withdrawn(deployed)[ANSWER].who == "Bea"
        assert ANSWER in guide("withdraw")[1]
        assert "bundle still has it" in guide("releases")[1]
        assert guide("withdraw", ANSWER, "--undo")[0] == 0
        assert withdrawn(deployed) == {}
        assert guide("withdraw") == (0, "No answer is withdrawn.\n")

    def test_deploy_clears_the_notice(self, guide: Guide, deployed: ContentTable) -> None:
        guide("withdraw", ANSWER)
        publish_bundle(deployed, STAGE, package(1).data, origin(2), withdrawn_in_bundle=[ANSWER])
        printed = guide("releases")[1]
        assert "bundle still has it" not in printed
        assert f"guide withdraw {ANSWER} --undo" in printed

    def test_mistyped_id_is_refused(self, guide: Guide, deployed: ContentTable) -> None:
        status, printed = guide("withdraw", "icce")
        assert status == USAGE
        assert ANSWER in printed
        assert withdrawn(deployed) == {}

    def test_undo_of_what_is_not_withdrawn(self, guide: Guide, deployed: ContentTable) -> None:
        assert guide("withdraw", ANSWER, "--undo")[0] == USAGE
        assert guide("withdraw", "--undo")[0] == USAGE
        restore(deployed, ANSWER)


class TestWhatAwsRefuses:
    def test_missing_table(self, aws: None, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["releases", "--stage", "dev"]) == USAGE
        assert (
            "there is no table back-spasm-guide-dev-content here; make deploy STAGE=dev makes it"
            in capsys.readouterr().err
        )

    def test_missing_region(
        self, aws: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
        assert main(["releases", "--stage", "dev"]) == USAGE
        assert "--region us-east-1" in capsys.readouterr().err

    def test_unknown_profile(
        self, aws: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        monkeypatch.setenv("AWS_PROFILE", "nobody")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
        assert main(["releases", "--stage", "dev"]) == USAGE
        assert "aws configure list-profiles" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (NoCredentialsError(), "there are no AWS credentials; run aws configure"),
            (PartialCredentialsError(provider="env", cred_var="x"), "there are no AWS credentials"),
            (EndpointConnectionError(endpoint_url="http://local"), "http://local does not answer"),
            (ReadTimeoutError(endpoint_url="http://local"), "http://local does not answer"),
        ],
    )
    def test_failures_in_plain_words(self, error: Exception, said: str) -> None:
        assert said in _failed(Namespace(endpoint_url="http://local"), error)

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("UnrecognizedClientException", "does not know these credentials"),
            ("ExpiredTokenException", "has expired"),
            ("AccessDeniedException", "may not do this to content: not you"),
            ("ThrottlingException", "run it again in a minute"),
            ("SomethingNew", "DynamoDB refused: not you"),
        ],
    )
    def test_refusals_in_plain_words(self, code: str, said: str) -> None:
        assert said in _refused(Namespace(table="content", stage="prod"), code, "not you")

    def test_stage_must_be_said(self, aws: None, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["releases"])
        assert "--stage" in capsys.readouterr().err


def test_all_of_it_runs_against_a_local_server(
    served_table: tuple[str, ContentTable],
    edition: Callable[[int], Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endpoint, table = served_table
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "nobody")
    there = ["--stage", STAGE, "--table", table.name, "--endpoint-url", endpoint, "--region", "us-east-1"]
    record_model(table, STAGE, package(1).model)
    for command in (
        ["publish", "--release", str(edition(1)), "--yes"],
        ["publish", "--release", str(edition(2)), "--yes"],
        ["publish", "--release", str(edition(3)), "--yes"],
        ["rollback", "--yes"],
        ["diff", package(1).version, STAGE],
        ["withdraw", ANSWER],
        ["prune", "--keep", "1", "--yes"],
        ["releases"],
    ):
        assert main([*command, *there]) == 0, capsys.readouterr().err
    assert on_air(table) == package(2).version
    assert set(withdrawn(table)) == {ANSWER}


class TestOrigin:
    @pytest.fixture
    def repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.delenv("GUIDE_WHO", raising=False)
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
        monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "none"))
        (tmp_path / "content").mkdir()
        (tmp_path / "content" / "places.yaml").write_text("")
        for command in ("init -q", "add .", "-c user.name=Ann -c user.email=a@example.org commit -q -m one"):
            subprocess.run(["git", *command.split()], cwd=tmp_path, check=True)
        return tmp_path

    def test_is_gits_user_and_commit(self, repository: Path) -> None:
        subprocess.run(["git", "config", "user.name", "Ann"], cwd=repository, check=True)
        here = origin_here(repository)
        assert here.who == "Ann"
        assert len(here.commit) == 12

    def test_says_when_content_is_not_what_was_committed(self, repository: Path) -> None:
        (repository / "content" / "places.yaml").write_text("changed")
        assert origin_here(repository).commit.endswith("+changes")

    def test_nobody_and_nowhere_will_do(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GUIDE_WHO", raising=False)
        monkeypatch.setenv("PATH", "")
        here = origin_here(tmp_path)
        assert (here.who, here.commit) == ("", "")
        assert here.when.endswith("Z")
