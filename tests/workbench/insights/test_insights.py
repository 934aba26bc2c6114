"""guide insights: what the real handler logged, counted as CloudWatch does it, and read again."""

from __future__ import annotations

import datetime
import io
import json
import random
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from alexa.skill import build_handler
from alexa.turn_log import TurnLog, turn_log
from guide.release import Release
from json_lines import NAMESPACE
from workbench.cli import USAGE, main
from workbench.commands import insights
from workbench.insights import cloudwatch, logs
from workbench.insights.counts import Asked, Count, add_up

Envelope = Callable[..., dict[str, Any]]
Guide = Callable[..., tuple[int, str, str]]


class Paged:
    """A CloudWatch with so many answers, each asked and declined once today; it gives a few of anything a page."""

    def __init__(self, series: int) -> None:
        self.series = series
        self.queries: list[int] = []

    def get_paginator(self, name: str) -> Any:
        return Namespace(paginate=getattr(self, name))

    def list_metrics(self, **_: Any) -> Iterator[dict[str, Any]]:
        for start in range(0, self.series, 50):
            values = [("prod", "r1", f"answer-{number}") for number in range(start, start + 50)]
            yield {
                "Metrics": [
                    {"Dimensions": [{"Name": n, "Value": v} for n, v in zip(("stage", "release", "nearest"), one)]}
                    for one in values
                ]
            }

    def get_metric_data(self, *, MetricDataQueries: list[Any], StartTime: Any, EndTime: Any) -> Iterator[Any]:
        assert (EndTime - StartTime).days == 7
        self.queries.append(len(MetricDataQueries))
        for query in MetricDataQueries:
            value = 0.0 if query["MetricStat"]["Metric"]["MetricName"] == "Offered" else 1.0
            counted = [value] if value else []
            yield {
                "MetricDataResults": [
                    {"Id": query["Id"], "Timestamps": [StartTime] * len(counted), "Values": counted},
                ]
            }


def today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def day(ago: int) -> datetime.date:
    return today() - datetime.timedelta(days=ago)


@pytest.fixture(autouse=True)
def the_same_day() -> None:
    """What a test logs and what it reads are of one day: none begins in the last half minute before midnight (UTC)."""
    now = datetime.datetime.now(datetime.UTC)
    left = datetime.datetime.combine(day(-1), datetime.time(), datetime.UTC) - now
    if left < datetime.timedelta(seconds=30):
        time.sleep(left.total_seconds() + 0.01)


class CloudWatch:
    """What CloudWatch Logs does with a line in the embedded metric format: it puts the metrics that the line names."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def take(self, line: str, *, ago: int = 0) -> None:
        facts = json.loads(line)
        if "_aws" not in facts:
            return
        when = datetime.datetime.fromtimestamp(facts["_aws"]["Timestamp"] / 1000, datetime.UTC)
        for directive in facts["_aws"]["CloudWatchMetrics"]:
            data = [
                {
                    "MetricName": metric["Name"],
                    "Dimensions": [{"Name": name, "Value": facts[name]} for name in names],
                    "Timestamp": when - datetime.timedelta(days=ago),
                    "Value": facts[metric["Name"]],
                    "Unit": metric["Unit"],
                }
                for metric in directive["Metrics"]
                for names in directive["Dimensions"]
            ]
            self.client.put_metric_data(Namespace=directive["Namespace"], MetricData=data)


@pytest.fixture
def counted(aws: None) -> CloudWatch:
    return CloudWatch(boto3.client("cloudwatch", region_name="us-east-1"))


@pytest.fixture
def guide(aws: None, capsys: pytest.CaptureFixture[str]) -> Guide:
    """The command line; gives the exit status, what it printed, and what it said meanwhile."""

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            status = main(["insights", *map(str, arguments)])
        except SystemExit as ended:
            status = int(ended.code or 0)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture
def asked(
    release_data: dict[str, Any], intent_envelope: Envelope, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[str]]:
    """The lines that the real handler writes when it is asked something so many times."""

    def ask(times: dict[str, int], version: str = "", log: TurnLog | None = None) -> list[str]:
        release = Release({**release_data, "version": version or release_data["version"]})
        handler = build_handler(
            lambda: release, None, log or turn_log({"QUESTION_METRICS": "on", "CONTENT_STAGE": "prod"})
        )
        for text, count in times.items():
            name = "HowDoIIntent" if text else "AMAZON.FallbackIntent"
            for _ in range(count):
                handler(intent_envelope(name, **({"query": text} if text else {})), None)
        return capsys.readouterr().out.splitlines()

    return ask


def nearest(text: str, release: Release) -> str:
    return next(answer for answer, _ in release.understanding.read(f"how do i {text}").ranked if answer)


class TestFromMetrics:
    def test_what_was_logged_is_what_is_printed(
        self, counted: CloudWatch, guide: Guide, asked: Callable[..., list[str]], release: Release
    ) -> None:
        names = [answer["name"] for answer in release.answers.values()]
        pairs = (f"{one} {other}" for one in names for other in names)
        either = next(text for text in pairs if release.understanding.read(f"how do i {text}").outcome == "offer")
        for line in asked({"relieve a back spasm": 3, "relieve a headache": 2, either: 2, "": 1}):
            counted.take(line)
        status, printed, said = guide("--stage", "prod", "--json")
        assert status == 0
        found = json.loads(printed)
        assert found["total"] == {"asked": 8, "declined": 3, "offered": 2, "answered": 3}
        assert found["frame"]["how-to"] == {"asked": 7, "declined": 2, "offered": 2, "answered": 3}
        assert found["nearest"][nearest(either, release)]["offered"] == 2
        near = nearest("relieve a headache", release)
        assert found["nearest"][near]["declined"] == 2
        assert found["nearest"]["none"] == found["frame"]["none"]
        assert found["nearest"]["none"] == {"asked": 1, "declined": 1, "offered": 0, "answered": 0}
        assert found["day"] == {str(today()): found["total"]}
        assert found["release"] == {release.version: found["total"]}
        assert "Looking for what was counted in prod" in said

    def test_days_and_releases_are_kept_apart(
        self, counted: CloudWatch, guide: Guide, asked: Callable[..., list[str]]
    ) -> None:
        for ago, version, count in ((0, "new", 2), (3, "new", 1), (3, "old", 4), (6, "old", 8), (7, "old", 16)):
            for line in asked({"relieve a headache": count}, version):
                counted.take(line, ago=ago)
        found = json.loads(guide("--stage", "prod", "--json")[1])
        assert {name: count["asked"] for name, count in found["day"].items()} == {
            str(day(6)): 8,
            str(day(3)): 5,
            str(day(0)): 2,
        }
        assert {name: count["asked"] for name, count in found["release"].items()} == {"old": 12, "new": 3}
        assert list(found["release"]) == ["old", "new"]  # in the order in which they were on the air
        only = json.loads(guide("--stage", "prod", "--json", "--release", "new", "--days", "2")[1])
        assert (only["total"]["asked"], list(only["release"])) == (2, ["new"])

    def test_another_stage_is_another_matter(
        self, counted: CloudWatch, guide: Guide, asked: Callable[..., list[str]]
    ) -> None:
        for line in asked({"relieve a headache": 1}):
            counted.take(line)
        assert json.loads(guide("--stage", "dev", "--json")[1])["total"]["asked"] == 0

    def test_more_than_one_page_of_everything(self) -> None:
        """CloudWatch names 500 metrics a page, takes 500 queries at a time, and may answer those in pages too."""
        client, said = Paged(600), list[str]()
        found = add_up(cloudwatch.read(client, "prod", day(6), today(), "", said.append))
        assert (found.total, len(found.by["nearest"])) == (Count(600, 600, 0), 600)
        assert sum(client.queries) == 3 * 600 and max(client.queries) <= 500
        assert said[-1] == "Reading counts 499 to 600 of 600 …"

    def test_what_is_counted_otherwise_is_left_alone(self, counted: CloudWatch, guide: Guide) -> None:
        counted.client.put_metric_data(
            Namespace=NAMESPACE,
            MetricData=[
                {"MetricName": "Declined", "Dimensions": [{"Name": "stage", "Value": "prod"}], "Value": 1.0},
                {"MetricName": "StoreFallbacks", "Dimensions": [{"Name": "stage", "Value": "prod"}], "Value": 1.0},
            ],
        )
        assert json.loads(guide("--stage", "prod", "--json")[1])["total"]["asked"] == 0


class TestReport:
    def test_it_is_a_table_for_a_person(
        self, counted: CloudWatch, guide: Guide, asked: Callable[..., list[str]], release: Release
    ) -> None:
        for line in asked({"relieve a back spasm": 3, "relieve a headache": 1}):
            counted.take(line)
        status, printed, _ = guide("--stage", "prod")
        assert status == 0
        lines = printed.splitlines()
        assert lines[0] == f"prod, {day(6)} to {today()}"
        assert lines[1] == "Asked in free words 4 times: 75% answered, 0% offered two answers, 25% declined."
        headings = [
            line.split("  ")[0] for line in lines if "asked" in line and "declined" in line and "times" not in line
        ]
        assert headings == ["Nearest answer", "Form of the question", "Day (UTC)", "Release"]
        assert f"{release.version:<24}         4         1         0         3" in lines

    def test_what_is_declined_most_comes_first_and_the_rest_is_counted(
        self, guide: Guide, asked: Callable[..., list[str]], tmp_path: Path
    ) -> None:
        (line,) = asked({"relieve a headache": 1}, log=TurnLog())
        facts = json.loads(line)
        log = tmp_path / "log"
        log.write_text(
            "\n".join(
                json.dumps({**facts, "nearest": name, "outcome": outcome})
                for name, outcome in [("a", "answer")] * 9 + [("b", "offer")] + [("c", "decline")] + [("d", "offer")]
            )
        )
        printed = guide("--log", log, "--most", "3")[1]
        rows = [row.split()[0] for row in printed.splitlines()[3:8] if row]
        assert rows == ["Nearest", "c", "b", "d", "…"]
        assert "… and 1 more (--most 4, or --json)" in printed

    def test_nothing_yet_says_what_to_look_at(self, counted: CloudWatch, guide: Guide) -> None:
        status, printed, _ = guide("--stage", "prod", "--release", "abc")
        assert status == 0
        assert printed.startswith(f"prod, release abc, {day(6)} to {today()}\nNothing was counted.")
        assert "QuestionMetrics=on" in printed and "--region" in printed

    def test_long_ago_is_not_promised(self, counted: CloudWatch, guide: Guide, asked: Callable[..., list[str]]) -> None:
        for line in asked({"relieve a headache": 1}):
            counted.take(line)
        assert "CloudWatch does not name" in guide("--stage", "prod", "--days", "30")[1]
        assert "CloudWatch does not name" not in guide("--stage", "prod", "--days", "14")[1]


class TestFromLog:
    @pytest.fixture
    def log(self, asked: Callable[..., list[str]], tmp_path: Path) -> Path:
        """What a service of one's own has logged: no metrics, and other lines in between."""
        lines = asked({"relieve a back spasm": 3, "relieve a headache": 2, "": 1}, log=TurnLog())
        assert not any("_aws" in line for line in lines)
        path = tmp_path / "service.log"
        other = [
            "Traceback (most recent call last):",
            "{",
            "[]",
            '{"event": "turn"}',
            '{"event": "service"}',
            "\x00",
            "",
        ]
        path.write_text("\n".join([*other, *lines[:3], *other, *lines[3:], "{" * 50_000]) + "\n")
        return path

    def test_gives_the_same_counts_as_the_metrics(
        self, log: Path, counted: CloudWatch, guide: Guide, asked: Callable[..., list[str]]
    ) -> None:
        for line in asked({"relieve a back spasm": 3, "relieve a headache": 2, "": 1}):
            counted.take(line)
        from_log, from_metrics = (
            json.loads(guide(*source, "--json")[1]) for source in (("--log", log), ("--stage", "prod"))
        )
        assert (from_log.pop("stage"), from_metrics.pop("stage")) == (None, "prod")
        assert from_log == from_metrics
        assert from_log["total"]["asked"] == 6

    def test_from_standard_input(self, log: Path, guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(log.read_text()))
        assert "Asked in free words 6 times" in guide("--log", "-")[1]

    def test_a_collectors_own_time_may_stand_before(self, log: Path) -> None:
        lines = [f"2026-11-21T08:00:00Z host guide[1]: {line}" for line in log.read_text().splitlines()]
        assert add_up(logs.read(lines, day(6), today())).total.asked == 6

    def test_days_and_release(self, log: Path, release: Release) -> None:
        lines = log.read_text().splitlines()
        assert add_up(logs.read(lines, day(9), day(1))).total.asked == 0
        assert add_up(logs.read(lines, day(0), day(0), release.version)).total.asked == 6
        assert add_up(logs.read(lines, day(0), day(0), "another")).total.asked == 0

    def test_a_long_log_shows_how_far_it_is(self) -> None:
        said: list[str] = []
        list(logs.read(["{}"] * 200_000, today(), today(), "", said.append))
        assert said == ["Read 100,000 lines …\r", "Read 200,000 lines …\r"]

    def test_an_empty_log(self, guide: Guide, tmp_path: Path) -> None:
        (tmp_path / "log").touch()
        assert "Nothing was asked in free words in these lines" in guide("--log", tmp_path / "log")[1]


class TestTrouble:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("--stage", "prod", "--days", "0"), "--days is a number from 1 to 400"),
            (("--stage", "prod", "--days", "401"), "--days is a number from 1 to 400"),
            (("--stage", "prod", "--most", "0"), "--most must be at least 1"),
            (("--log", "nowhere/log"), "cannot read nowhere/log: No such file or directory"),
            ((), "one of the arguments --stage --log is required"),
            (("--stage", "prod", "--log", "-"), "not allowed with argument"),
        ],
    )
    def test_what_cannot_be_carried_out(self, guide: Guide, arguments: tuple[str, ...], told: str) -> None:
        status, printed, said = guide(*arguments)
        assert (status, printed) == (USAGE, "")
        assert told in said

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (NoCredentialsError(), "there are no AWS credentials; run aws configure"),
            (EndpointConnectionError(endpoint_url="https://x"), "CloudWatch does not answer"),
            (
                ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListMetrics"),
                "your AWS credentials may not do this: ",
            ),
            (
                ClientError({"Error": {"Code": "Throttling", "Message": "no"}}, "GetMetricData"),
                "CloudWatch asks to wait",
            ),
            (
                ClientError({"Error": {"Code": "ExpiredToken", "Message": "no"}}, "GetMetricData"),
                "your AWS session has expired",
            ),
            (
                ClientError({"Error": {"Code": "InternalServiceFault", "Message": "no"}}, "GetMetricData"),
                "CloudWatch refused: ",
            ),
        ],
    )
    def test_what_aws_refuses_is_told_in_plain_words(
        self, guide: Guide, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
    ) -> None:
        class Refusing:
            def get_paginator(self, _: str) -> Any:
                raise error

        monkeypatch.setattr(insights, "new_client", lambda *_: Refusing())
        status, printed, said = guide("--stage", "prod")
        assert (status, printed) == (USAGE, "")
        assert f"guide insights: {told}" in said

    def test_without_a_region(self, guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
        monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
        assert "no AWS region is set; say --region" in guide("--stage", "prod")[2]


def test_sums_do_not_depend_on_the_order() -> None:
    rows = [
        Asked(
            f"2026-11-{number % 9 + 1:02d}",
            f"r{number % 2}",
            by,
            f"n{number % 4}",
            Count(number, number // 2, number // 4),
        )
        for number in range(1, 40)
        for by in ("nearest", "frame")
    ]
    expected = add_up(rows)
    shuffled = rows[:]
    random.Random(7).shuffle(shuffled)
    assert add_up(shuffled) == expected
    assert expected.total.asked == sum(range(1, 40))
    for sums in expected.by.values():
        assert sum(count.asked for count in sums.values()) == expected.total.asked


def test_no_more_series_are_asked_for_at_once_than_cloudwatch_takes() -> None:
    assert cloudwatch._SERIES_AT_ONCE * len(cloudwatch._QUERIES) <= 500
