"""Entry point of the skill's Lambda function."""

import os

from alexa.skill import build_handler
from alexa.turn_log import turn_log
from stores.current import current_release

# The skill's own id; empty until the first deploy has told it (see docs/deployment.md).
handler = build_handler(current_release(), os.environ.get("SKILL_ID"), turn_log(os.environ))
