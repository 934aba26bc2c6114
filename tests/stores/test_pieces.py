"""stores/pieces.py reads what json.loads reads, and refuses what it refuses."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stores.pieces import read_object

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)
OBJECTS = st.dictionaries(st.text(), VALUES)


@given(OBJECTS, st.sampled_from([None, 1]), st.booleans())
def test_it_reads_what_json_reads(value: dict[str, Any], indent: int | None, ascii_only: bool) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    try:
        expected = json.loads(data.decode())
    except UnicodeDecodeError:
        with pytest.raises(ValueError):
            read_object(data)
    else:
        assert read_object(data) == expected


@given(OBJECTS, st.data())
@example({"a": [1]}, None)
def test_it_refuses_what_json_refuses(value: dict[str, Any], data: Any) -> None:
    text = json.dumps(value)
    at = data.draw(st.integers(0, len(text))) if data else 3
    broken = (
        text[:at] + (data.draw(st.sampled_from(["", "}", ",", "]", "x", '"', " "])) if data else ",") + text[at + 1 :]
    )
    try:
        expected = json.loads(broken)
    except ValueError:
        expected = None
    if isinstance(expected, dict):
        assert read_object(broken.encode()) == expected
    else:
        with pytest.raises(ValueError):
            read_object(broken.encode())


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"1", b"null", b"{", b"{}{}", b"{1:2}", b'{"a" 1}', b'{"a":1,}', b'{"a":[1,]}', b"\xff"],
    ids=repr,
)
def test_what_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        read_object(data)


def test_brackets_without_end_are_refused() -> None:
    with pytest.raises((ValueError, RecursionError)):
        read_object(b'{"a":' + b"[" * 1_000_000)


def test_others_pass_while_it_reads() -> None:
    """The longest that another thread waits is a fraction of the time that it takes; with json.loads it is all of it."""
    data = b'{"a":[' + b"1," * 1_000_000 + b"1]}"
    done = threading.Event()
    reader = threading.Thread(target=lambda: (read_object(data), done.set()))
    waits, began = [], time.perf_counter()
    reader.start()
    last = time.perf_counter()
    while not done.is_set():
        now = time.perf_counter()
        waits.append(now - last)
        last = now
    assert max(waits) < (time.perf_counter() - began) / 2
