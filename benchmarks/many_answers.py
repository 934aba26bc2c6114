"""Content of any size: the guide's own, and as many made-up answers as it takes, each with lines of its own.

``python -m benchmarks.many_answers FOLDER`` lays out a folder that ``guide build`` can compile. The made-up answers are
about going back to an activity after a spasm, under some circumstance: "can i go kayaking again after a long flight".
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice, product
from pathlib import Path

from workbench.compiler.content import ANSWERS, ROOT

ANSWERS_MOST = 10_000
LINES = 20

_ACTIVITIES = (  # noqa: SIM905 - a hundred words
    "archery badminton baking ballet basketball bowling boxing brewing camping canoeing carpentry carting climbing "
    "commuting cooking cricket croquet curling cycling dancing darts decorating digging diving drumming fencing ferrying "
    "filming fishing flying foraging fostering fruitpicking gardening gliding golf gymnastics handball harvesting hauling "
    "hiking hockey horseriding hunting hurling ironing jogging juggling kayaking kickboxing knitting lacrosse lambing "
    "laundry mopping mowing nursing orienteering packing paddling painting paragliding parking ploughing plastering "
    "panelling polo pottery potholing pruning quilting rafting raking rambling roofing rowing rugby running sailing "
    "sculpting sewing shearing shopping shovelling singing skateboarding skating skiing sledging snorkelling softball "
    "squash surfing sweeping swimming tennis thatching tiling trampolining trekking typing vacuuming volleyball waltzing "
    "weaving weeding welding windsurfing wrestling"
).split()

_CIRCUMSTANCES = (
    "a long flight",
    "a bad night",
    "a week off",
    "a cold morning",
    "a heavy meal",
    "a night shift",
    "a long drive",
    "a hot bath",
    "a day in bed",
    "a house move",
    "a new mattress",
    "a new chair",
    "a growth spurt",
    "a wet weekend",
    "a stressful month",
    "a desert trip",
    "a mountain holiday",
    "a train journey",
    "a ferry crossing",
    "a school run",
    "a wedding",
    "a festival",
    "a marathon",
    "a massage",
    "a physio visit",
    "a chiropractor visit",
    "a change of shoes",
    "a change of pillow",
    "a change of job",
    "a diet",
    "the winter break",
    "the summer heat",
    "the clocks changing",
    "the harvest",
    "the exams",
    "the holidays",
    "the first frost",
    "the school term",
    "the night bus",
    "the rehearsal",
    "my fiftieth birthday",
    "my thirtieth birthday",
    "my retirement",
    "my honeymoon",
    "my promotion",
    "my graduation",
    "my parental leave",
    "my sabbatical",
    "my house sale",
    "my first lesson",
    "two days of rest",
    "three weeks of rest",
    "ten days of rest",
    "months of sitting",
    "years of sitting",
    "weeks of lifting",
    "hours of standing",
    "hours of kneeling",
    "hours of stooping",
    "hours of gaming",
    "too much coffee",
    "too little sleep",
    "too little water",
    "too much sun",
    "too many stairs",
    "too many emails",
    "wearing heels",
    "wearing a rucksack",
    "wearing a corset",
    "wearing a toolbelt",
    "carrying a toddler",
    "carrying shopping",
    "carrying a ladder",
    "carrying a cello",
    "sleeping on a sofa",
    "sleeping on a floor",
    "sleeping in a tent",
    "sleeping in a van",
    "working from home",
    "working overtime",
    "working outdoors",
    "working underground",
    "moving to the coast",
    "moving upstairs",
    "switching gyms",
    "switching desks",
    "starting yoga",
    "starting pilates",
    "stopping yoga",
    "stopping pilates",
    "a yoga retreat",
    "a spa weekend",
    "a bumpy bus ride",
    "a boat trip",
    "a long meeting",
    "a film night",
    "a chess match",
    "a lecture",
    "a choir tour",
    "an early start",
)

_LINES = (
    "can i go back to {a} after {c}",
    "is {a} safe for my back after {c}",
    "when may i start {a} again after {c}",
    "how soon is {a} alright after {c}",
    "does {a} hurt a back that has had {c}",
    "will {a} bring the spasm back after {c}",
    "my back tightens when i do {a} after {c}",
    "tell me about {a} after {c}",
    "should i skip {a} after {c}",
    "what about {a} following {c}",
    "i want to try {a} but i have just had {c}",
    "is it alright to do {a} with a stiff back after {c}",
    "back pain from {a} and {c}",
    "how do i warm up for {a} after {c}",
    "how long should i rest from {a} after {c}",
    "which stretch is best before {a} after {c}",
    "are there exercises for {a} after {c}",
    "could {a} make my back worse after {c}",
    "my doctor said wait with {a} after {c}",
    "is a little {a} better than none after {c}",
    "who can help me get back to {a} after {c}",
    "why is my back sore from {a} after {c}",
)

_OPENINGS = ("", "so ", "please tell me ", "my question is ", "i wonder ")

_ANSWER = """---
id: {id}
title: {title}
kind: facts
topics:
  - {a} after {c}
  - {a} following {c}
next: [relief, {following}]
review:
  status: sourced
  checked: {checked}
  due: {due}
ask:
{ask}
---

## Short

After {c}, begin {a} gently. Do half of what you would do on a good day, and see how your back feels the next morning. [^nhs-back-pain]

## More

If {a} feels fine for two days, do a little more. If your back tightens, go back to what was easy, and try again in a few days. [^nhs-back-pain]

## Card

{title}:
- Begin with half.
- Wait a day, and do more if your back allows it. [^nhs-back-pain]
"""


def subjects(count: int) -> Iterator[tuple[str, str, str]]:
    """Yield an id, an activity and a circumstance for each of ``count`` made-up answers, in an order that mixes them."""
    pairs = list(product(range(len(_ACTIVITIES)), range(len(_CIRCUMSTANCES))))
    step = 7919  # a prime that shares no factor with their number, so each comes once
    for i in range(min(count, len(pairs))):
        activity, circumstance = pairs[i * step % len(pairs)]
        a, c = _ACTIVITIES[activity], _CIRCUMSTANCES[circumstance]
        yield f"{a}-after-{c.replace(' ', '-')}", a, c


def lines(activity: str, circumstance: str, count: int = LINES) -> list[str]:
    """Return ``count`` ways to ask about one subject."""
    ways = (opening + line for opening in _OPENINGS for line in _LINES)
    return [way.format(a=activity, c=circumstance) for way in islice(ways, count)]


def held_out(activity: str, circumstance: str) -> str:
    """Return what follows "how do i" in a question about a subject; it is in no answer's lines."""
    return f"get my spine ready for {activity} now after {circumstance}"


def lay_out(folder: Path, answers: int = ANSWERS_MOST, per_answer: int = LINES) -> None:
    """Write the guide's own content into ``folder``, with made-up answers beside it until there are ``answers``."""
    for part in ("content", "interaction_model"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / "lambda" / "skill").mkdir(parents=True)
    own = sorted((folder / ANSWERS).glob("*.md"))
    review = {
        line.split(":")[0].strip(): line.split(":", 1)[1].strip()
        for line in own[0].read_text().splitlines()
        if ":" in line
    }
    made = list(subjects(max(answers - len(own), 0)))
    for i, (name, activity, circumstance) in enumerate(made):
        following = made[(i + 1) % len(made)][0]
        text = _ANSWER.format(
            id=name,
            title=f"{activity.capitalize()} after {circumstance}",
            a=activity,
            c=circumstance,
            following=following,
            checked=review["checked"],
            due=review["due"],
            ask="\n".join(f"  - {line}" for line in lines(activity, circumstance, per_answer)),
        )
        (folder / ANSWERS / f"{name}.md").write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.many_answers", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("folder", type=Path, help="a folder that does not exist yet")
    parser.add_argument("--answers", type=int, default=ANSWERS_MOST, help="how many in all (%(default)s)")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True)
    lay_out(chosen.folder, chosen.answers)


if __name__ == "__main__":
    main()
