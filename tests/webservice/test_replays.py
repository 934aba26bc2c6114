"""A request id passes once, whichever worker it comes to, for as long as it could pass for fresh."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from webservice.replays import Replays
from workbench.compiler.content import ROOT

NOW = 1_800_000_000.0


def test_an_id_passes_once() -> None:
    replays = Replays()
    assert replays.first_time("a", NOW + 150, NOW)
    assert not replays.first_time("a", NOW + 150, NOW + 1)
    assert replays.first_time("b", NOW + 150, NOW + 1)


def test_workers_that_share_a_file_share_what_they_know(tmp_path: Path) -> None:
    first, second = (Replays(str(tmp_path / "replays")) for _ in range(2))
    assert first.first_time("a", NOW + 150, NOW)
    assert not second.first_time("a", NOW + 150, NOW)


def test_of_many_at_the_same_time_one_passes(tmp_path: Path) -> None:
    workers = [Replays(str(tmp_path / "replays")) for _ in range(4)]
    with ThreadPoolExecutor(16) as threads:
        passed = list(threads.map(lambda n: workers[n % 4].first_time(str(n // 8), NOW + 150, NOW), range(800)))
    assert sum(passed) == 100


def test_other_processes_share_it_too(tmp_path: Path) -> None:
    path = str(tmp_path / "replays")
    assert Replays(path).first_time("a", NOW + 150, NOW)
    program = f"from webservice.replays import Replays; print(Replays({path!r}).first_time('a', {NOW + 150}, {NOW}))"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_what_is_out_of_date_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "replays"
    replays = Replays(str(path))
    for number in range(100):
        assert replays.first_time(str(number), NOW + 150, NOW)
    assert replays.first_time("later", NOW + 1000, NOW + 200)
    assert sqlite3.connect(path).execute("SELECT count(*) FROM seen").fetchone() == (1,)


def test_nothing_of_a_request_is_written_down(tmp_path: Path) -> None:
    replays = Replays(str(tmp_path / "replays"))
    replays.first_time("amzn1.echo-api.request.secret", NOW + 150, NOW)
    replays.close()
    assert all(b"secret" not in file.read_bytes() for file in tmp_path.iterdir())


def test_it_grows_no_larger_than_it_may(tmp_path: Path) -> None:
    path = tmp_path / "replays"
    replays = Replays(str(path), most_pages=16)
    assert all(replays.first_time(str(number), NOW + 150, NOW) for number in range(5000))
    replays.close()
    assert path.stat().st_size <= 16 * 4096


@pytest.mark.parametrize("trouble", ["folder", "no folder", "another file"])
def test_without_its_file_a_worker_goes_by_itself(
    tmp_path: Path, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "replays"
    if trouble == "folder":
        path.mkdir()
    elif trouble == "no folder":
        path = tmp_path / "none" / "replays"
    else:
        path.write_text("not a database, " * 1000)
    replays = Replays(str(path))
    with caplog.at_level(logging.ERROR):
        assert replays.first_time("a", NOW + 150, NOW)
        assert not replays.first_time("a", NOW + 150, NOW + 1)
    assert len(caplog.records) == 1
    assert "by itself" in caplog.text


def test_a_file_that_works_again_is_shared_again(tmp_path: Path) -> None:
    path = tmp_path / "later" / "replays"
    replays = Replays(str(path))
    assert replays.first_time("a", NOW + 150, NOW)
    path.parent.mkdir()
    assert replays.first_time("b", NOW + 150, NOW + 11)
    assert not Replays(str(path)).first_time("b", NOW + 150, NOW + 11)


def test_a_file_that_is_locked_for_good_holds_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "replays"
    Replays(str(path)).first_time("a", NOW + 150, NOW)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    replays = Replays(str(path))
    assert replays.first_time("b", NOW + 150, NOW)
    assert all(replays.first_time(f"b{number}", NOW + 150, NOW) for number in range(100))
