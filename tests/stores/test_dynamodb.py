"""stores/dynamodb.py: the published release is followed, and whatever the table does, the listener gets an answer."""

from __future__ import annotations

import hashlib
import json
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from guide.release import Release
from json_lines import NAMESPACE
from stores import dynamodb
from stores.dynamodb import METRIC, PublishedRelease, log_fallback
from tests.content_tables import (
    ORIGIN,
    STAGE,
    TABLE,
    create_table,
    edition_of,
    new_client,
    package,
    packed,
    release_data,
)
from workbench.publishing import ContentTable, publish, restore, withdraw

_BUNDLED = 0
_MOST_HELD_SECONDS = 0.3


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Following:
    """A published release over a client of the test's own, with its clock, and what it counted."""

    def __init__(self, connect: Callable[[], Any], *, hold: float = 20.0, withdrawn: tuple[str, ...] = ()) -> None:
        self.clock = Clock()
        self.counted: list[str] = []
        self.connections = 0
        self._connect = connect
        self.published = PublishedRelease(
            Release(package(_BUNDLED).release),
            TABLE,
            STAGE,
            withdrawn,
            hold=hold,
            connect=self.connect,
            clock=self.clock,
            count=lambda _, kind: self.counted.append(kind),
        )

    def connect(self) -> Any:
        self.connections += 1
        return self._connect()

    def ask(self) -> Release:
        """Answer a request, a minute after the last."""
        self.clock.now += 60
        return self.published()

    def look(self) -> Release:
        """Answer from what is in the table now, as far as it can be read."""
        self.ask()
        wait_for(self)
        return self.published()


class Broken:
    """A client whose every read fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.reads = 0

    def get_item(self, **_: Any) -> dict[str, Any]:
        self.reads += 1
        raise self.error

    def close(self) -> None:
        pass


class Held:
    """A client that does not answer so many ``times`` until it is let go; then it is that of ``real``."""

    def __init__(self, real: Any, times: float = math.inf) -> None:
        self.real = real
        self.times = times
        self.let_go = threading.Event()
        self.asked = threading.Event()

    def get_item(self, **arguments: Any) -> dict[str, Any]:
        self.asked.set()
        self.times -= 1
        if self.times >= 0:
            self.let_go.wait(20)
        found: dict[str, Any] = self.real.get_item(**arguments)
        return found

    def close(self) -> None:
        pass


class CutOff:
    """A client of boto3's whose answers hold nothing that could be read."""

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {"ResponseMetadata": {"HTTPStatusCode": 200}}

    def close(self) -> None:
        pass


class Counting:
    """A client that notes which keys are read."""

    def __init__(self, real: Any, *, fails_at: int = 0) -> None:
        self.real = real
        self.keys: list[str] = []
        self.fails_at = fails_at

    def get_item(self, **arguments: Any) -> dict[str, Any]:
        self.keys.append(f"{arguments['Key']['pk']['S']}/{arguments['Key']['sk']['S']}")
        if len(self.keys) == self.fails_at:
            raise ReadTimeoutError(endpoint_url="http://table")
        found: dict[str, Any] = self.real.get_item(**arguments)
        return found

    def close(self) -> None:
        pass


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetItem")


@pytest.fixture
def following(client: Any, table: ContentTable) -> Following:
    return Following(lambda: client)


class TestFollowing:
    def test_cold_start_answers_from_the_bundle_at_once(self, client: Any, table: ContentTable) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        held = Held(client)
        following = Following(lambda: held)
        assert edition_of(following.published()) == _BUNDLED
        held.let_go.set()

    def test_published_release_is_on_the_air_with_the_next_request(
        self, table: ContentTable, following: Following
    ) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        assert edition_of(following.look()) == 1
        publish(table, STAGE, package(2), table.pointer(STAGE), ORIGIN)
        assert edition_of(following.ask()) == 2
        assert following.counted == []

    def test_pointer_is_read_once_a_minute_at_most(self, client: Any, table: ContentTable) -> None:
        publish(table, STAGE, package(_BUNDLED), None, ORIGIN)
        counting = Counting(client)
        following = Following(lambda: counting)
        for _ in range(2 * 60):
            following.clock.now += 1
            following.published()
            wait_for(following)
        assert counting.keys.count(f"stage/{STAGE}") == 2

    def test_release_that_is_known_is_not_read_again(self, client: Any, table: ContentTable) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        counting = Counting(client)
        following = Following(lambda: counting)
        for _ in range(4):
            following.look()
        assert len([key for key in counting.keys if key.startswith("release#")]) == 3

    def test_bundled_release_is_not_read_at_all(self, client: Any, table: ContentTable) -> None:
        publish(table, STAGE, package(_BUNDLED), None, ORIGIN)
        counting = Counting(client)
        assert edition_of(Following(lambda: counting).look()) == _BUNDLED
        assert {key.partition("/")[0] for key in counting.keys} == {"stage", "withdrawn"}

    def test_chunks_that_were_read_are_not_read_again_after_trouble(self, client: Any, table: ContentTable) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        counting = Counting(client, fails_at=5)  # the withdrawn, the pointer, two chunks
        following = Following(lambda: counting)
        assert edition_of(following.look()) == _BUNDLED
        assert edition_of(following.look()) == 1
        assert len([key for key in counting.keys if key.startswith("release#")]) == 4
        assert following.counted == ["timeout"]

    def test_clock_that_goes_back_does_not_stop_the_looking(self, table: ContentTable, following: Following) -> None:
        following.ask()
        publish(table, STAGE, package(1), None, ORIGIN)
        following.clock.now -= 10_000
        assert edition_of(following.published()) == 1


class TestWithdrawn:
    def test_withdrawn_answer_is_gone_from_every_release(self, table: ContentTable, following: Following) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        answer = next(iter(following.look().answers))
        withdraw(table, answer, ORIGIN)
        assert "Edition" not in following.ask().answers[answer]["short"]
        publish(table, STAGE, package(2), table.pointer(STAGE), ORIGIN)
        assert "Edition" not in following.ask().answers[answer]["short"]
        restore(table, answer)
        assert following.ask().answers[answer]["short"].startswith("Edition 2")

    def test_withdrawn_answer_is_gone_from_the_bundle_too(self, table: ContentTable, following: Following) -> None:
        answer = next(iter(following.published().answers))
        withdraw(table, answer, ORIGIN)
        assert "Edition" not in following.look().answers[answer]["short"]
        assert set(following.counted) == {"nothing published"}

    def test_answer_that_is_cut_off_puts_nothing_withdrawn_back_on_the_air(
        self, client: Any, table: ContentTable
    ) -> None:
        """boto3 gives what is cut off, or is a web page, as an answer without an item."""
        publish(table, STAGE, package(1), None, ORIGIN)
        clients: list[Any] = [client]
        following = Following(lambda: clients[-1])
        answer = next(iter(following.look().answers))
        withdraw(table, answer, ORIGIN)
        assert "Edition" not in following.ask().answers[answer]["short"]
        following.published._client = CutOff()
        assert "Edition" not in following.ask().answers[answer]["short"]
        wait_for(following)
        assert "Edition" not in following.published().answers[answer]["short"]
        assert set(following.counted) == {"corrupted"}

    def test_table_that_was_emptied_puts_nothing_withdrawn_back_on_the_air(
        self, client: Any, table: ContentTable, following: Following
    ) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        answer = next(iter(following.look().answers))
        withdraw(table, answer, ORIGIN)
        following.ask()
        client.delete_table(TableName=TABLE)
        create_table(client)
        assert "Edition" not in following.look().answers[answer]["short"]
        assert set(following.counted) == {"nothing published"}

    def test_withdrawn_at_deploy_is_gone_at_the_first_request(self, client: Any, table: ContentTable) -> None:
        answer = next(iter(package(_BUNDLED).release["answers"]))
        held = Held(client)
        following = Following(lambda: held, withdrawn=(answer,))
        assert "Edition" not in following.published().answers[answer]["short"]
        held.let_go.set()


TROUBLES: dict[str, Exception] = {
    "throttled": refused("ThrottlingException"),
    "denied": refused("AccessDeniedException"),
    "no table": refused("ResourceNotFoundException"),
    "refused (InternalServerError)": refused("InternalServerError"),
    "timeout": ReadTimeoutError(endpoint_url="http://table"),
    "unreachable": EndpointConnectionError(endpoint_url="http://table"),
    "not set up (NoCredentialsError)": NoCredentialsError(),
    "no boto3": ImportError("boto3"),
    "corrupted (KeyError)": KeyError("about"),
}


class TestTrouble:
    @pytest.mark.parametrize("kind", TROUBLES)
    def test_answer_comes_from_the_bundle(self, kind: str) -> None:
        following = Following(lambda: Broken(TROUBLES[kind]))
        assert edition_of(following.look()) == _BUNDLED
        assert set(following.counted) == {kind}

    def test_connecting_slowly_is_a_timeout(self) -> None:
        following = Following(lambda: Broken(ConnectTimeoutError(endpoint_url="http://table")))
        following.look()
        assert set(following.counted) == {"timeout"}

    def test_client_that_cannot_be_made_is_trouble_too(self) -> None:
        def fail() -> Any:
            raise ImportError("boto3")

        following = Following(fail)
        assert edition_of(following.look()) == _BUNDLED
        assert set(following.counted) == {"no boto3"}

    def test_last_good_release_goes_on(self, client: Any, table: ContentTable) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        clients: list[Any] = [client]
        following = Following(lambda: clients[-1])
        assert edition_of(following.look()) == 1
        client.delete_table(TableName=TABLE)
        assert edition_of(following.ask()) == 1
        assert following.counted == ["no table"]

    def test_pointer_to_nothing(self, table: ContentTable, following: Following) -> None:
        stored = table.put_release(package(1), ORIGIN)
        table.put_pointer(STAGE, stored._replace(version="f00"), None, "publish", ORIGIN)
        assert edition_of(following.look()) == _BUNDLED
        assert set(following.counted) == {"incomplete"}

    def test_missing_chunk(self, client: Any, table: ContentTable, following: Following) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        client.delete_item(TableName=TABLE, Key=chunk_key(2))
        assert edition_of(following.look()) == _BUNDLED
        assert set(following.counted) == {"incomplete"}

    def test_corrupted_chunk(self, client: Any, table: ContentTable, following: Following) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        change_chunk(client, 1, b"nonsense", checksum="as it was")
        assert edition_of(following.look()) == _BUNDLED
        assert set(following.counted) == {"corrupted"}

    def test_chunk_of_another_release(self, client: Any, table: ContentTable, following: Following) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        change_chunk(client, 0, package(2).chunks[0])
        assert edition_of(following.look()) == _BUNDLED
        assert set(following.counted) == {"corrupted"}

    def test_schema_of_a_newer_version(self, table: ContentTable, following: Following) -> None:
        publish(table, STAGE, packed(release_data(1, schema=99)), None, ORIGIN)
        assert edition_of(following.look()) == _BUNDLED
        assert set(following.counted) == {"other schema"}

    @pytest.mark.parametrize("nothing", [{}, {"words": {}}], ids=["empty", "of another form"])
    @pytest.mark.parametrize("part", ["phrases", "understanding", "signs", "places"])
    def test_release_that_cannot_be_spoken(
        self, table: ContentTable, following: Following, part: str, nothing: dict[str, Any]
    ) -> None:
        publish(table, STAGE, packed(release_data(1, **{part: nothing})), None, ORIGIN)
        assert edition_of(following.look()) == _BUNDLED
        assert set(following.counted) == {"corrupted (KeyError)" if nothing else "corrupted"}

    @pytest.mark.parametrize("part", ["answers", "intents", "roles", "sources", "warnings"])
    def test_release_with_nothing_in_a_part(self, table: ContentTable, following: Following, part: str) -> None:
        """The one turn that a release is tried with does not need every part; somebody else's may."""
        publish(table, STAGE, packed(release_data(1, **{part: {}})), None, ORIGIN)
        assert edition_of(following.look()) == _BUNDLED
        assert set(following.counted) == {"corrupted"}

    def test_another_release_under_the_name_of_the_one_that_is_pointed_at(
        self, client: Any, table: ContentTable, following: Following
    ) -> None:
        stored = table.put_release(package(1), ORIGIN)
        table.put_pointer(STAGE, stored._replace(version="f00"), None, "publish", ORIGIN)
        for number in range(stored.chunks):
            item = client.get_item(TableName=TABLE, Key=chunk_key(number))["Item"]
            client.put_item(TableName=TABLE, Item={**item, "pk": {"S": "release#f00"}})
        assert edition_of(following.look()) == _BUNDLED
        assert set(following.counted) == {"corrupted"}

    @pytest.mark.parametrize("about", ["", "[]", "{}", '{"version":"f00","sha256":"","chunks":1000000,"schema":1}'])
    def test_pointer_that_makes_no_sense(
        self, client: Any, table: ContentTable, following: Following, about: str
    ) -> None:
        client.put_item(TableName=TABLE, Item={"pk": {"S": "stage"}, "sk": {"S": STAGE}, "about": {"S": about}})
        assert edition_of(following.look()) == _BUNDLED
        assert following.counted

    def test_is_counted_each_time_and_tried_again(self, client: Any, table: ContentTable) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        broken = Broken(refused("ThrottlingException"))
        clients: list[Any] = [broken]
        following = Following(lambda: clients[-1])
        assert following.published.state == "bundled"
        for _ in range(4):
            following.ask()
            wait_for(following)
        assert (following.counted, following.published.state) == (["throttled"] * 4, "behind")
        following.published._client = client
        assert edition_of(following.ask()) == 1
        assert following.published.state == "published"
        following.published._client = broken
        following.ask()
        wait_for(following)
        assert (following.counted, following.published.state) == (["throttled"] * 5, "behind")
        assert broken.reads == 5

    def test_a_lying_table_has_nothing_of_it_logged(self) -> None:
        """What is refused is told by our own words, whatever the server calls it."""
        following = Following(lambda: Broken(refused("CANARY")))
        following.ask()
        wait_for(following)
        assert following.counted == ["refused (other)"]

    def test_is_one_line_that_cloudwatch_counts(self, capsys: pytest.CaptureFixture[str]) -> None:
        log_fallback(STAGE, "throttled")
        line = capsys.readouterr().out
        assert line.count("\n") == 1
        metric = json.loads(line)
        directive = metric["_aws"]["CloudWatchMetrics"][0]
        assert (metric["event"], metric["trouble"], metric["level"]) == ("store", "throttled", "WARNING")
        assert directive["Namespace"] == NAMESPACE
        assert directive["Metrics"] == [{"Name": METRIC, "Unit": "Count"}]
        assert [metric[name] for name in directive["Dimensions"][0]] == [STAGE]
        assert metric[METRIC] == 1
        assert abs(metric["_aws"]["Timestamp"] / 1000 - time.time()) < 60


class TestFreeze:
    """Lambda stops the function between two requests, in the middle of an attempt."""

    def test_attempt_that_thaws_in_time_is_used(self, client: Any, table: ContentTable) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        held = Held(client)
        following = Following(lambda: held)
        following.published()
        following.clock.now += 30
        held.let_go.set()
        assert edition_of(following.published()) == 1
        assert following.connections == 1

    def test_attempt_that_is_late_is_given_up_for_a_new_one(self, client: Any, table: ContentTable) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        held = Held(client, times=1)
        following = Following(lambda: held)
        following.published()
        assert held.asked.wait(20)
        following.clock.now += 3600
        assert edition_of(following.published()) == 1
        assert following.connections == 1  # a client is dear, and what hangs is only a connection of its own
        assert following.counted == []  # a freeze is nobody's trouble
        held.let_go.set()

    def test_what_a_late_attempt_returns_is_not_used(self, client: Any, table: ContentTable) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        late = OldAnswers(client, times=1)
        following = Following(lambda: late)
        following.published()
        assert late.has_answer.wait(20)
        publish(table, STAGE, package(2), table.pointer(STAGE), ORIGIN)
        assert edition_of(following.ask()) == 2
        late.let_go.set()
        late.closed.wait(20)
        assert edition_of(following.published()) == 2

    def test_two_late_attempts_in_a_row_are_trouble(self, client: Any, table: ContentTable) -> None:
        held = Held(client)
        following = Following(lambda: held, hold=0.0)
        for _ in range(3):
            following.ask()
            assert held.asked.wait(20)
        assert following.counted == ["unfinished"]
        held.let_go.set()

    def test_attempts_that_never_end_become_no_more_than_a_few(self, client: Any, table: ContentTable) -> None:
        publish(table, STAGE, package(1), None, ORIGIN)
        held = Held(client)
        following = Following(lambda: held, hold=0.0)
        others = set(threading.enumerate())  # what another test's last attempt still does
        for _ in range(100):
            following.ask()
        hanging = [thread for thread in threading.enumerate() if thread.name == "content" and thread not in others]
        assert len(hanging) <= dynamodb._MOST_LATE
        assert following.counted == ["unfinished"] * 98
        held.let_go.set()
        for thread in hanging:
            thread.join(20)
        following.look()
        assert edition_of(following.ask()) == 1


class OldAnswers(Held):
    """A client that has read, and is frozen before it can say what."""

    def __init__(self, real: Any, times: float = math.inf) -> None:
        super().__init__(real, times)
        self.has_answer = threading.Event()
        self.closed = threading.Event()

    def get_item(self, **arguments: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.real.get_item(**arguments)
        if arguments["Key"]["sk"]["S"] == STAGE and self.times > 0:
            self.times -= 1
            self.has_answer.set()
            self.let_go.wait(20)
        return found

    def close(self) -> None:
        self.closed.set()


class TestHold:
    def test_request_that_finds_no_answer_is_not_held_up_longer_than_allowed(
        self, client: Any, table: ContentTable
    ) -> None:
        held = Held(client)
        following = Following(lambda: held, hold=dynamodb.HOLD_SECONDS)
        following.published()
        following.clock.now += 5
        assert seconds_of(following.published) < _MOST_HELD_SECONDS
        held.let_go.set()

    def test_turn_that_asks_twice_is_held_up_once(self, client: Any, table: ContentTable) -> None:
        held = Held(client)
        following = Following(lambda: held, hold=dynamodb.HOLD_SECONDS)
        following.published()
        following.clock.now += 5
        following.published()
        following.clock.now += 0.2
        assert seconds_of(following.published) < 0.1
        held.let_go.set()

    def test_server_that_never_answers_is_a_timeout(
        self, deaf_server: str, monkeypatch: pytest.MonkeyPatch, aws_settings: None
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", deaf_server)
        monkeypatch.setattr(dynamodb, "TIMEOUT_SECONDS", 0.3)
        following = Following(dynamodb.connect, hold=dynamodb.HOLD_SECONDS)
        assert seconds_of(following.published) < _MOST_HELD_SECONDS
        wait_for(following)
        following.ask()
        wait_for(following)
        assert following.counted == ["timeout", "timeout"]  # and not one more for a retry


@pytest.fixture
def aws_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "nobody")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture
def deaf_server() -> Iterator[str]:
    """The address of a server that takes connections, and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_many_threads_are_served_at_once(client: Any, table: ContentTable) -> None:
    publish(table, STAGE, package(1), None, ORIGIN)
    following = Following(new_client)
    following.clock = Clock()
    seen: list[str] = []

    def ask() -> None:
        for _ in range(20):
            following.clock.now += 7
            seen.append(following.published().version)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 80
    assert set(seen) <= {package(_BUNDLED).version, package(1).version}


def wait_for(following: Following) -> None:
    """Wait until no attempt is under way."""
    attempt = following.published._attempt
    assert attempt is None or attempt.done.wait(20)


def seconds_of(call: Callable[[], Any]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def chunk_key(number: int) -> dict[str, Any]:
    return {"pk": {"S": f"release#{package(1).version}"}, "sk": {"S": f"{number:04d}"}}


def change_chunk(client: Any, number: int, data: bytes, checksum: str = "") -> None:
    item = {**chunk_key(number), "data": {"B": data}, "upload": {"S": "somebody"}}
    client.put_item(TableName=TABLE, Item={**item, "sha256": {"S": checksum or hashlib.sha256(data).hexdigest()}})
