"""flask-ask-sdk can be imported whatever the machine's OpenSSL is, and nothing of what is stood in for stays behind."""

from __future__ import annotations

import subprocess
import sys

import pytest

import webservice.sdk
from workbench.compiler.content import ROOT


def run(program: str) -> str:
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_the_adapter_is_the_sdk_s_own() -> None:
    assert (
        run("from webservice.sdk import SkillAdapter; print(SkillAdapter.__module__)") == "flask_ask_sdk.skill_adapter"
    )


def test_what_breaks_is_not_imported_and_its_stand_in_is_gone_afterwards() -> None:
    loaded = run(
        "import sys, webservice.app\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('oscrypto', 'certvalidator', 'freezegun')])"
    )
    assert loaded == "[]"


def test_a_real_certvalidator_that_is_there_already_stays() -> None:
    program = (
        "import sys, types; real = sys.modules['certvalidator'] = types.ModuleType('certvalidator')\n"
        "import webservice.sdk; print(sys.modules['certvalidator'] is real, 'certvalidator.errors' in sys.modules)"
    )
    assert run(program) == "True False"


def test_the_sdk_s_own_verifier_cannot_be_used_by_mistake() -> None:
    assert webservice.sdk.SkillAdapter
    from ask_sdk_webservice_support import verifier

    with pytest.raises(RuntimeError, match=r"webservice\.verification"):
        verifier.CertificateValidator(b"", [])
