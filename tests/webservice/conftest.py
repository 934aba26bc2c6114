from __future__ import annotations

import copy
import datetime

import pytest
from flask import Flask

from guide.release import Release
from tests.webservice.fake_alexa import Alexa


@pytest.fixture(scope="session")
def alexa_with_keys() -> Alexa:
    return Alexa(datetime.datetime.now(datetime.UTC).replace(microsecond=0))


@pytest.fixture
def alexa(alexa_with_keys: Alexa) -> Alexa:
    """Alexa. Her keys take a second to make and so are made once; what lies at her addresses is each test's own."""
    own = copy.copy(alexa_with_keys)
    own.at = dict(own.at)
    return own


@pytest.fixture
def app(alexa: Alexa, release: Release) -> Flask:
    return alexa.app(release)
