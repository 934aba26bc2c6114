"""Entry point of the skill's Lambda function."""

import os

from alexa.skill import build_handler
from stores.bundled import load_release

_release = load_release()

# The skill's own id; empty until the first deploy has told it (see docs/deployment.md).
handler = build_handler(lambda: _release, os.environ.get("SKILL_ID"))
