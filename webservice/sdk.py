"""flask-ask-sdk's ``SkillAdapter``, on machines where it cannot be imported too.

flask-ask-sdk 1.0.0 imports ask-sdk-webservice-support's verifier, which imports certvalidator 0.11.1 (2016), which
imports oscrypto 1.3.0 (2022). When it is imported, oscrypto looks for OpenSSL's version with an expression that expects
one digit after each dot; on "3.0.19" (Debian 12) or "3.0.13" (Ubuntu 24.04) it finds none and raises
``LibraryNotFoundError``. That was mended in its repository (wbond/oscrypto#76) and never released; certvalidator is given up.

What they are imported for is the SDK's own check of certificates, which this service does not use: ``verification``
does that with cryptography, which is maintained. So a stand-in takes certvalidator's place while the SDK is imported, and
only then; should anything ever call it, it raises. Neither certvalidator nor oscrypto needs to be installed.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, NoReturn

_UNUSED = ("certvalidator", "certvalidator.errors")


class _NeverCalled:
    """Stands where certvalidator's validator would be."""

    def __init__(self, *_: Any, **__: Any) -> NoReturn:
        raise RuntimeError(
            "flask-ask-sdk's own verifier cannot be used here: webservice.verification verifies requests"
        )


def _import_adapter() -> type[Any]:
    """Return ``SkillAdapter``, imported with the stand-in in certvalidator's place."""
    before = {name: sys.modules.get(name) for name in _UNUSED}
    package, errors = (ModuleType(name) for name in _UNUSED)
    vars(package).update(CertificateValidator=_NeverCalled, errors=errors)
    vars(errors).update(PathError=type("PathError", (Exception,), {}))
    vars(errors).update(ValidationError=type("ValidationError", (Exception,), {}))
    sys.modules.update(zip(_UNUSED, (package, errors)))
    try:
        from flask_ask_sdk.skill_adapter import SkillAdapter
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    adapter: type[Any] = SkillAdapter
    return adapter


SkillAdapter = _import_adapter()
