"""Warning signs: what is told, what is only asked about, what is no sign, and anything at all as input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from guide.warning_signs import LEVELS, WarningSigns
from tests.timing import SLOW_MACHINE, seconds
from workbench.compiler.warning_signs import WarningSignsError, compile_warning_signs, misheard

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "warning_signs"
LEAST_BY_NAME = 0.75
"""Share of authored emergencies; 0.78 as this was written."""


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


SOURCE: dict[str, Any] = _yaml(ROOT / "content" / "en" / "warning_signs.yaml")
COMPILED: dict[str, Any] = json.loads(json.dumps(compile_warning_signs(SOURCE)))
SIGNS = WarningSigns(COMPILED)


def _told() -> Iterator[tuple[str, str]]:
    for level, groups in _yaml(DATA / "told.yaml").items():
        for lines in groups.values():
            for line in lines:
                yield level, line


def _asked() -> Iterator[tuple[str, str]]:
    for level, lines in _yaml(DATA / "asked.yaml").items():
        for line in lines:
            yield level, line


ALARMS: dict[str, Any] = _yaml(ROOT / "content" / "en" / "alarms.yaml")


def _none() -> Iterator[str]:
    for lines in ALARMS["calm"].values():
        yield from lines


def _emergencies() -> list[str]:
    return [line for lines in ALARMS["sounds-urgent"].values() for line in lines]


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_told_gets_a_warning_of_its_level_or_a_stricter_one(level: str) -> None:
    missed = []
    for wanted, line in _told():
        found = SIGNS.find(line)
        if wanted == level and (found is None or found.asked or LEVELS.index(found.level) > LEVELS.index(level)):
            missed.append((line, found))
    assert not missed


def test_most_emergencies_are_heard_by_name() -> None:
    """What the patterns miss is left to how it sounds; the guide can say more about a sign that it knows."""
    lines = _emergencies()
    heard = [line for line in lines if (found := SIGNS.find(line)) and found.level == "emergency" and not found.asked]
    assert len(heard) >= LEAST_BY_NAME * len(lines)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("my german shepherd", True),
        ("a bearded dragon", True),
        ("senior", False),
        ("an elephant on my chest", False),
        ("cauda equina", False),
        ("i came off my horse", False),
    ],
)
def test_it_tells_animals_from_people(text: str, named: bool) -> None:
    assert SIGNS.names_an_animal(text) == named


def test_an_emergency_is_not_denied_by_its_own_words() -> None:
    assert not SIGNS.denies("i can't feel my legs")
    assert SIGNS.denies("i have no numbness")
    assert SIGNS.denies("my dog can't walk")


@pytest.mark.parametrize(
    "line",
    [
        "i fell off a ladder and my disc slipped",
        "i fell and my disc slipped and now my back is agony",
        "i fell out of bed and then fell into bed again and my back is agony",
        "i was the one kicked in the back",
        "i took ibuprofen after i was kicked in the back",
        "walking sideways and keep bumping into walls",
        "i have had all my tablets",
        "mum has a bad back and she's had two accidents in the bed she never does that",
        "i've taken loads of pills",
        "please phone nine nine nine my dad has collapsed",
        # Of the head and the heart.
        "my neck has gone all rigid and i have a dreadful headache and a fever",
        "neck stiffness with the worst headache since breakfast",
        "can an ache between my shoulder blades mean a heart attack",
        "i told my sister i wanted to die",
        "i don't think i can make it another night",
        "what's the point of me",
        "slid down the front steps and landed on my spine",
        "sudden back pain and now no sensation from my lower back to my knees",
        "i was running and my back went and now i cannot stand up at all",
        "my back went at the gym and i can't stand at all",
        "his left side went limp when he stood up",
        "her right side has gone limp while she was talking",
        # Each has words in it by which something harmless is told from an emergency.
        "i am bleeding awful and can't stop it",
        "my legs are too weak to support me and it's getting worse",
        "i feel like i need to push more",
        "it's time to call an ambulance",
        "a shelf fell on my back",
        "a fence fell on my back",
        "my keys fell and i fell down the stairs and hurt my back",
        "he took a bullet in the back",
        "i mixed tramadol and vodka what happens now",
        "i mixed alcohol and tramadol should i worry",
        "i mixed tramadol and vodka can i die",
        "i mixed alcohol and tramadol i know i shouldn't have",
        "i'm going to do myself in in my room",
        "gall bladder surgery and now urinary retention",
        "i took double tablets should i worry",
        "i took the whole box of tramadol and the label says eight at most",
        "he was hit by a van and his back is out of whack",
        "i feel awful i was run over by a bus",
        "the swelling doesn't go down my legs are numb",
        "i passed out from exhaustion",
        "gave way my legs at the gym",
    ],
)
def test_an_emergency_is_heard_beside_what_is_harmless_and_away_from_the_back(line: str) -> None:
    found = SIGNS.find(line)
    assert found is not None and found.level == "emergency"


@pytest.mark.parametrize(
    "line",
    [
        "so i get that discs slip and joints wear but where does a spasm fit into the whole back picture",
        "i don't think i can do another day at work with this back",
        "what's the point of me doing stretches if my back still hurts",
        "my back is tight on one side and i limp when i walk",
        "i fall into bed at six and at two in the afternoon i cannot raise myself because of my back",
        "naproxen's kicked in and my back's softer is that the moment for a stretch",
        "my back feels alright this minute apart from the odd spasm",
        "ring my mum at nine",
        "i am a white male of fifty with severe lower back pain now and then",
        "how do i glue a ripped book spine",
        "my neck is stiff from the desk and i have a bit of a headache",
        "i have tried all medications in vain",
        "she has tried lots of tablets for her back",
    ],
)
def test_what_only_has_the_words_of_an_emergency_raises_no_alarm(line: str) -> None:
    assert SIGNS.find(line) is None


def test_what_is_asked_about_is_named_but_not_taken_for_told() -> None:
    wrong = []
    for level, line in _asked():
        found = SIGNS.find(line)
        if found is None or not found.asked or LEVELS.index(found.level) > LEVELS.index(level):
            wrong.append((line, found))
    assert not wrong


def test_what_carries_no_sign_raises_no_alarm() -> None:
    assert not [(line, found) for line in _none() if (found := SIGNS.find(line))]


def test_there_is_enough_of_each_kind_to_mean_something() -> None:
    assert len(list(_told())) >= 700
    assert len(_emergencies()) >= 3_000
    assert len(list(_none())) >= 800
    assert len({*_emergencies(), *(line for _, line in _told())} & set(_none())) == 0


def test_every_authored_line_is_heard_as_its_sign_or_a_stricter_one() -> None:
    assert misheard(COMPILED, SOURCE) == []


def test_every_sign_is_told_somewhere_in_the_examples() -> None:
    heard = {found.sign for sign in SOURCE["signs"] for line in sign["examples"] for found in SIGNS.find_all(line)}
    assert heard == {sign["id"] for sign in SOURCE["signs"]}


@pytest.mark.parametrize(
    ("line", "sign"),
    [
        ("i have a fever and i can't pee and my back hurts", "cannot-pee"),
        ("my left leg is numb and now i've wet myself", "lost-control"),
        ("i fell off a ladder and he's not breathing", "not-breathing"),
        ("had breast cancer and now both legs are numb", "both-legs"),
        ("my back has hurt for three weeks and it wakes me up at night", "night-pain"),
        ("i've had a bad back for months and i'm on prednisone", "long-term-steroids"),
        ("is numbness a warning sign because i can't feel my bum", "saddle-numbness"),
    ],
)
def test_the_most_urgent_sign_wins(line: str, sign: str) -> None:
    found = SIGNS.find(line)
    assert found is not None
    assert (found.sign, found.asked) == (sign, False)
    assert found in SIGNS.find_all(line)


def test_told_wins_over_asked_about_at_the_same_level() -> None:
    found = SIGNS.find("can a back spasm cause incontinence i can't feel my legs")
    assert found is not None
    assert (found.sign, found.asked) == ("both-legs", False)


@pytest.mark.parametrize(
    ("alarm", "none"),
    [
        ("i have a fever and my back hurts", "i have no fever and my back hurts"),
        ("i don't have any feeling down there", "i don't have any numbness down there"),
        ("no control of my bladder", "no trouble with my bladder"),
        ("haven't peed since yesterday", "haven't had trouble peeing"),
        ("i'm not sure if the fever is bad and my back hurts", "i'm not feverish and my back hurts"),
        ("my legs are numb", "my dog's legs are numb"),
        ("no my legs are numb", "no numb legs"),
        ("no pain just numb legs", "no pain or numb legs"),
        ("my leg is numb and my back hurts", "no leg numbness but my back hurts"),
        ("no bladder control and back pain", "no bladder trouble and back pain"),
        ("i think it's cauda equina", "negative for cauda equina"),
        ("i can't feel my legs", "play i can't feel my legs"),
        ("my foot won't lift", "my foot isn't numb"),
        ("my legs fall asleep", "i fall asleep"),
        ("he got shot in the back", "he got a shot in the back"),
        ("i'm thirty weeks pregnant and bleeding", "i am not pregnant and there's no bleeding"),
        ("my back's been run over by a bike", "my back feels like i've been run over"),
        ("my legs won't do what i tell them", "my legs are like jelly after the spin class"),
        ("i want to end it", "in the end it was only my back"),
        ("had enough of life i'm checking out", "how many books may i check out"),
        ("i have taken all the painkillers", "i've taken all the painkillers they make over the years"),
        ("my little boy swallowed a rat killer pellet", "my little boy swallowed his pride"),
        ("slight numbing around my groin since my back went", "a numbing cream for my groin"),
        ("my back hurts and my chest is tight", "stretch your chest with your knees to your chest"),
        ("i have trouble moving my legs", "i have trouble moving my sofa"),
        ("i've sat on the loo for an hour and not a drop comes", "not a drop of rain came down"),
        ("my belly has gone rock hard and my back hurts", "my belly has gone soft since i stopped planks"),
        ("i took double tablets all day", "i took two tablets like the packet says"),
        ("struck by lightning", "my back felt like i'd been struck by lightning"),
        ("fever and numbness and a tight back", "fever not present and my back is tight"),
        ("a lens that fell on me has hurt my back", "how do i put a lens that fell out back in"),
        ("he was hit by a bullet", "how fast is a bullet"),
        ("mum has brittle bones and bent for the cat and hurt her back", "brittle bones and back pain in cats"),
        ("i mixed vodka and my pain pills", "why you should not mix vodka and pain pills"),
    ],
)
def test_denial_and_look_alikes_are_understood_both_ways(alarm: str, none: str) -> None:
    assert SIGNS.find(alarm) is not None
    assert SIGNS.find(none) is None


@pytest.mark.parametrize(
    "line", ["i cant pee", "i can't pee", "i can not pee", "i cannot pee", "I CAN’T PEE!", "i couldn't pee"]
)
def test_spelling_of_a_denied_verb_does_not_matter(line: str) -> None:
    found = SIGNS.find(line)
    assert found is not None
    assert found.sign == "cannot-pee"


@pytest.mark.parametrize(
    "line",
    [
        "numness in both legs",
        "incontinance and back pain",
        "tinglng in both feet",
        "i think its corda equina",
        "bad chess pain",
        "i can't breeve",
        "he's unconshus",
        "she fented and her back hurts",
        "a car crush and my back is bad",
    ],
)
def test_misspelling_and_mishearing_are_forgiven(line: str) -> None:
    found = SIGNS.find(line)
    assert found is not None
    assert found.level == "emergency"


@pytest.mark.parametrize(
    "line",
    ["lost 20lbs without trying and my back hurts", "my 4yr old has a sore back", "back ache and a temp of 101f"],
)
def test_a_unit_may_be_written_on_to_its_number(line: str) -> None:
    found = SIGNS.find(line)
    assert found is not None
    assert LEVELS.index(found.level) <= LEVELS.index("today")


def test_strong_words_may_stand_far_apart() -> None:
    found = SIGNS.find("numb since the day before yesterday or so all around the back of my groin")
    assert found is not None
    assert found.sign == "saddle-numbness"


def test_a_denial_in_one_sentence_does_not_reach_into_the_next() -> None:
    found = SIGNS.find("I have no fever. Numb legs since this morning.")
    assert found is not None
    assert found.sign == "both-legs"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "?",
        "🙂" * 8_000,
        "背中が痛い" * 1_600,
        "спина болит " * 600,
        "ظهري يؤلمني " * 600,
        "my back hurts " * 571,
        "numb " * 1_000,
        "back " * 1_000,
        "not " * 1_000,
        "<speak><break time='5s'/></speak>",
        "<b>" * 2_000,
        "a" * 8_000,
        "can't " * 1_300,
        "'" * 8_000,
        "\x00\x01\x02",
        "é" * 8_000,
        "o\u0301" * 4_000,
    ],
)
def test_bad_input_raises_no_alarm_and_takes_no_time(text: str) -> None:
    assert SIGNS.find(text) is None
    assert seconds(lambda: SIGNS.find(text)) < 0.002 * SLOW_MACHINE


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    found = SIGNS.find(text)
    assert found is None or found.level in LEVELS


_LINES = sorted({line for _, line in _told()} | set(_none()) | set(_emergencies()))


@given(st.lists(st.sampled_from(_LINES), min_size=1, max_size=4), st.sampled_from([" ", ". ", ", ", " and ", " but "]))
@settings(max_examples=200)
def test_lines_run_together_are_read_in_time(lines: list[str], between: str) -> None:
    text = between.join(lines)
    assert seconds(lambda: SIGNS.find(text), times=3) < 0.002 * SLOW_MACHINE


@given(st.lists(st.sampled_from(" ".join(_LINES).split()), max_size=30))
def test_any_order_of_their_words_is_read(words: list[str]) -> None:
    SIGNS.find_all(" ".join(words))


@given(
    st.sampled_from(
        [
            line
            for line in _emergencies()
            if (found := SIGNS.find(line)) and found.level == "emergency" and not found.asked
        ]
    )
)
@settings(max_examples=100)
def test_an_emergency_survives_politeness_and_capitals(line: str) -> None:
    for text in (line.upper(), f"um {line}", f"alexa {line} please", f"{line}!!!", f"hello. {line}"):
        found = SIGNS.find(text)
        assert found is not None, text
        assert found.level == "emergency", text


def test_finding_is_fast_enough_for_every_turn() -> None:
    """p99 of 30 words is at most 0.7 ms on its own machine (issue 3 gives understanding 2 ms in all)."""
    spans = []
    for i in range(0, len(_LINES) - 6, 30):
        text = " ".join(" ".join(_LINES[i : i + 6]).split()[:30])
        spans.append(seconds(partial(SIGNS.find, text), times=3))
    assert sorted(spans)[int(len(spans) * 0.99)] < 0.0007 * SLOW_MACHINE


def test_few_rules_are_tried_on_a_line() -> None:
    """Each is looked for by that of its groups which the fewest lines hold."""
    groups = [group for line in _LINES for group in SIGNS.groups_in(line)]
    assert sum(len(COMPILED["rules_of"].get(str(group), ())) for group in groups) < 0.02 * len(COMPILED["rules"]) * len(
        _LINES
    )


def test_making_it_from_a_parsed_release_costs_next_to_nothing() -> None:
    assert seconds(lambda: WarningSigns(COMPILED), times=5) < 0.001 * SLOW_MACHINE


def test_a_sign_is_known_by_its_id() -> None:
    assert SIGNS.sign("cannot-pee")["level"] == "emergency"
    with pytest.raises(KeyError):
        SIGNS.sign("no-such-sign")


# -- the compiler ---------------------------------------------------------------------------------------------------


def _changed(**changes: Any) -> dict[str, Any]:
    source = json.loads(json.dumps(SOURCE))
    source["signs"][0].update(changes)
    return dict(source)


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"level": "now"}, "signs.0.level", "one of emergency, today, soon"),
        ({"say": "Be careful."}, "signs.0.say", "starts with"),
        ({"name": ""}, "signs.0", "“name” is missing"),
        ({"heard": ["NO-SUCH-GROUP + BACK"]}, "signs.0.heard.0", "there is no group NO-SUCH-GROUP"),
        ({"heard": ["Stopped Breathing"]}, "signs.0.heard.0", "neither a group nor lower case"),
        ({"heard": ["is the"]}, "signs.0.heard.0", "nothing is left"),
        ({"heard": ["so blue"]}, "signs.0.heard.0", "only “blue” is left"),
        ({"heard": ["stopped being"]}, "signs.0.heard.0", "the last word"),
        ({"says": ["blue lips"]}, "signs.0.says", "1 values, fewer than 8"),
        ({"herd": ["blue lips"]}, "signs.0.herd", "unknown field “herd”; the fields are id, level,"),
        ({"id": "choking"}, "signs.2", "used twice"),
    ],
)
def test_a_slip_in_the_file_is_reported_where_it_stands(changes: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(WarningSignsError) as raised:
        compile_warning_signs(_changed(**changes))
    assert any(where == path and said in message for where, message in raised.value.problems), raised.value.problems


def test_two_words_may_be_read_as_another_one() -> None:
    source = _changed(heard=["widget"], examples=["my widget"])
    source["together"] = {"gadget": "the widget"}
    signs = WarningSigns(compile_warning_signs(source))
    assert signs.find("i have a widget") is not None
    assert signs.find("i have the widget") is None


def test_more_or_less_than_two_words_are_reported() -> None:
    source = _changed()
    source["together"] = {"gadget": "the big widget"}
    with pytest.raises(WarningSignsError, match="is not two words"):
        compile_warning_signs(source)


def test_a_release_from_before_there_were_pairs_is_read() -> None:
    old = {key: value for key, value in COMPILED.items() if key != "together"}
    assert WarningSigns(old).find("i can't pee") == SIGNS.find("i can't pee")


def test_a_word_may_stand_in_a_question_and_in_a_sign() -> None:
    source = _changed(heard=["widget"], examples=["my widget"])
    source["no_talk"] = ["^ buy > widget"]
    signs = WarningSigns(compile_warning_signs(source))
    assert signs.find("i have a widget") is not None
    assert signs.find("buy me a widget") is None


def test_a_line_that_is_not_heard_is_reported() -> None:
    source = _changed(examples=["my shoelaces are untied"])
    source["harmless"] = ["i can't pee"]
    problems = misheard(compile_warning_signs(source), source)
    assert [path for path, _ in problems] == ["signs.0.examples.0", "harmless.0"]


def test_signs_stand_in_the_order_of_urgency() -> None:
    source = _changed()
    source["signs"].reverse()
    with pytest.raises(WarningSignsError, match="order"):
        compile_warning_signs(source)
