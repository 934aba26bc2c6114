"""Which requests were answered before, as all workers of one machine know it.

A file of SQLite's is what they share. In it is a hash of each request's id, and until when a request with that id could
still pass for a fresh one: no word, no user, nothing to learn anything from. What one machine has answered another does
not know; behind a balancer, a request that is replayed within its 150 seconds is answered once by each.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading

log = logging.getLogger(__name__)

# How long a worker waits for the others, in seconds. Remembering an id takes a ten-thousandth of one.
_WAIT_SECONDS = 0.25
# How long the file is left alone after it failed, in seconds.
_REST_SECONDS = 10.0
# How often what is out of date is thrown away, in seconds.
_CLEAN_SECONDS = 30.0
# Of 4 KB each, so 64 MB, some 700,000 ids: thousands of requests a second for as long as they are remembered.
_MOST_PAGES = 16384

_MEMORY = ":memory:"


class Replays:
    """Remembers request ids, in the file ``path``, or without one in this process alone.

    The file is opened by the first request, so after the workers have been forked. Should it fail (a full disk), this
    process remembers by itself until it works again: somebody in pain is answered all the same, and all that a replay
    could bring its sender is what the guide would tell anyone.
    """

    def __init__(self, path: str = _MEMORY, *, most_pages: int = _MOST_PAGES) -> None:
        self._path = path
        self._most_pages = most_pages
        self._lock = threading.Lock()
        self._open: dict[str, sqlite3.Connection] = {}
        self._rest_until = 0.0
        self._clean_at = 0.0

    def first_time(self, request_id: str, until: float, now: float) -> bool:
        """Return False if the request was seen before; remember it ``until`` then. Times are in seconds since 1970."""
        key = hashlib.sha256(request_id.encode("utf-8", "surrogatepass")).digest()[:16]
        with self._lock:
            if self._path != _MEMORY and not now < self._rest_until:
                try:
                    return self._remember(self._path, key, until, now)
                except sqlite3.Error as error:
                    log.error("replays: the shared file fails (%s); this worker goes by itself", type(error).__name__)
                    self._rest_until = now + _REST_SECONDS
                    self._close(self._path)
            try:
                return self._remember(_MEMORY, key, until, now)
            except sqlite3.Error:  # it is full
                self._close(_MEMORY)
                return self._remember(_MEMORY, key, until, now)

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            for path in list(self._open):
                self._close(path)

    def _remember(self, path: str, key: bytes, until: float, now: float) -> bool:
        connection = self._open.get(path) or self._connect(path)
        if now >= self._clean_at:
            self._clean_at = now + _CLEAN_SECONDS
            connection.execute("DELETE FROM seen WHERE until < ?", (now,))
        return connection.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, until)).rowcount == 1

    def _connect(self, path: str) -> sqlite3.Connection:
        connection = sqlite3.connect(path, _WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            # It need not outlive the machine, so nothing waits for the disk.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(f"PRAGMA max_page_count = {self._most_pages:d}")
            connection.execute("CREATE TABLE IF NOT EXISTS seen (id BLOB PRIMARY KEY, until REAL) WITHOUT ROWID")
        except sqlite3.Error:
            connection.close()
            raise
        self._open[path] = connection
        return connection

    def _close(self, path: str) -> None:
        if connection := self._open.pop(path, None):
            connection.close()
