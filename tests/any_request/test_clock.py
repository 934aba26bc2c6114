"""Nothing depends on what time it is: neither by the request's clock nor by the function's own."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest

from alexa.skill import LambdaHandler

EVENTS = {
    path.stem: json.loads(path.read_bytes()) for path in sorted((Path(__file__).parents[2] / "events").glob("*.json"))
}
TIMES: tuple[Any, ...] = (
    *("1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2099-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
    *("9999-12-31T23:59:60Z", "+292278994-08-17T07:12:55Z", "2026-11-21T08:00:00+14:00", "2026-11-21", "08:00"),
    *("2026-02-30T25:61:61Z", "yesterday", "", "\0", "9" * 5_000, 0, -1, 1_795_000_000_000, 1e300, float("nan")),
    *(None, True, [], {}, ["2026-11-21T08:00:00Z"]),
)


@pytest.mark.parametrize("name", EVENTS)
def test_a_request_of_any_time_is_answered_the_same(name: str, handler: LambdaHandler) -> None:
    right = handler(EVENTS[name], None)
    for when in TIMES:
        event = copy.deepcopy(EVENTS[name])
        event["request"]["timestamp"] = event["request"]["eventCreationTime"] = when
        assert handler(event, None) == right, when
    del event["request"]["timestamp"]
    assert handler(event, None) == right


@pytest.mark.parametrize("now", [0.0, -1e9, 4_102_444_799.0, 2.0**31, 2.0**33])
def test_a_function_whose_own_clock_is_off_answers_the_same(
    now: float, handler: LambdaHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = {name: handler(event, None) for name, event in EVENTS.items()}
    for clock in ("time", "monotonic", "perf_counter"):
        monkeypatch.setattr(time, clock, lambda: now)
    assert right == {name: handler(event, None) for name, event in EVENTS.items()}
