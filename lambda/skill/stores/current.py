"""Which release the function answers from: the bundled one, or what is published in the content table.

Environment:
    CONTENT_TABLE: name of the DynamoDB table. Without it the bundled release is all there is, and boto3 is not imported.
    CONTENT_STAGE: whose pointer is followed, such as ``prod`` (the default).
    CONTENT_REFRESH_SECONDS: how long at least from one look at the pointer to the next (default 60).
    CONTENT_WITHDRAWN: ids, with commas between them, of answers that were off the air when the function was deployed;
        they are left out until the table itself could be read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from guide.release import Release
from stores.bundled import load_release

REFRESH_SECONDS = 60.0


def current_release(
    environment: Mapping[str, str] = os.environ, load: Callable[[], Release] = load_release
) -> Callable[[], Release]:
    """Return what gives the release to answer from, to be called once a turn; it never raises and never waits long.

    ``load`` returns the bundled release.

    Raises:
        OSError, ValueError: as ``load_release`` does, when the bundled release cannot be read.
    """
    bundled = load()
    snapshot = environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"
    if snapshot:  # what is read before the snapshot is taken is no request's burden
        bundled.read_all()
    withdrawn = tuple(filter(None, environment.get("CONTENT_WITHDRAWN", "").replace(" ", "").split(",")))
    if table := environment.get("CONTENT_TABLE"):
        from stores.dynamodb import PublishedRelease

        stage = environment.get("CONTENT_STAGE") or "prod"
        published = PublishedRelease(bundled, table, stage, withdrawn, interval=_interval(environment))
        if snapshot:
            published.prepare()  # boto3 likewise
        return published
    if withdrawn:
        from stores.withdrawn import Without

        bundled = Without(bundled, withdrawn)
    return lambda: bundled


def _interval(environment: Mapping[str, str]) -> float:
    """A setting that is no number of seconds must not keep the guide from answering."""
    try:
        return max(1.0, float(environment.get("CONTENT_REFRESH_SECONDS") or REFRESH_SECONDS))
    except ValueError:
        return REFRESH_SECONDS
