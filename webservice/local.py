"""The application for trying things out: it verifies nothing, and answers this machine alone (``guide serve --local``)."""

from __future__ import annotations

import os

from flask import Flask

from alexa.skill import build_skill
from alexa.turn_log import turn_log
from stores.current import current_release
from webservice.app import create_app
from webservice.verification import LoopbackOnly


def local_app() -> Flask:
    """Return an application that takes unsigned requests for any skill, from this machine."""
    return create_app(build_skill(current_release(), None, turn_log(os.environ)), LoopbackOnly())
