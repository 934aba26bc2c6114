"""lambda/publisher/: how content goes on the air and off it again, against moto."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from stores.dynamodb import PublishedRelease
from tests.content_tables import ORIGIN, STAGE, TABLE, new_client, origin, package, packed, release, release_data
from workbench.compiler.release import release_bytes
from workbench.publishing import (
    BrokenReleaseError,
    ConflictError,
    ContentTable,
    NotAReleaseError,
    Origin,
    Pointer,
    RefusedError,
    bundle,
    canonical,
    check_deployed,
    load,
    models,
    pack,
    prunable,
    prune,
    publish,
    publish_bundle,
    record_model,
    release_before,
    restore,
    roll_back,
    withdraw,
    withdrawn,
)

_MOST_ITEM_BYTES = 300_000


def put(table: ContentTable, edition: int) -> Pointer:
    """Publish ``edition``; return the pointer."""
    return publish(table, STAGE, package(edition), table.pointer(STAGE), origin(edition)).pointer


def on_air(table: ContentTable) -> str:
    pointer = table.pointer(STAGE)
    assert pointer
    assert load(table, pointer.version).version == pointer.version
    return pointer.version


def items(client: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.scan(TableName=TABLE)["Items"]
    return found


class TestPack:
    def test_is_what_the_compiler_writes(self) -> None:
        data = release_data(1)
        assert pack(release_bytes(data)).data == release_bytes(data) == canonical(data)

    def test_layout_of_the_json_does_not_matter(self) -> None:
        assert pack(json.dumps(release_data(1), indent=1).encode()) == package(1)

    @pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"null", b'{"version": "f00"}', b"\xff"])
    def test_what_is_no_release_is_refused(self, data: bytes) -> None:
        with pytest.raises(NotAReleaseError):
            pack(data)

    def test_release_that_was_changed_by_hand_is_refused(self) -> None:
        with pytest.raises(NotAReleaseError, match="changed after it was built"):
            pack(canonical({**release_data(1), "topics": {}}))


class TestPublish:
    def test_puts_it_on_the_air(self, table: ContentTable) -> None:
        published = publish(table, STAGE, package(1), None, ORIGIN)
        assert published.moved
        assert on_air(table) == package(1).version
        assert published.pointer.moves[0].origin == ORIGIN

    def test_items_are_well_below_the_limit(self, client: Any, table: ContentTable) -> None:
        put(table, 1)
        sizes = [sum(len(next(iter(value.values()))) for value in item.values()) for item in items(client)]
        assert max(sizes) < _MOST_ITEM_BYTES

    def test_pointer_stays_small_however_often_it_moves(self, client: Any, table: ContentTable) -> None:
        who = Origin("a name of some length", "2026-11-21T10:00:00Z", "0123456789ab+changes")
        stored = table.put_release(package(1), who)
        seen = None
        for _ in range(40):
            seen = table.put_pointer(STAGE, stored, seen, "rollback", who)
        item = client.get_item(TableName=TABLE, Key={"pk": {"S": "stage"}, "sk": {"S": STAGE}})["Item"]
        assert len(item["about"]["S"]) < 4000
        assert seen and seen.serial == 40

    def test_again_changes_nothing(self, client: Any, table: ContentTable) -> None:
        put(table, 1)
        before = items(client)
        assert not publish(table, STAGE, package(1), None, ORIGIN).moved
        assert items(client) == before

    def test_again_mends_what_is_missing(self, client: Any, table: ContentTable) -> None:
        put(table, 1)
        client.delete_item(TableName=TABLE, Key={"pk": {"S": f"release#{package(1).version}"}, "sk": {"S": "0001"}})
        with pytest.raises(BrokenReleaseError):
            load(table, package(1).version)
        put(table, 1)
        assert load(table, package(1).version) == package(1)

    def test_who_saw_an_older_pointer_is_told(self, table: ContentTable) -> None:
        seen = put(table, 1)
        put(table, 2)
        with pytest.raises(ConflictError, match=f"{package(2).version}.*by Ann"):
            publish(table, STAGE, package(3), seen, ORIGIN)
        assert on_air(table) == package(2).version

    def test_who_saw_none_is_told(self, table: ContentTable) -> None:
        put(table, 1)
        with pytest.raises(ConflictError):
            publish(table, STAGE, package(2), None, ORIGIN)

    def test_write_whose_answer_was_lost_counts(self, table: ContentTable) -> None:
        """botocore tries it again, and the second time the condition fails because of the first."""
        client = new_client()
        tried = itertools.count()

        def repeat(model: Any, params: Any, **_: Any) -> None:
            if next(tried) == 0:
                client.put_item(**json.loads(params["body"]))

        stored = table.put_release(package(1), ORIGIN)
        client.meta.events.register("before-call.dynamodb.PutItem", repeat)
        moved = ContentTable(client, TABLE).put_pointer(STAGE, stored, None, "publish", ORIGIN)
        assert moved.serial == 1
        assert next(tried) == 2

    def test_stages_are_apart(self, table: ContentTable) -> None:
        put(table, 1)
        publish(table, "dev", package(2), None, ORIGIN)
        assert on_air(table) == package(1).version
        assert table.pointers()["dev"].version == package(2).version


class TestRollBack:
    def test_goes_back_one_and_then_one_more(self, table: ContentTable) -> None:
        for edition in (1, 2, 3):
            put(table, edition)
        for edition in (2, 1):
            seen = table.pointer(STAGE)
            assert seen
            assert release_before(seen) == package(edition).version
            roll_back(table, STAGE, release_before(seen), seen, ORIGIN)
            assert on_air(table) == package(edition).version
        last = table.pointer(STAGE)
        assert last and release_before(last) == ""

    def test_what_is_published_after_it_goes_back_to_it(self, table: ContentTable) -> None:
        for edition in (1, 2):
            put(table, edition)
        roll_back(table, STAGE, package(1).version, table.pointer(STAGE), ORIGIN)
        assert release_before(put(table, 3)) == package(1).version

    def test_to_nothing_is_refused(self, table: ContentTable) -> None:
        put(table, 1)
        with pytest.raises(RefusedError, match="guide releases"):
            roll_back(table, STAGE, "f00", table.pointer(STAGE), ORIGIN)

    def test_to_something_broken_is_refused(self, client: Any, table: ContentTable) -> None:
        put(table, 1)
        put(table, 2)
        client.delete_item(TableName=TABLE, Key={"pk": {"S": f"release#{package(1).version}"}, "sk": {"S": "0001"}})
        with pytest.raises(BrokenReleaseError):
            roll_back(table, STAGE, package(1).version, table.pointer(STAGE), ORIGIN)
        assert on_air(table) == package(2).version


class TestPrune:
    def test_keeps_the_newest_and_whatever_is_needed(self, table: ContentTable) -> None:
        for edition in range(1, 8):
            put(table, edition)
        publish(table, "dev", package(1), None, ORIGIN)
        publish_bundle(table, STAGE, package(2).data, ORIGIN)
        roll_back(table, STAGE, package(3).version, table.pointer(STAGE), ORIGIN)
        old = prunable(table, 1)
        assert {stored.version for stored in old} == {package(edition).version for edition in (4, 5, 6)}
        assert all(prune(table, stored) for stored in old)
        left = {package(edition).version for edition in (1, 2, 3, 7)}
        assert {stored.version for stored in table.releases()} == left

    def test_leaves_nothing_behind(self, client: Any, table: ContentTable) -> None:
        put(table, 2)
        put(table, 3)
        before = {item["pk"]["S"] for item in items(client)}
        stored = table.put_release(package(1), ORIGIN)
        prune(table, stored)
        assert {item["pk"]["S"] for item in items(client)} == before

    def test_what_is_on_the_air_stays(self, table: ContentTable) -> None:
        put(table, 1)
        stored = table.release(package(1).version)
        assert stored
        assert not prune(table, stored)
        again = table.release(package(1).version)
        assert again and not again.doomed
        assert on_air(table) == package(1).version

    @pytest.mark.parametrize("number", range(1, 9))
    def test_publishing_at_any_moment_of_it_is_safe(self, table: ContentTable, number: int) -> None:
        put(table, 2)
        stored = table.put_release(package(1), ORIGIN)
        pruner = meanwhile(number, lambda: put(table, 1))
        with contextlib.suppress(ConflictError):
            prune(ContentTable(pruner, TABLE), stored)
        if on_air(table) != package(1).version:  # it was done before the moment came
            put(table, 1)
        assert load(table, package(1).version) == package(1)

    @pytest.mark.parametrize("number", range(1, 12))
    def test_it_at_any_moment_of_publishing_is_safe(self, table: ContentTable, number: int) -> None:
        seen = put(table, 2)
        table.put_release(package(1), ORIGIN)

        def prune_it() -> None:
            stored = table.release(package(1).version)
            if stored:
                prune(table, stored)

        publisher = ContentTable(meanwhile(number, prune_it), TABLE)
        try:
            publish(publisher, STAGE, package(1), seen, ORIGIN)
        except BrokenReleaseError:  # it was pruned between being written and being read back: the old one stays
            assert on_air(table) == package(2).version
        else:
            assert on_air(table) == package(1).version


def meanwhile(number: int, act: Callable[[], Any], operation: str = "*") -> Any:
    """A client that lets ``act`` happen just before its request ``number``, from 1, of an ``operation``."""
    client = new_client()
    requests = itertools.count(1)

    def interrupt(**_: Any) -> None:
        if next(requests) == number:
            act()

    client.meta.events.register(f"before-call.dynamodb.{operation}", interrupt)
    return client


class TestWithdraw:
    def test_is_listed_until_it_is_restored(self, table: ContentTable) -> None:
        assert withdrawn(table) == {}
        withdraw(table, "ice", ORIGIN)
        withdraw(table, "heat", Origin())
        withdraw(table, "heat", ORIGIN)
        assert withdrawn(table) == {"ice": ORIGIN, "heat": Origin()}
        restore(table, "ice")
        restore(table, "ice")
        assert set(withdrawn(table)) == {"heat"}

    @pytest.mark.parametrize("number", range(1, 4))
    def test_two_at_once_both_count(self, table: ContentTable, number: int) -> None:
        first = ContentTable(meanwhile(number, lambda: withdraw(table, "heat", ORIGIN)), TABLE)
        withdraw(first, "ice", ORIGIN)
        assert "ice" in withdrawn(table)
        assert number == 3 or "heat" in withdrawn(table)

    def test_who_is_always_overtaken_is_told(self, table: ContentTable) -> None:
        client = new_client()
        client.meta.events.register("before-call.dynamodb.PutItem", lambda **_: withdraw(table, "heat", ORIGIN))
        with pytest.raises(ConflictError, match="try again"):
            withdraw(ContentTable(client, TABLE), "ice", ORIGIN)


class TestDeploy:
    def deploy(self, table: ContentTable, edition: int, **options: Any) -> bool:
        return publish_bundle(table, STAGE, package(edition).data, origin(edition), **options).moved

    def test_first_one_goes_on_the_air(self, table: ContentTable) -> None:
        assert self.deploy(table, 1)
        assert on_air(table) == package(1).version
        carried = bundle(table, STAGE)
        assert carried and carried.version == package(1).version
        assert set(carried.answers) == set(package(1).release["answers"])

    def test_next_one_goes_on_the_air_and_so_does_the_old_one_when_it_is_rolled_back(self, table: ContentTable) -> None:
        assert self.deploy(table, 1)
        assert self.deploy(table, 2)
        assert self.deploy(table, 1)
        assert on_air(table) == package(1).version

    def test_again_changes_nothing(self, table: ContentTable) -> None:
        self.deploy(table, 1)
        assert not self.deploy(table, 1)
        pointer = table.pointer(STAGE)
        assert pointer and pointer.serial == 1

    def test_content_that_was_published_since_stays(self, table: ContentTable) -> None:
        self.deploy(table, 1)
        put(table, 2)
        assert not self.deploy(table, 3)
        assert on_air(table) == package(2).version
        carried = bundle(table, STAGE)
        assert carried and carried.version == package(3).version
        assert load(table, package(3).version) == package(3)

    def test_unless_told_to(self, table: ContentTable) -> None:
        self.deploy(table, 1)
        put(table, 2)
        assert self.deploy(table, 3, move=True)
        assert on_air(table) == package(3).version

    def test_what_was_published_and_then_deployed_gives_way_to_the_next_deploy(self, table: ContentTable) -> None:
        self.deploy(table, 1)
        put(table, 2)
        assert not self.deploy(table, 2)
        assert self.deploy(table, 3)

    def test_answers_that_it_keeps_off_the_air_are_not_counted(self, table: ContentTable) -> None:
        answer = next(iter(package(1).release["answers"]))
        self.deploy(table, 1, withdrawn_in_bundle=[answer])
        carried = bundle(table, STAGE)
        assert carried and answer not in carried.answers

    @pytest.mark.parametrize("number", range(1, 7))
    def test_killed_at_any_moment_it_is_finished_by_the_next(self, table: ContentTable, number: int) -> None:
        self.deploy(table, 1)

        def die() -> None:
            raise ConnectionAbortedError

        try:
            publish_bundle(ContentTable(meanwhile(number, die, "PutItem"), TABLE), STAGE, package(2).data, ORIGIN)
        except ConnectionAbortedError:
            assert on_air(table) in (package(1).version, package(2).version)
        self.deploy(table, 2)
        assert on_air(table) == package(2).version
        carried = bundle(table, STAGE)
        assert carried and carried.version == package(2).version


class TestModels:
    def test_nothing_deployed_is_refused_with_what_to_do(self, table: ContentTable) -> None:
        with pytest.raises(RefusedError, match="make deploy STAGE=prod"):
            check_deployed(table, STAGE, package(1))

    def test_deployed_certified_and_earlier_ones_will_do(self, table: ContentTable) -> None:
        record_model(table, STAGE, "first")
        record_model(table, STAGE, "first", certified=True)
        record_model(table, STAGE, "second")
        record_model(table, STAGE, "third")
        known = models(table, STAGE)
        assert (known.deployed, known.certified) == ("third", "first")
        for model in ("first", "second", "third"):
            check_deployed(table, STAGE, packed(release_data(1, model=model)))

    def test_newer_one_is_refused_with_what_to_do(self, table: ContentTable) -> None:
        record_model(table, STAGE, "first")
        with pytest.raises(RefusedError, match=r"needs the interaction model second.*make deploy STAGE=prod"):
            check_deployed(table, STAGE, packed(release_data(1, model="second")))

    def test_schema_that_the_function_does_not_read_is_refused(self, table: ContentTable) -> None:
        record_model(table, STAGE, package(1).model)
        publish_bundle(table, STAGE, package(1).data, ORIGIN)
        check_deployed(table, STAGE, package(2))
        with pytest.raises(RefusedError, match="schema 99"):
            check_deployed(table, STAGE, packed(release_data(2, schema=99)))

    def test_list_of_earlier_ones_does_not_grow_for_ever(self, client: Any, table: ContentTable) -> None:
        for number in range(100):
            record_model(table, STAGE, f"{number:012d}")
        assert len(models(table, STAGE).earlier) == 40
        record_model(table, STAGE, f"{99:012d}")
        assert len(models(table, STAGE).earlier) == 40


def test_function_and_publisher_agree_on_the_layout(table: ContentTable) -> None:
    """They are deployed apart, so neither can import the other."""
    put(table, 1)
    withdraw(table, next(iter(package(1).release["answers"])), ORIGIN)
    troubles: list[str] = []
    published = PublishedRelease(
        release(0), TABLE, STAGE, hold=20.0, connect=new_client, count=lambda _, kind: troubles.append(kind)
    )
    published()
    attempt = published._attempt
    assert attempt and attempt.done.wait(20)
    assert published().version == package(1).version
    assert troubles == []
