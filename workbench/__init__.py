"""What authors and developers use: the compiler, the stand-in for Alexa, evaluation and the command line. Never deployed."""

import sys
from pathlib import Path

# The function's folder is the root of its imports in Lambda (guide, alexa, stores); here they have the same names.
_FUNCTION = str(Path(__file__).resolve().parent.parent / "lambda" / "skill")
if _FUNCTION not in sys.path:
    sys.path.insert(0, _FUNCTION)
