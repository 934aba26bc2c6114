"""What gunicorn serves in tests: the production application, whose Alexa is a test's.

TEST_ALEXA names a folder with ``root.pem`` and ``chain.pem``, which lies at every address of Amazon's.
"""

import os
from pathlib import Path

from webservice.certificates import SigningCertificates, trusted_roots
from webservice.production import production_app

_FOLDER = Path(os.environ["TEST_ALEXA"])

app = production_app(
    certificates=SigningCertificates(
        lambda _: (_FOLDER / "chain.pem").read_bytes(), trusted_roots(str(_FOLDER / "root.pem"))
    )
)
