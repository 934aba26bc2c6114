"""The counts that CloudWatch has made of the function's log lines (``lambda/skill/alexa/turn_log.py``)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, NamedTuple

from alexa.turn_log import DECLINED, DIMENSIONS, OFFERED
from json_lines import NAMESPACE
from workbench.insights.counts import Asked, Count
from workbench.progress import Say, quiet

LISTED_DAYS = 14
"""CloudWatch names what was counted within two weeks; what was not since then, nobody can ask for without its name."""

_DAY_SECONDS = 86_400

# GetMetricData takes 500 queries at a time; each series needs three.
_SERIES_AT_ONCE = 500 // 3

_QUERIES = (("asked", DECLINED, "SampleCount"), ("declined", DECLINED, "Sum"), ("offered", OFFERED, "Sum"))


class _Series(NamedTuple):
    release: str
    by: str
    name: str
    dimensions: list[dict[str, str]]


def read(
    client: Any,
    stage: str,
    first: datetime.date,
    last: datetime.date,
    release: str = "",
    say: Say = quiet,
) -> Iterator[Asked]:
    """Yield what was asked in ``stage`` from day ``first`` to ``last``, of one ``release`` or of all.

    Raises:
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: when CloudWatch cannot be asked.
    """
    say(f"Looking for what was counted in {stage} …")
    series = list({(one.release, one.by, one.name): one for one in _listed(client, stage, release)}.values())
    for start in range(0, len(series), _SERIES_AT_ONCE):
        some = series[start : start + _SERIES_AT_ONCE]
        say(f"Reading counts {start + 1} to {start + len(some)} of {len(series)} …")
        yield from _counts(client, some, first, last)


def _listed(client: Any, stage: str, release: str) -> Iterator[_Series]:
    wanted = [{"Name": "stage", "Value": stage}, *([{"Name": "release", "Value": release}] if release else [])]
    pages = client.get_paginator("list_metrics").paginate(Namespace=NAMESPACE, MetricName=DECLINED, Dimensions=wanted)
    for page in pages:
        for metric in page["Metrics"]:
            values = {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
            for dimensions in DIMENSIONS:
                if values.keys() == set(dimensions):
                    by = dimensions[-1]
                    yield _Series(values["release"], by, values[by], metric["Dimensions"])


def _counts(client: Any, series: list[_Series], first: datetime.date, last: datetime.date) -> Iterator[Asked]:
    queries = [
        {"Id": f"{what}{number}", "MetricStat": _stat(one, metric, statistic)}
        for number, one in enumerate(series)
        for what, metric, statistic in _QUERIES
    ]
    found: dict[tuple[int, str], dict[str, int]] = {}
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=_midnight(first), EndTime=_midnight(last + datetime.timedelta(days=1))
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            what = result["Id"].rstrip("0123456789")
            number = int(result["Id"][len(what) :])
            for when, value in zip(result["Timestamps"], result["Values"]):
                day = when.astimezone(datetime.UTC).date().isoformat()
                counts = found.setdefault((number, day), {})
                counts[what] = counts.get(what, 0) + round(value)
    for (number, day), counts in found.items():
        one = series[number]
        yield Asked(day, one.release, one.by, one.name, Count(**counts))


def _stat(series: _Series, metric: str, statistic: str) -> dict[str, Any]:
    named = {"Namespace": NAMESPACE, "MetricName": metric, "Dimensions": series.dimensions}
    return {"Metric": named, "Period": _DAY_SECONDS, "Stat": statistic}


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)
