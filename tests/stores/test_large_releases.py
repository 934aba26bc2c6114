"""Releases as big as ten thousand answers need are published and followed; bigger ones are refused before they are written."""

from __future__ import annotations

from typing import Any

import pytest

import content_table
from guide.release import Release
from stores import dynamodb
from stores.dynamodb import PublishedRelease
from tests.content_tables import ORIGIN, STAGE, TABLE, edition_of, package, packed, release_data
from workbench.publishing import ContentTable, publish


def release_of(edition: int, size: int) -> Any:
    """A release of ``edition`` with about ``size`` bytes."""
    line = f"This is a line of edition {edition}."
    return packed(release_data(edition, padding=[line] * (size // (len(line) + 3))))


def test_publisher_and_function_agree_on_the_most() -> None:
    assert dynamodb._MOST_CHUNKS == content_table.CHUNKS_MOST


def test_twenty_megabytes_are_published_and_followed(client: Any, table: ContentTable) -> None:
    large = release_of(2, 20_000_000)
    assert len(large.chunks) > 64
    publish(table, STAGE, large, None, ORIGIN)
    troubles: list[str] = []
    published = PublishedRelease(
        Release(package(1).release),
        TABLE,
        STAGE,
        hold=60.0,
        connect=lambda: client,
        count=lambda _, kind: troubles.append(kind),
    )
    assert edition_of(published()) == 1  # the first answer does not wait
    assert edition_of(published()) == 2
    assert troubles == []


def test_what_no_function_would_follow_is_not_written(
    client: Any, table: ContentTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_table, "CHUNKS_MOST", 2)
    with pytest.raises(content_table.PublishingError, match="at most 1; take something out"):
        publish(table, STAGE, package(1), None, ORIGIN)
    assert client.scan(TableName=TABLE)["Count"] == 0
    assert table.pointer(STAGE) is None
