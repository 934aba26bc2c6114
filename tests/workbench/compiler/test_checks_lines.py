"""Lines that people say: fit for Alexa's model, and each with one owner."""

from __future__ import annotations

import pytest

from tests.content_copies import ContentCopy
from workbench.compiler.content import ALARMS, ELSEWHERE, INTENTS, WARNING_SIGNS

KINDS = "a sample has letters, spaces, apostrophes and hyphens only, and numbers are spelled out"


def ask(content_copy: ContentCopy, line: str, answer: str = "heat") -> int:
    """Add an ask line, first of all; return where it stands."""
    return content_copy.insert_after(answer, "ask:", f"  - {line}")


UNFIT = [
    ("is heat good?", f"'is heat good?' holds '?'; {KINDS}"),
    ("heat for 20 minutes", f"'heat for 20 minutes' holds '2'; {KINDS}"),
    ("heat, then ice", f"'heat, then ice' holds ','; {KINDS}"),
    ("heat/ice for a back", f"'heat/ice for a back' holds '/'; {KINDS}"),
    ("is {heat good for a back", f"'is {{heat good for a back' holds '{{'; {KINDS}"),
    (
        "is heat good. for a back",
        "'is heat good. for a back' has a period that is not of an abbreviation such as 'm.r.i.'",
    ),
    (
        "is heat good for the back.",
        "'is heat good for the back.' has a period that is not of an abbreviation such as 'm.r.i.'",
    ),
    ("is  heat good for backs", "'is  heat good for backs' has a space too many"),
    ("' heat for a stiff spine'", "' heat for a stiff spine' has a space too many"),
    ("'heat for a stiff spine '", "'heat for a stiff spine ' has a space too many"),
    ("''", "an empty line; write what people say, or delete it"),
    ("'   '", "an empty line; write what people say, or delete it"),
    ("heat " + "very " * 60, f"'heat very very very very very …' has {5 + 299} characters; the most is 300"),
]


@pytest.mark.parametrize(("line", "message"), UNFIT)
def test_ask_line_that_is_no_sample(content_copy: ContentCopy, line: str, message: str) -> None:
    where = ask(content_copy, line)
    assert content_copy.problems() == [content_copy.said("heat", where, message)]


@pytest.mark.parametrize("line", ["do i need an m.r.i. before i use heat", "o'brien's heat-pad for backs"])
def test_lines_that_alexa_takes(content_copy: ContentCopy, line: str) -> None:
    ask(content_copy, line)
    assert content_copy.problems() == []


@pytest.mark.parametrize(
    ("again", "message"),
    [
        (
            "is a warm brick good for a back",
            "'is a warm brick good for a back' stands in content/en/answers/heat.md:{}; keep it where it belongs",
        ),
        (
            "is a Warm Brick good for a back",
            "'is a Warm Brick good for a back' stands in content/en/answers/heat.md:{}; keep it where it belongs",
        ),
        (
            "is a warm-brick good for a back",
            "'is a warm-brick good for a back' stands in content/en/answers/heat.md:{}; keep it where it belongs",
        ),
    ],
)
def test_same_line_in_two_answers(content_copy: ContentCopy, again: str, message: str) -> None:
    first = ask(content_copy, "is a warm brick good for a back")
    where = ask(content_copy, again, answer="ice")
    assert content_copy.problems() == [content_copy.said("ice", where, message.format(first))]


def test_same_line_twice_in_an_answer(content_copy: ContentCopy) -> None:
    ask(content_copy, "is a warm brick good for a back")
    where = ask(content_copy, "is a warm brick good for a back") + 1
    told = content_copy.said(
        "heat", where, "'is a warm brick good for a back' stands here already; keep it where it belongs"
    )
    assert content_copy.problems() == [told]


def test_same_line_in_an_answer_and_a_command(content_copy: ContentCopy) -> None:
    where = ask(content_copy, "step by step")
    content, _ = content_copy.load()
    command = content.lines[INTENTS]("commands", "WalkMeThroughIntent", "samples")
    told = content_copy.said(
        INTENTS, command, f"'step by step' stands in content/en/answers/heat.md:{where}; keep it where it belongs"
    )
    assert content_copy.problems() == [told]


def carrier(content_copy: ContentCopy, *samples: str) -> int:
    """Add a frame with these samples; return its line."""
    listed = ", ".join(f'"{sample}"' for sample in samples)
    return content_copy.insert_after(INTENTS, "frames:", f"  Added: [{listed}]")


def test_same_carrier_in_two_frames(content_copy: ContentCopy) -> None:
    line = carrier(content_copy, "how do i {query}")
    told = [
        problem
        for problem in content_copy.problems()
        if "'how do i {query}' stands in interaction_model/intents.yaml" in problem
    ]
    assert told == [
        content_copy.said(
            INTENTS, line + 1, f"'how do i {{query}}' stands in {INTENTS}:{line}; keep it where it belongs"
        )
    ]


@pytest.mark.parametrize(
    ("home", "message"),
    [
        ("Muscles", "there is no frame 'Muscles'; name one that is in this file"),
        (
            "Ends",
            "'Ends' reads '{query} backward', which begins with no words; first words cannot go there",
        ),
    ],
)
def test_first_words_go_to_frames_that_can_take_them(content_copy: ContentCopy, home: str, message: str) -> None:
    content_copy.insert_after(INTENTS, "frames:", '  Ends: ["{query} backward"]')
    rest = f"  Rest: {{first_words: [{home}], reads: '{{query}}', samples: ['backward {{query}}']}}"
    line = content_copy.insert_after(INTENTS, "frames:", rest)
    assert content_copy.said(INTENTS, line, message) in content_copy.problems()


def test_same_carrier_twice_in_a_frame(content_copy: ContentCopy) -> None:
    line = carrier(content_copy, "tell the {query}", "tell the {query}")
    told = content_copy.said(INTENTS, line, "'tell the {query}' stands here already; keep it where it belongs")
    assert content_copy.problems() == [told]


def test_same_sample_twice_in_a_command(content_copy: ContentCopy) -> None:
    line = content_copy.replace(INTENTS, "samples: [both,", "samples: [both, both,")
    told = content_copy.said(INTENTS, line, "'both' stands here already; keep it where it belongs")
    assert content_copy.problems() == [told]


def test_urgent_carrier_is_told_of_at_its_own_line(content_copy: ContentCopy) -> None:
    line = content_copy.replace(INTENTS, '"help me {query}"', '"help me 2 {query}"')
    told = content_copy.said(INTENTS, line, f"'help me 2 {{query}}' holds '2'; {KINDS}")
    assert content_copy.problems() == [told]


def test_carrier_that_is_its_slot_alone(content_copy: ContentCopy) -> None:
    line = carrier(content_copy, "{query}")
    told = content_copy.said(INTENTS, line, "a carrier phrase cannot be its slot alone; Alexa refuses it")
    assert content_copy.problems() == [told]


def test_slot_in_an_ask_line(content_copy: ContentCopy) -> None:
    """An answer's intent has no slots, so Alexa would refuse the model."""
    where = ask(content_copy, "is {query} good for a back")
    assert len(content_copy.problems()) == 1
    assert content_copy.problems()[0].startswith(content_copy.said("heat", where, "'is {query} good for a back' "))


def test_too_few_ask_lines(content_copy: ContentCopy) -> None:
    text = content_copy.text("heat")
    lines = text.partition("\nask:\n")[2].partition("\n---\n")[0].split("\n")
    content_copy.write("heat", text.replace("\n".join(lines), "\n".join(lines[:19])))
    line = content_copy.line_of("heat", "ask:")
    told = content_copy.said("heat", line, "has 19 ask lines; write at least 20, as different people would say it")
    assert content_copy.problems() == [told]


def topic(content_copy: ContentCopy, topic: str, answer: str = "heat") -> int:
    return content_copy.insert_after(answer, "topics:", f"  - {topic}")


def test_topic_with_a_digit(content_copy: ContentCopy) -> None:
    line = topic(content_copy, "the 20 minute pad")
    assert content_copy.problems() == [content_copy.said("heat", line, f"'the 20 minute pad' holds '2'; {KINDS}")]


@pytest.mark.parametrize("again", ["warm bricks", "Warm Bricks"])
def test_topic_of_two_answers(content_copy: ContentCopy, again: str) -> None:
    topic(content_copy, "warm bricks")
    line = topic(content_copy, again, answer="ice")
    told = content_copy.said("ice", line, f"the topic '{again}' belongs to 'heat' already")
    assert content_copy.problems() == [told]


def test_topics_that_an_article_alone_tells_apart(content_copy: ContentCopy) -> None:
    """What is offered by name is compared without articles, so "a warm brick" and "warm brick" are one topic."""
    topic(content_copy, "warm brick")
    line = topic(content_copy, "a warm brick", answer="ice")
    told = content_copy.said("ice", line, "the topic 'a warm brick' belongs to 'heat' already")
    assert content_copy.problems() == [told]


def test_topic_twice_in_an_answer(content_copy: ContentCopy) -> None:
    """Alexa refuses a value with the same synonym twice."""
    topic(content_copy, "warm bricks")
    line = topic(content_copy, "warm bricks") + 1
    assert [
        problem
        for problem in content_copy.problems()
        if problem.startswith(content_copy.said("heat", line, "the topic 'warm bricks'"))
    ]


def sign_value(content_copy: ContentCopy, value: str, sign: int = 0) -> int:
    """Add a value to a sign's ``says``; return its line."""
    lines = content_copy.text(WARNING_SIGNS).split("\n")
    heads = [i for i, line in enumerate(lines) if line == "    says:"]
    lines.insert(heads[sign] + 1, f"      - {value}")
    content_copy.write(WARNING_SIGNS, "\n".join(lines))
    return heads[sign] + 2


def test_sign_value_with_a_digit(content_copy: ContentCopy) -> None:
    line = sign_value(content_copy, "2 numb legs")
    assert content_copy.problems() == [content_copy.said(WARNING_SIGNS, line, f"'2 numb legs' holds '2'; {KINDS}")]


def test_value_of_two_signs(content_copy: ContentCopy) -> None:
    first = content_copy.load()[0].signs["signs"][0]["id"]
    sign_value(content_copy, "blue toes", sign=1)
    sign_value(content_copy, "blue toes", sign=0)
    line = [i for i, line in enumerate(content_copy.text(WARNING_SIGNS).split("\n"), 1) if line == "      - blue toes"][
        1
    ]
    told = content_copy.said(WARNING_SIGNS, line, f"'blue toes' belongs to the sign '{first}' already; keep one")
    assert content_copy.problems() == [told]


def test_value_that_a_sign_has_twice(content_copy: ContentCopy) -> None:
    sign_value(content_copy, "blue toes")
    line = sign_value(content_copy, "Blue toes") + 1
    told = content_copy.said(WARNING_SIGNS, line, "'blue toes' stands here already; keep one")
    assert content_copy.problems() == [told]


@pytest.mark.parametrize("said", ["computer is a warm brick good", "Amazon warm bricks", "echo of a sore back"])
def test_a_line_that_begins_with_a_wake_word(content_copy: ContentCopy, said: str) -> None:
    line = ask(content_copy, said)
    told = f"'{said}' begins with a word that wakes a speaker; Alexa's review refuses it"
    assert content_copy.problems() == [content_copy.said("content/en/answers/heat.md", line, told)]


def elsewhere(content_copy: ContentCopy, line: str) -> int:
    return content_copy.append(ELSEWHERE, f"added:\n- {line}") + 1


def test_elsewhere_with_a_comma(content_copy: ContentCopy) -> None:
    line = elsewhere(content_copy, "no, my dog")
    assert content_copy.problems() == [content_copy.said(ELSEWHERE, line, f"'no, my dog' holds ','; {KINDS}")]


def test_elsewhere_twice(content_copy: ContentCopy) -> None:
    line = elsewhere(content_copy, "my dog is fat\n- My dog is fat") + 1
    assert content_copy.problems() == [content_copy.said(ELSEWHERE, line, "'My dog is fat' stands twice; keep one")]


def test_elsewhere_that_is_ours_as_well(content_copy: ContentCopy) -> None:
    ours = ask(content_copy, "is a warm brick good for a back")
    line = elsewhere(content_copy, "is a warm brick good for a back")
    told = f"'is a warm brick good for a back' is ours as well (content/en/answers/heat.md:{ours}); it cannot be both"
    assert content_copy.problems() == [content_copy.said(ELSEWHERE, line, told)]


@pytest.mark.parametrize("group", ["added: a line", "added:\n- 12", "added: {a: b}"])
def test_elsewhere_that_is_no_list(content_copy: ContentCopy, group: str) -> None:
    line = content_copy.append(ELSEWHERE, group)
    assert content_copy.problems() == [content_copy.said(ELSEWHERE, line, "'added' must be a list of lines of text")]


@pytest.mark.parametrize("sign", ["no-such-sign", "not-better"])
def test_alarms_without_a_grave_sign_to_warn_of(content_copy: ContentCopy, sign: str) -> None:
    content_copy.write(ALARMS, f"{sign}:\n  heart:\n  - my heart is racing away\n")
    told = f"'{sign}' is no sign of content/en/warning_signs.yaml that is an emergency, or for today"
    assert content_copy.problems() == [content_copy.said(ALARMS, 1, told)]


def test_alarms_with_the_less_urgent_first(content_copy: ContentCopy) -> None:
    content_copy.replace_line(WARNING_SIGNS, "    level: emergency", "    level: today")  # the first: not breathing
    content_copy.write(ALARMS, "not-breathing:\n  some: [a fever]\nunconscious:\n  some: [he is out cold]\n")
    told = "'unconscious' stands after a sign that is less urgent; put it before"
    assert content_copy.problems() == [content_copy.said(ALARMS, 3, told)]


def test_alarm_that_is_calm_as_well(content_copy: ContentCopy) -> None:
    lines = "not-breathing:\n  heart:\n  - My heart stops\ncalm:\n  love:\n  - my heart stops\n"
    content_copy.write(ALARMS, lines)
    told = "'my heart stops' is 'not-breathing' as well; it cannot be both"
    assert content_copy.problems() == [content_copy.said(ALARMS, 6, told)]


@pytest.mark.parametrize(("line", "length"), [("''", 0), ("ha" * 151, 302)])
def test_alarm_that_nobody_says_in_one_breath(content_copy: ContentCopy, line: str, length: int) -> None:
    content_copy.write(ALARMS, f"not-breathing:\n  long:\n  - {line}\n")
    shown = line.strip("'")[:40]
    told = f"'{shown}' has {length} characters; at most 300 are said in one breath"
    assert content_copy.problems() == [content_copy.said(ALARMS, 3, told)]


def test_lines_that_the_release_cannot_tell_apart(content_copy: ContentCopy) -> None:
    """CRC-32 is the same for both: found by trying."""
    heat = ask(content_copy, "should heat relax every knot tonight")
    line = elsewhere(content_copy, "should walking calm their twinge today")
    told = (
        "the release cannot tell 'should walking calm their twinge today' from 'should heat relax every knot tonight' "
        "(content/en/answers/heat.md), whose number is the same; reword one of them"
    )
    assert heat and content_copy.problems() == [content_copy.said(ELSEWHERE, line, told)]
