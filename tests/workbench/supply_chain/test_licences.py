"""Licences as packages state them, in SPDX's terms."""

from __future__ import annotations

from email.message import Message

import pytest

from workbench.supply_chain.audit import read_rules
from workbench.supply_chain.licences import is_allowed, licences


def metadata(*fields: tuple[str, str]) -> Message:
    message = Message()
    for name, value in fields:
        message[name] = value
    return message


@pytest.mark.parametrize(
    ("fields", "stated"),
    [
        ([("License-Expression", "MIT OR Apache-2.0"), ("License", "other")], ("MIT OR Apache-2.0",)),
        ([("Classifier", "License :: OSI Approved :: MIT License"), ("License", "whatever")], ("MIT",)),
        ([("Classifier", "License :: OSI Approved"), ("License", "MIT")], ("OSI Approved",)),
        (
            [
                ("Classifier", "License :: OSI Approved :: BSD License"),
                ("Classifier", "License :: OSI Approved :: Apache Software License"),
                ("Classifier", "Topic :: Internet"),
            ],
            ("LicenseRef-BSD", "Apache-2.0"),
        ),
        ([("Classifier", "License :: Free For Educational Use")], ("Free For Educational Use",)),
        ([("License", "Apache 2.0")], ("Apache-2.0",)),
        ([("License", "Copyright (c) 2020 Somebody\nAll rights reserved.")], ()),
        ([], ()),
    ],
)
def test_what_metadata_states(fields: list[tuple[str, str]], stated: tuple[str, ...]) -> None:
    assert licences(metadata(*fields)) == stated


@pytest.mark.parametrize(
    ("stated", "allowed"),
    [
        (("MIT",), True),
        (("MIT OR GPL-3.0-only",), True),
        (("GPL-3.0-only OR MIT",), True),
        (("MIT AND GPL-3.0-only",), False),
        (("MIT", "GPL-3.0-only"), False),
        (("MIT AND Zlib",), True),
        (("MIT AND (GPL-3.0-only OR Zlib)",), False),  # not understood, so somebody has to look
        (("OSI Approved",), False),
        ((), False),
    ],
)
def test_what_is_allowed(stated: tuple[str, ...], allowed: bool) -> None:
    assert is_allowed(stated, {"MIT", "Zlib"}) is allowed


def test_no_licence_that_reaches_beyond_its_own_files_is_on_the_list() -> None:
    assert not [name for name in read_rules().allowed_licences if "GPL" in name]
