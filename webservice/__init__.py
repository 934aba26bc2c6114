"""The skill as a web service: flask-ask-sdk on Flask, for whoever does not want AWS Lambda. See docs/self-hosting.md."""

import sys
from pathlib import Path

# The function's folder is the root of its imports in Lambda (guide, alexa, stores); here they have the same names.
_FUNCTION = str(Path(__file__).resolve().parent.parent / "lambda" / "skill")
if _FUNCTION not in sys.path:
    sys.path.insert(0, _FUNCTION)
