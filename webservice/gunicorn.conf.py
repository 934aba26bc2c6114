"""How gunicorn runs the service: ``gunicorn --config webservice/gunicorn.conf.py webservice.wsgi:app``.

Environment, beside that of ``production``:
    BIND: where to listen (default 127.0.0.1:8000, for a proxy on the same machine that has the certificate).
    WEB_CONCURRENCY: how many workers (default one a processor, at least two).
"""

import atexit
import os
import resource
import shutil
import tempfile
from pathlib import Path

from webservice.logs import GUNICORN

_FILES = 4096

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY") or max(2, os.cpu_count() or 1))
# Threads only bridge what is waited for: a signing certificate, the content table.
worker_class = "gthread"
threads = 16
# Before the workers are forked: they share the release in memory, and a setting that is missing ends gunicorn at once.
preload_app = True

# 2,000 requests at a time are accepted and wait their turn; each is an open file, and many systems allow 1,024 to begin with.
backlog = 2048
worker_connections = 2048
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
if 0 <= _soft < _FILES:
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES if _hard < 0 else min(_FILES, _hard), _hard))
keepalive = 5

timeout = 30
# Alexa gives up after 8 seconds.
graceful_timeout = 10
limit_request_line = 1024
limit_request_fields = 64
limit_request_field_size = 8190

# The skill writes a line for each turn. One of gunicorn's for each request would hold addresses.
accesslog = None
logconfig_dict = GUNICORN
# Nothing steers it but signals.
control_socket_disable = True

# Where the system has memory as a folder, nothing that a worker writes down waits for a disk.
_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
worker_tmp_dir = _memory

# A folder that only this user can read, made before the workers are forked, so that all of them know it.
if not os.environ.get("REPLAY_STORE"):
    _master = os.getpid()
    _folder = tempfile.mkdtemp(prefix=f"back-spasm-guide-{_master}-", dir=_memory)
    os.environ["REPLAY_STORE"] = str(Path(_folder) / "replays.sqlite3")

    @atexit.register
    def _tidy_up() -> None:
        """Take the folder away again; but a worker that ends must leave it to the others."""
        if os.getpid() == _master:
            shutil.rmtree(_folder, ignore_errors=True)
