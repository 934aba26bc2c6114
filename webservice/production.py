"""The application as it is run for everybody: every request is verified, and there is no setting that turns that off.

Environment:
    SKILL_ID: the skill's id, from Alexa's developer console. Needed.
    REPLAY_STORE: the file in which workers share which requests they have answered. ``gunicorn.conf.py`` makes one; without
        it, each process goes by itself.
    CONTENT_TABLE and the like: as in Lambda (lambda/skill/stores/current.py); they need boto3 besides.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping

from flask import Flask

from alexa.skill import build_skill
from alexa.turn_log import turn_log
from guide.conversation import take_turn
from guide.heard import Heard, Session
from guide.release import FALLBACK_LOCALE, Release
from stores.bundled import load_release
from stores.current import current_release
from webservice import logs
from webservice.app import create_app
from webservice.certificates import SigningCertificates
from webservice.replays import Replays
from webservice.verification import AlexaOnly

log = logging.getLogger(__name__)


def production_app(
    environment: Mapping[str, str] = os.environ, certificates: SigningCertificates | None = None
) -> Flask:
    """Return the application as its ``environment`` wants it.

    Raises:
        SystemExit: when the environment lacks what it needs.
        OSError, ValueError: when the bundled release cannot be read (``guide build`` makes it).
    """
    logs.set_up()
    skill_id = environment.get("SKILL_ID", "")
    if not skill_id:
        raise SystemExit(
            "SKILL_ID is not set. It is the skill's id (amzn1.ask.skill.…), from Alexa's developer console."
        )
    store = environment.get("REPLAY_STORE", "")
    if not store:
        log.warning("REPLAY_STORE is not set: what is replayed to another process is not noticed")
    release = warm(load_release())
    skill = build_skill(current_release(environment, lambda: release), skill_id, turn_log(environment))
    return create_app(skill, AlexaOnly(skill_id, Replays(store) if store else Replays(), certificates))


def warm(release: Release) -> Release:
    """Return ``release`` after a turn, for which it has read all that it reads only once; no listener waits for that."""
    take_turn(release, Session(new=True, locale=FALLBACK_LOCALE), None, Heard("text", text="what is a back spasm"))
    return release
