"""Nothing that was said or sent comes out: not in the log, its metrics, a session, an exception or the content table."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest

from alexa.skill import LambdaHandler, build_handler, build_skill
from alexa.turn_log import DECLINED, TurnLog, turn_log
from guide.release import Release
from stores.dynamodb import PublishedRelease
from tests.content_tables import ORIGIN, STAGE, TABLE, package
from tests.privacy.planting import CANARY, Planter, Watch, every_request
from webservice.app import create_app
from webservice.verification import LoopbackOnly
from workbench.publishing import ContentTable, publish

FACTS = frozenset(
    [
        "timestamp",
        "level",
        "event",
        "request_id",
        "request",
        "intent",
        "outcome",
        "answer",
        "offered",
        "warning",
        "care_level",
        "nearest",
        "frame",
        "scores",
        "ms",
        "release",
        "locale",
        "store",
        "error",
    ]
)
"""Everything that the line of a turn says."""
WatchIt = Callable[..., Watch]
SOME = 7
COUNTED = frozenset(("stage", "Declined", "Offered", "_aws"))


@pytest.fixture(scope="module")
def planter() -> Planter:
    return Planter()


@pytest.fixture(scope="module")
def events(planter: Planter, release: Release) -> list[dict[str, Any]]:
    return list(every_request(planter, release))


@pytest.fixture
def watch(
    planter: Planter,
    events: list[dict[str, Any]],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> WatchIt:
    """Sends every request to a handler, or one in so many, and returns all that came out."""
    caplog.set_level(logging.DEBUG)

    def run(handler: LambdaHandler, one_in: int = 1) -> Watch:
        watch = Watch(planter)
        for event in events[::one_in]:
            watch.send(handler, event)
        watch.logged(caplog.records)
        watch.printed(capfd.readouterr())
        return watch

    return run


@pytest.fixture
def log() -> TurnLog:
    return turn_log({"QUESTION_METRICS": "on"})


class _Broken(Release):
    """A release of which one part raises what it was asked."""

    def __init__(self, data: Any, part: str) -> None:
        super().__init__(data)
        self._part = part

    def __getattribute__(self, name: str) -> Any:
        if name not in ("__dict__", "_part") and self.__dict__.get("_part") == name:
            raise ValueError(f"{CANARY} {sys._getframe(1).f_locals}")
        return super().__getattribute__(name)


# The function.


def test_the_function(watch: WatchIt, release: Release, log: TurnLog) -> None:
    came_out = watch(build_handler(lambda: release, None, log))
    came_out.must_be_clean()
    lines = came_out.lines()
    assert came_out.turns > 500
    assert len(lines) == came_out.turns  # one a turn, whatever it is
    assert all(line.keys() - COUNTED == FACTS for line in lines)
    assert {line["outcome"] for line in lines} == {"answer", "offer", "decline", "warning", "phrase", None}
    assert {line["care_level"] for line in lines} == {"emergency", "today", "soon", None}
    assert {line["locale"] for line in lines} <= {"other", None}


def test_another_skills_requests(watch: WatchIt, release: Release, log: TurnLog) -> None:
    came_out = watch(build_handler(lambda: release, "amzn1.ask.skill.another", log))
    came_out.must_be_clean()
    assert {line["error"] for line in came_out.lines()} == {"AskSdkException"}
    assert len(came_out.came_out["exception"]) == len(came_out.lines()) == came_out.turns


@pytest.mark.parametrize(
    "part", ["understanding", "signs", "answers", "intents", "warnings", "phrase", "place", "locales", "frame", "topic"]
)
def test_a_release_that_fails_with_the_request_in_its_words(
    watch: WatchIt, release: Release, log: TurnLog, part: str
) -> None:
    broken = _Broken(release._data, part)
    came_out = watch(build_handler(lambda: broken, None, log), SOME)
    came_out.must_be_clean()
    assert len(came_out.lines()) == came_out.turns
    assert "ValueError" in {line["error"] for line in came_out.lines()}


def test_a_store_that_fails_with_anything_in_its_words(watch: WatchIt, release: Release, log: TurnLog) -> None:
    def current() -> Release:
        raise RuntimeError(CANARY)

    came_out = watch(build_handler(current, None, log), SOME)
    came_out.must_be_clean()
    assert "RuntimeError" in {line["error"] for line in came_out.lines()}


def test_the_function_with_a_content_table(
    watch: WatchIt, release: Release, log: TurnLog, client: Any, table: ContentTable
) -> None:
    publish(table, STAGE, package(1), None, ORIGIN)
    published = PublishedRelease(release, TABLE, STAGE, hold=20.0, connect=lambda: client)
    came_out = watch(build_handler(published, None, log), SOME)
    came_out.kept(client)
    came_out.must_be_clean()
    turns = [line for line in came_out.lines() if line["event"] == "turn"]
    assert {line["store"] for line in turns} == {"bundled", "published"}
    assert {line["release"] for line in turns if line["release"]} == {release.version, package(1).version}
    assert "edition" in came_out.came_out["tables"][0]


# The web service.


def test_the_web_service(watch: WatchIt, planter: Planter, release: Release, log: TurnLog) -> None:
    service = create_app(build_skill(lambda: release, None, log), LoopbackOnly()).test_client()

    def over_the_web(event: Any, _: Any) -> Any:
        headers = {planter.canary("header").title(): planter.canary("header"), "User-Agent": planter.canary("agent")}
        return service.post("/alexa", json=event, headers=headers).json

    came_out = watch(over_the_web)
    came_out.must_be_clean()
    assert len(came_out.lines()) == came_out.turns > 500


def test_the_web_service_with_a_release_that_fails(
    watch: WatchIt, planter: Planter, release: Release, log: TurnLog
) -> None:
    def current() -> Release:
        raise RuntimeError(CANARY)

    service = create_app(build_skill(current, None, log), LoopbackOnly()).test_client()
    came_out = watch(lambda event, _: service.post("/alexa", json=event).text, SOME)
    came_out.must_be_clean()


# The watch itself.


def _leaks(where: str, event: Any) -> None:
    text = json.dumps(event)
    if where == "standard output":
        print(text)
    elif where == "standard error":
        print(text, file=sys.stderr)
    elif where == "logging":
        logging.getLogger("somewhere").debug("%s", text)
    elif where == "exception":
        try:
            raise KeyError(text)
        except KeyError:
            raise ValueError("nothing to see") from None


@pytest.mark.parametrize("where", ["standard output", "standard error", "logging", "exception"])
def test_a_leak_is_found(watch: WatchIt, release: Release, where: str) -> None:
    good = build_handler(lambda: release)

    def leaky(event: Any, context: Any) -> Any:
        response = good(event, context)
        _leaks(where, event)
        return response

    with pytest.raises(AssertionError, match=f"slot query is in: {where}"):
        watch(leaky, SOME).must_be_clean()


def test_a_leak_into_the_session_is_found(watch: WatchIt, release: Release) -> None:
    good = build_handler(lambda: release)

    def leaky(event: Any, context: Any) -> Any:
        return {**good(event, context), "sessionAttributes": event.get("session")}

    with pytest.raises(AssertionError, match=r"session\.user\.userId is in: response"):
        watch(leaky, SOME).must_be_clean()


def test_a_leak_into_the_table_is_found(watch: WatchIt, release: Release, client: Any, table: ContentTable) -> None:
    good = build_handler(lambda: release)

    def leaky(event: Any, context: Any) -> Any:
        client.put_item(TableName=TABLE, Item={"pk": {"S": "heard"}, "sk": {"S": json.dumps(event)[:1000]}})
        return good(event, context)

    came_out = Watch(Planter())
    came_out.send(leaky, came_out.planter.envelope(came_out.planter.request("LaunchRequest")))
    came_out.kept(client)
    with pytest.raises(AssertionError, match="is in: tables"):
        came_out.must_be_clean()


@pytest.mark.parametrize("fact", ["locale", "intent", "request_id"])
def test_a_fact_that_is_copied_rather_than_looked_up_is_found(watch: WatchIt, release: Release, fact: str) -> None:
    class Copying(TurnLog):
        def _line(self, envelope: Any, turn: Any, store: str) -> dict[str, Any]:
            request = envelope.request
            copied = request.intent.name if fact == "intent" and hasattr(request, "intent") else None
            value = str(copied or getattr(request, fact, None))
            return {**super()._line(envelope, turn, store), fact: value}

    handler = build_handler(lambda: release, None, Copying())
    with pytest.raises(AssertionError, match="is in: standard output"):
        watch(handler, SOME).must_be_clean()


def test_metrics_are_among_what_is_watched(watch: WatchIt, release: Release, log: TurnLog) -> None:
    came_out = watch(build_handler(lambda: release, None, log))
    counted = [line for line in came_out.lines() if DECLINED in line]
    assert len(counted) > 50
    assert {line["nearest"] for line in counted} <= {*release.answers, "none"}
    assert {line["frame"] for line in counted} <= {*release.frames.values(), "other", "none"}
