"""What the service and its server log, as JSON lines beside those of turns; nothing of a request is in them.

Our own messages are made of our own words. A server's are not: gunicorn quotes the sender's address and what could not
be read. So of anybody else's messages only those are passed on that are about the server itself.
"""

from __future__ import annotations

import logging
from typing import Any

from json_lines import write_line

OWN = ("webservice", "alexa", "stores")
"""Loggers whose messages are ours, every word of them."""

_OF_THE_SERVER = (
    "Starting gunicorn ",
    "Listening at: ",
    "Using worker: ",
    "Booting worker ",
    "Handling signal: ",
    "Shutting down: ",
    "Worker exiting ",
    "Worker (pid:",
    "WORKER TIMEOUT ",
    "Hang up: ",
    "Connection in use: ",
    "Retrying in ",
    "Can't connect to ",
)
"""How gunicorn's messages begin that tell of its workers and its own address."""


class JsonLines(logging.Handler):
    """Writes records as lines of the log; an exception by its type alone."""

    def emit(self, record: logging.LogRecord) -> None:
        write_line(facts(record))


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """Return what may be logged of ``record``."""
    error = record.exc_info[0] if record.exc_info else None
    own = record.name.partition(".")[0] in OWN
    message = record.getMessage()
    return {
        "level": record.levelname,
        "event": "service" if own else "server",
        "message": message if own or message.startswith(_OF_THE_SERVER) else "(not ours to repeat)",
        "logger": record.name,
        "error": error.__name__ if error else None,
    }


def set_up() -> None:
    """Have all loggers write such lines, unless somebody has set up logging already."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(JsonLines())


GUNICORN: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"lines": {"()": "webservice.logs.JsonLines"}},
    "root": {"level": "WARNING", "handlers": ["lines"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["lines"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
"""The same for gunicorn, which sets up logging by itself."""
