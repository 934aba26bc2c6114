"""``python -m tests.certification.refresh``: hold the conversations of docs/conversation.md again, and draw the states anew.

What is said in them is what stands there after "You:"; change it there, then run this.
"""

from __future__ import annotations

import json
import sys

from workbench.compiler.content import ROOT

sys.path.insert(0, str(ROOT / "lambda" / "skill"))

from alexa.skill import build_handler
from stores.bundled import load_release
from tests.certification.drawing import draw
from tests.certification.transcripts import DOCUMENT, refreshed
from tests.certification.walk import Listener, hear, states
from workbench.commands import ensure_built
from workbench.compiler.interaction_model import FOLDER
from workbench.standin.ears import Ears


def main() -> None:
    ensure_built()
    release = load_release()
    model = json.loads((ROOT / FOLDER / "en-US.json").read_bytes())
    ears = Ears(model)
    listener = Listener(build_handler(lambda: release))
    drawing = draw(release, listener, states(listener, release, model), lambda said: hear(ears, said))
    DOCUMENT.write_text(refreshed(DOCUMENT.read_text(encoding="utf-8"), drawing), encoding="utf-8")


if __name__ == "__main__":
    main()
