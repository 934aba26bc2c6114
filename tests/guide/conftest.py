"""Conversations to have, opened and not."""

from __future__ import annotations

import pytest

from guide.release import Release
from tests.guide.talk import Talk


@pytest.fixture
def talk(release: Release) -> Talk:
    """A session that has been opened."""
    talk = Talk(release)
    talk.open()
    return talk


@pytest.fixture
def one_shot(release: Release) -> Talk:
    """A session that begins with the first thing that is said."""
    return Talk(release)
