"""The conversation, turn by turn, in the guide's own terms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from guide.conversation import take_turn
from guide.heard import Heard, Session
from guide.markup import breaks, plain
from guide.release import Release
from guide.understanding import TELLING, Reading
from tests.guide.talk import Talk


def parts_of(release: Release, answer: str) -> list[str]:
    data = release.answers[answer]
    return [data["short"], *data["more"]]


def with_routines(release: Release, at_least: int = 1) -> Iterator[tuple[str, Any]]:
    yield from ((answer, data) for answer, data in release.answers.items() if len(data["routines"]) >= at_least)


def without_routine(release: Release) -> str:
    return next(answer for answer, data in release.answers.items() if not data["routines"] and data["more"])


def first_words(text: str) -> str:
    """The beginning of a text, up to its first placeholder or tag."""
    return text.split("{")[0].split("<")[0].split(".")[0]


# Short, then more.


def test_every_answer_is_told_part_by_part_and_then_leads_on(release: Release) -> None:
    for answer in release.answers:
        talk = Talk(release)
        talk.open()
        reply = talk.ask(answer)
        for part in parts_of(release, answer):
            assert first_words(part) in reply.speech
            assert reply.outcome == "answer" and reply.answer == answer and reply.keep_open
            last, reply = reply, talk.do("yes")
        if not release.answers[answer]["routines"]:
            assert last.offered == tuple(release.answers[answer]["next"][:2])
            assert all(release.name(other) in last.speech for other in last.offered)


def test_the_card_comes_with_the_first_part_alone(talk: Talk) -> None:
    assert talk.ask("heat").card is not None
    assert talk.do("yes").card is None


@pytest.mark.parametrize("command", ["more", "next", "yes"])
def test_ways_to_hear_more(command: str, talk: Talk) -> None:
    talk.ask("heat")
    assert first_words(parts_of(talk.release, "heat")[1]) in talk.do(command).speech


def test_no_closes_kindly(talk: Talk) -> None:
    talk.ask("heat")
    assert not talk.do("no").keep_open


def test_previous_goes_back_a_part_and_no_further(talk: Talk) -> None:
    short, more = parts_of(talk.release, "heat")[:2]
    talk.ask("heat")
    assert first_words(more) in talk.do("next").speech
    assert first_words(short) in talk.do("previous").speech
    assert first_words(short) in talk.do("previous").speech


def test_start_over_begins_an_answer_anew(talk: Talk) -> None:
    talk.to_the_last_part("heat")
    assert first_words(parts_of(talk.release, "heat")[0]) in talk.do("start_over").speech


# Saying it again.


def test_repeat_says_exactly_what_was_said(talk: Talk) -> None:
    for begin in (
        lambda: talk.ask("heat"),
        lambda: talk.do("yes"),
        lambda: talk.mumble(),
        lambda: talk.walk("plank"),
        lambda: talk.do("help"),
    ):
        said = begin()
        assert talk.do("repeat") == said
        assert talk.do("repeat") == said


def test_repeat_before_anything_was_said(one_shot: Talk) -> None:
    assert one_shot.do("repeat").keep_open


def test_slower_says_the_same_slowly_and_goes_on_slowly(talk: Talk) -> None:
    said = talk.ask("heat")
    slow = talk.do("slower")
    assert plain(slow.speech) == plain(said.speech)
    assert "rate=" in slow.speech and len(breaks(slow.speech)) > len(breaks(said.speech))
    assert "rate=" in talk.do("yes").speech
    assert "rate=" not in talk.do("faster").speech


# Aside, and back.


@pytest.mark.parametrize("aside", ["help", "pause", "who_says"])
def test_an_aside_goes_back_to_where_it_was(aside: str, talk: Talk) -> None:
    talk.ask("heat")
    talk.do("yes")
    talk.do(aside)
    assert first_words(parts_of(talk.release, "heat")[1]) in talk.do("resume").speech


def test_asides_on_asides_still_go_back(talk: Talk) -> None:
    talk.walk("plank")
    talk.do("next", "help", "pause", "left", "who_says", "help")
    assert "Step 2." in talk.do("resume").speech


@pytest.mark.parametrize("aside", ["help", "pause", "who_says", "left"])
def test_next_after_an_aside_goes_on(aside: str, talk: Talk) -> None:
    talk.walk("plank")
    talk.do(aside)
    assert "Step 2." in talk.do("next").speech


def test_continue_without_an_aside_goes_on(talk: Talk) -> None:
    """ "Shall I go on?" "Continue." The same again would hold the listener there for ever."""
    talk.ask("heat")
    assert first_words(parts_of(talk.release, "heat")[1]) in talk.do("resume").speech


def test_a_pause_is_a_bounded_silence(talk: Talk) -> None:
    pauses = breaks(talk.do("pause").speech)
    assert 10 <= sum(pauses) <= 40 and max(pauses) <= 10


# Offers.


def test_what_follows_an_answer_can_be_chosen(talk: Talk) -> None:
    answer = without_routine(talk.release)
    offered = talk.to_the_last_part(answer).offered
    assert talk.do("second").answer == offered[1]
    talk.to_the_last_part(answer)
    assert talk.do("first").answer == offered[0]


def test_yes_to_two_things_asks_which_and_yes_again_takes_the_first(talk: Talk) -> None:
    answer = without_routine(talk.release)
    offered = talk.to_the_last_part(answer).offered
    which = talk.do("yes")
    assert which.offered == offered and which.outcome == "phrase"
    assert talk.do("yes").answer == offered[0]


def test_both_tells_one_and_then_the_other(talk: Talk) -> None:
    first, second = talk.to_the_last_part(without_routine(talk.release)).offered
    reply = talk.do("both")
    assert reply.answer == first
    for _ in talk.release.answers[first]["more"]:
        reply = talk.do("yes")
    assert talk.release.name(second) in reply.speech
    assert talk.do("yes").answer == second


def test_neither_asks_for_something_else(talk: Talk) -> None:
    talk.to_the_last_part(without_routine(talk.release))
    reply = talk.do("neither")
    assert reply.keep_open and not reply.offered and not reply.answer


def test_a_name_chooses(talk: Talk) -> None:
    offered = talk.to_the_last_part(without_routine(talk.release)).offered
    assert talk.text(talk.release.answers[offered[1]]["name"]).answer == offered[1]


def test_an_unrelated_answer_traps_nobody(talk: Talk) -> None:
    talk.to_the_last_part(without_routine(talk.release))
    assert talk.ask("privacy").answer == "privacy"


# Routines.


def test_every_routine_is_walked_step_by_step(release: Release) -> None:
    for answer, data in with_routines(release):
        for routine in data["routines"]:
            talk = Talk(release)
            talk.open()
            reply = talk.walk(answer, text=routine["topic"])
            for number, step in enumerate(routine["steps"], 1):
                assert first_words(step) in reply.speech
                assert number == 1 or f"Step {number}." in reply.speech
                assert reply.keep_open and reply.answer == answer
                last, reply = reply, talk.do("next")
            assert "last step" in last.speech
            assert "Step" not in reply.speech


def test_a_routine_begins_by_what_it_is(talk: Talk) -> None:
    data = talk.release.answers["plank"]["routines"][0]
    reply = talk.walk("plank")
    assert data["name"] in reply.speech and f"in {len(data['steps'])} steps" in reply.speech


def test_exercises_begin_by_who_should_not(talk: Talk) -> None:
    for answer in ("knee-to-chest", "hip-bridge", "plank"):
        assert "Not in a fresh spasm, and stop if it gets worse" in talk.walk(answer).speech


def test_an_answer_leads_to_its_routine(talk: Talk) -> None:
    talk.to_the_last_part("plank")
    assert "steps" in talk.do("yes").speech


def test_walk_me_through_it_is_about_where_we_are(talk: Talk) -> None:
    talk.ask("plank")
    assert talk.walk().answer == "plank"


def test_walk_me_through_it_where_nothing_was_said_is_the_first_minutes(talk: Talk) -> None:
    assert talk.walk().answer == talk.release.roles["in_pain"]


def test_an_answer_with_two_routines_asks_which(talk: Talk) -> None:
    answer, data = next(with_routines(talk.release, 2))
    last = talk.to_the_last_part(answer)
    assert all(routine["name"] in last.speech for routine in data["routines"][:2])
    asked = talk.do("yes")
    assert asked.keep_open and "?" in asked.speech
    assert first_words(data["routines"][1]["steps"][0]) in talk.do("second").speech


@pytest.mark.parametrize("said", ["out of bed", "bed", "getting out of bed", "get out of bed"])
def test_a_routine_is_chosen_by_its_name(said: str, talk: Talk) -> None:
    talk.to_the_last_part("getting-up")
    assert "get out of bed" in talk.text(said).speech


@pytest.mark.parametrize(("number", "step"), [(1, 1), (3, 3), (99, 6)])
def test_a_routine_is_entered_again_at_a_step(number: int, step: int, release: Release) -> None:
    steps = release.answers["plank"]["routines"][0]["steps"]
    for opened in (True, False):
        talk = Talk(release)
        if opened:
            talk.open()
        assert first_words(steps[min(step, len(steps)) - 1]) in talk.walk("plank", number, "planks").speech


def test_go_to_a_step_of_the_routine_we_are_in(talk: Talk) -> None:
    talk.walk("plank")
    assert "Step 4." in talk.walk(number=4).speech
    assert "Step 2." in talk.walk(number=2).speech


def test_each_step_says_how_to_enter_again(talk: Talk) -> None:
    talk.walk("plank")
    assert "from step 3" in talk.do("next").reprompt


def test_how_many_more(talk: Talk) -> None:
    steps = len(talk.release.answers["plank"]["routines"][0]["steps"])
    talk.walk("plank")
    reply = talk.do("left")
    assert str(steps - 1) in reply.speech and "minute" in reply.speech
    assert "Step 2." in talk.do("next").speech


def test_one_minute_is_one_minute(release: Release) -> None:
    for answer, data in with_routines(release):
        talk = Talk(release)
        talk.walk(answer, text=data["routines"][0]["topic"])
        for _ in data["routines"][0]["steps"]:
            assert "1 minutes" not in talk.do("left").speech
            talk.do("next")


def test_not_ready_yet_is_a_pause_and_no_goodbye(talk: Talk) -> None:
    talk.walk("plank")
    waits = talk.do("no")
    assert waits.keep_open and sum(breaks(waits.speech)) >= 10
    assert "Not in a fresh spasm" in talk.do("resume").speech


def test_that_hurts_stops_the_routine_for_good(talk: Talk) -> None:
    talk.walk("plank")
    reply = talk.do("hurts")
    assert "stop" in reply.speech.lower() and "numb" in reply.speech
    assert "Step" not in talk.do("next").speech


def test_start_over_begins_a_routine_anew(talk: Talk) -> None:
    talk.walk("plank")
    talk.do("next", "next")
    assert "in " in talk.do("start_over").speech and "steps" in talk.do("repeat").speech


# Warning signs.

EMERGENCY = "my legs are numb and i can't pee"


def test_an_emergency_comes_before_everything(talk: Talk) -> None:
    reply = talk.text(EMERGENCY)
    assert reply.outcome == "warning" and reply.care_level == "emergency"
    assert reply.speech.startswith("Call nine one one now")


def test_a_sign_in_the_middle_of_a_routine_stops_it(talk: Talk) -> None:
    talk.walk("plank")
    assert talk.text(EMERGENCY).outcome == "warning"
    assert "Step" not in talk.do("next").speech


def test_a_sign_that_came_with_a_topic(talk: Talk) -> None:
    assert talk(Heard("answer", answer="heat", text="heat because i can't pee")).outcome == "warning"


def test_a_sign_that_only_the_ears_knew(talk: Talk) -> None:
    sign = next(iter(talk.release.warnings))
    assert talk.text("i have something", sign=sign).warning == sign


def test_the_more_urgent_of_two_signs_counts_whoever_heard_it(talk: Talk) -> None:
    sign = next(iter(talk.release.warnings))
    milder = "i had breast cancer and now my back hurts"
    assert talk.text(milder).care_level == "today"
    assert talk.text(milder, sign=sign).warning == sign
    assert talk.text(EMERGENCY, sign="cancer-history").care_level == "emergency"


def test_a_sign_that_is_asked_about_is_answered_too(talk: Talk) -> None:
    reply = talk.text("is numbness between the legs a warning sign")
    assert reply.outcome == "answer" and reply.warning


@pytest.mark.parametrize(
    ("text", "sign", "when"),
    [
        ("could my sinus allergies make it hard to breathe", "breathless", "that is happening now"),
        ("can anxiety cause chest pain", "chest-pain", "that is happening now"),
        ("is chest pain serious", "chest-pain", "that is happening now"),
        ("what are some common symptoms of stroke", "stroke", "that is happening now"),
        ("how long do the symptoms of an overdose last", "overdose", "someone has taken too much"),
    ],
)
def test_a_danger_that_is_no_matter_of_backs_is_told_alone_when_asked_about(
    talk: Talk, text: str, sign: str, when: str
) -> None:
    """That our list of reasons to get help for a back is no answer to what somebody asks about an allergy."""
    reply = talk.text(text)
    assert (reply.outcome, reply.warning, reply.answer) == ("warning", sign, "")
    assert reply.speech.startswith(f"If {when}, call nine one one") and reply.keep_open and reply.reprompt


def test_such_a_danger_gets_an_answer_where_a_back_is_named(talk: Talk) -> None:
    reply = talk.text("is chest pain with a back spasm serious")
    assert (reply.outcome, reply.care_level) == ("answer", "emergency")


# Somebody tells of a back, and asks nothing.


class Heeding:
    """An understanding that hears in everything what it was told to."""

    def __init__(self, *ranked: tuple[str, float], kind: str = TELLING, outcome: str = "offer") -> None:
        self.reading = Reading(outcome, ranked, kind)

    def read(self, text: str) -> Reading:
        return self.reading

    def sounds_like(self, text: str) -> str:
        return ""


def telling(release_data: dict[str, Any], understanding: Heeding) -> Talk:
    release = Release(release_data)
    release.__dict__["understanding"] = understanding
    return Talk(release)


def test_who_tells_of_a_back_and_asks_nothing_hears_what_eases_it(talk: Talk) -> None:
    reply = talk.text("i've got knots in my back from painting a ceiling")
    assert (reply.outcome, reply.answer, reply.warning) == ("answer", "relief", "")


@pytest.mark.parametrize(
    "heard",
    [
        Heeding(("causes", 0.5), ("lifting", 0.3), ("relief", 0.12), ("", 0.08)),
        Heeding(("causes", 0.5), ("lifting", 0.3), ("first-minutes", 0.12), ("", 0.08)),
        Heeding(("first-minutes", 0.8), ("causes", 0.15), ("relief", 0.05)),
    ],
)
def test_a_telling_is_answered_where_that_may_be_wanted(release_data: dict[str, Any], heard: Heeding) -> None:
    assert telling(release_data, heard).text("so").answer == "relief"


@pytest.mark.parametrize(
    "heard",
    [
        Heeding(("causes", 0.5), ("lifting", 0.4), ("relief", 0.05), ("", 0.05)),
        Heeding(("causes", 0.4), ("lifting", 0.3), ("relief", 0.15), ("", 0.15)),
        Heeding(("causes", 0.5), ("lifting", 0.3), ("relief", 0.12), ("", 0.08), kind="named story"),
        Heeding(("causes", 0.5), ("lifting", 0.3), ("relief", 0.12), ("", 0.08), kind="bare"),
    ],
)
def test_a_choice_is_offered_where_it_is_hardly_wanted_or_something_was_asked(
    release_data: dict[str, Any], heard: Heeding
) -> None:
    assert telling(release_data, heard).text("so").offered == ("causes", "lifting")


def test_when_to_get_help_is_offered_where_that_may_be_wanted(release_data: dict[str, Any]) -> None:
    heard = Heeding(("relief", 0.5), ("see-a-doctor", 0.4), ("causes", 0.05), ("", 0.05))
    assert telling(release_data, heard).text("so").offered == ("relief", "see-a-doctor")


ABOUT_A_BACK, ABOUT_ANYONE = "is numbness between the legs a warning sign", "is chest pain a warning sign"


@pytest.mark.parametrize(
    ("text", "strange", "outcome", "answer"),
    [
        (ABOUT_A_BACK, 0.96, "warning", ""),
        (ABOUT_A_BACK, 0.94, "answer", "see-a-doctor"),
        (ABOUT_ANYONE, 0.94, "warning", ""),
    ],
)
def test_what_is_asked_about_a_sign_and_surely_not_ours_is_told_when_to_call_alone(
    release_data: dict[str, Any], text: str, strange: float, outcome: str, answer: str
) -> None:
    heard = Heeding(("", strange), ("causes", 1 - strange), kind="bare", outcome="decline")
    reply = telling(release_data, heard).text(text)
    assert (reply.outcome, reply.answer, reply.care_level) == (outcome, answer, "emergency")


@pytest.mark.parametrize(
    ("text", "kind", "answer"),
    [(ABOUT_A_BACK, "bare", "causes"), (ABOUT_ANYONE, "named", "causes"), (ABOUT_ANYONE, "bare", "")],
)
def test_what_is_asked_about_a_sign_gets_no_choice(
    release_data: dict[str, Any], text: str, kind: str, answer: str
) -> None:
    heard = Heeding(("causes", 0.5), ("what-is", 0.3), ("", 0.2), kind=kind)
    reply = telling(release_data, heard).text(text)
    assert (reply.answer, reply.offered, reply.care_level) == (answer, (), "emergency")


def test_an_older_release_offers_a_choice(release_data: dict[str, Any]) -> None:
    roles = {role: answer for role, answer in release_data["roles"].items() if role != "telling"}
    heard = Heeding(("causes", 0.5), ("relief", 0.4), ("", 0.1))
    assert telling({**release_data, "roles": roles}, heard).text("so").offered == ("causes", "relief")


def test_no_after_a_warning_does_not_wave_it_away(talk: Talk) -> None:
    talk.text(EMERGENCY)
    reply = talk.do("no")
    assert not reply.keep_open and "help" in reply.speech


def test_a_call_for_help_begins_with_the_number(talk: Talk) -> None:
    for text in ("help me with back pain", "help me fix my car"):
        assert "nine one one" in talk.text(text, urgent=True).speech.split(".")[0]


# The disclaimer.

SHORT = "not medical advice"


def test_a_one_shot_answer_carries_the_disclaimer_once(one_shot: Talk) -> None:
    assert SHORT in one_shot.ask("heat").speech
    assert SHORT not in one_shot.do("yes").speech
    assert SHORT not in one_shot.ask("ice").speech


def test_an_opened_session_has_heard_it(talk: Talk) -> None:
    assert SHORT not in talk.ask("heat").speech


@pytest.mark.parametrize("before", ["help", "repeat", "start_over", "resume", "pause", "neither", "yes"])
def test_whatever_a_one_shot_session_begins_with(before: str, one_shot: Talk) -> None:
    """It is said with the first answer, unless the whole welcome has said it already."""
    speeches = [one_shot.do(before).speech, one_shot.ask("heat").speech, one_shot.ask("ice").speech]
    assert sum(SHORT in speech for speech in speeches[:2]) == sum(SHORT in speech for speech in speeches) == 1


def test_a_one_shot_that_was_not_understood(one_shot: Talk) -> None:
    one_shot.mumble()
    one_shot.text("zanzibar zanzibar")
    assert SHORT in one_shot.ask("heat").speech


def test_a_one_shot_routine_carries_it(one_shot: Talk) -> None:
    assert SHORT in one_shot.walk("plank").speech
    assert SHORT not in one_shot.do("next").speech


# Who says so.


def test_who_says_names_the_sources_of_what_was_said(talk: Talk) -> None:
    for answer in ("heat", "plank", "recovery-time"):
        talk.ask(answer)
        reply = talk.do("who_says")
        named = [talk.release.sources[key] for key in talk.release.answers[answer]["sources"][:3]]
        assert all(name in reply.speech for name in named)


def test_who_says_is_true_about_the_review(talk: Talk, release_data: dict[str, Any]) -> None:
    talk.ask("heat")
    assert "No doctor has reviewed" in talk.do("who_says").speech
    review = {
        "status": "reviewed",
        "checked": "2026-11-21",
        "reviewer": "Dr Ada Back",
        "credential": "physician",
        "date": "2027-03-02",
    }
    answers = {**release_data["answers"], "heat": {**release_data["answers"]["heat"], "review": review}}
    reviewed = Talk(Release({**release_data, "answers": answers}))
    reviewed.ask("heat")
    assert "reviewed by Dr Ada Back, physician, in March 2027" in reviewed.do("who_says").speech


def test_who_says_before_anything_was_said(talk: Talk) -> None:
    assert talk.do("who_says").answer == talk.release.roles["who_says"]


# Not understood.


def test_three_times_not_understood(talk: Talk) -> None:
    first, second, third = talk.mumble(), talk.mumble(), talk.mumble()
    assert first.keep_open and second.keep_open and not third.keep_open
    assert len(second.speech) < len(first.speech)


def test_words_that_are_not_ours_are_told_from_words_not_heard(talk: Talk) -> None:
    assert "isn't something I know" in talk.text("what is the capital of zanzibar").speech


def test_something_understood_in_between_begins_anew(talk: Talk) -> None:
    talk.mumble()
    talk.mumble()
    talk.do("help")
    assert talk.mumble().keep_open


def test_after_a_misunderstanding_the_conversation_goes_on_from_where_it_was(talk: Talk) -> None:
    talk.walk("plank")
    talk.mumble()
    assert "Step 2." in talk.do("next").speech


# Ending, and beginning.


def test_stop_ends_after_anything(talk: Talk) -> None:
    for before in ("help", "pause", "yes", "both", "hurts", "who_says"):
        talk.do(before)
        assert not talk.do("stop").keep_open


def test_opened_twice_in_a_session(talk: Talk) -> None:
    again = talk.open()
    assert again.keep_open and SHORT not in again.speech


def test_a_new_session_forgets(talk: Talk) -> None:
    talk.ask("heat")
    reply, _ = take_turn(talk.release, Session(True, "en-US"), talk.attributes, Heard("command", command="repeat"))
    assert "heating" not in reply.speech


@pytest.mark.parametrize("command", ["", "no_such_command", "part", "answer", "asked_for"])
def test_a_command_that_nobody_knows_is_not_understood(command: str, talk: Talk) -> None:
    assert talk(Heard("command", command=command)).outcome == "decline"


def test_an_unknown_kind_of_thing_heard_is_not_understood(talk: Talk) -> None:
    assert talk(Heard("dance")).outcome == "decline"


def test_an_answer_that_this_release_lacks_is_explained(talk: Talk) -> None:
    reply = talk.ask("no-such-answer")
    assert reply.keep_open and "changed" in reply.speech


def test_prompts_vary_from_turn_to_turn_and_never_by_chance(release: Release) -> None:
    def tails() -> list[str]:
        talk = Talk(release)
        talk.open()
        return [plain(talk.ask("heat").speech).split(".")[-1] for _ in range(6)]

    assert len(set(tails())) > 1
    assert tails() == tails()


def test_attributes_say_what_the_reply_was(talk: Talk) -> None:
    talk.ask("heat")
    assert talk.attributes is not None
    assert talk.attributes["said"]["answer"] == "heat"
    assert talk.attributes["release"] == talk.release.version
