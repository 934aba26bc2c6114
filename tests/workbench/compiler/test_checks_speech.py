"""What is heard can be taken in: its length, its reading grade, its markup, and what may not be claimed."""

from __future__ import annotations

import pytest

from tests.content_copies import ContentCopy
from workbench.compiler.content import PHRASES, WARNING_SIGNS

MARK = "[^fda-heat]"


def more(content_copy: ContentCopy, text: str) -> int:
    """Give the first More of heat another text; return its line."""
    return content_copy.section("heat", "More", f"{text} {MARK}")


def told_of_more(content_copy: ContentCopy, text: str, message: str) -> bool:
    line = more(content_copy, text)
    return content_copy.problems() == [content_copy.said("heat", line, f"## More{message}")]


def words(number: int) -> str:
    """``number`` easy words, in short sentences."""
    return " ".join(["Keep it warm."] * (number // 3) + ["Stay."] * (number % 3))


class TestLength:
    """Seconds are words at two and a half a second, plus breaks."""

    def test_more_at_the_limit_and_over(self, content_copy: ContentCopy) -> None:
        more(content_copy, words(75))
        assert content_copy.problems() == []
        assert told_of_more(
            content_copy,
            words(76),
            " takes 30.4 seconds to say; the most is 30. Leave something out, or move it to another part",
        )

    def test_breaks_count(self, content_copy: ContentCopy) -> None:
        text = f'{words(60)} <break time="6s"/> <break time="500ms"/>'
        assert told_of_more(
            content_copy,
            text,
            " takes 30.5 seconds to say; the most is 30. Leave something out, or move it to another part",
        )

    def test_short_answer_counts_with_what_is_asked_after_it(self, content_copy: ContentCopy) -> None:
        content, _ = content_copy.load()
        tail = len(content.phrases["more"][0].text.split())
        care = "Ask a doctor first. Get help if it hurts."
        room = 50 - tail - len(care.split())
        content_copy.section("heat", "Short", f"{words(room)} {care} {MARK}")
        assert content_copy.problems() == []
        line = content_copy.section("heat", "Short", f"{words(room + 1)} {care} {MARK}")
        message = "## Short takes 20.4 seconds to say; the most is 20. Leave something out, or move it to another part"
        assert content_copy.problems() == [content_copy.said("heat", line, message)]

    def test_step(self, content_copy: ContentCopy) -> None:
        line = content_copy.replace_line("heat", "2. ", f"2. {words(80)}")
        message = "step 2 of 'warm up your back' takes 32.0 seconds to say; the most is 30. Leave something out, or move it to another part"
        assert content_copy.problems() == [content_copy.said("heat", line, message)]

    @pytest.mark.parametrize(
        ("name", "count", "most"), [("welcome", 30, 12), ("welcome_again", 10, 4), ("ask_anything", 75, 30)]
    )
    def test_phrase(self, content_copy: ContentCopy, name: str, count: int, most: int) -> None:
        content_copy.replace_line(PHRASES, f"  {name}:", f"  {name}: {words(count)} Yes?\n  x-{name}: >-")
        told = [problem for problem in content_copy.problems() if f"phrase '{name}' takes" in problem]
        line = content_copy.line_of(PHRASES, f"  {name}:")
        message = f"the phrase '{name}' takes {most + 0.4} seconds to say; the most is {most}. Leave something out, or move it to another part"
        assert told == [content_copy.said(PHRASES, line, message)]

    @pytest.mark.parametrize("field", ["say", "if_asked"])
    def test_warning(self, content_copy: ContentCopy, field: str) -> None:
        line = content_copy.replace_line(WARNING_SIGNS, f"    {field}:", f"    {field}: {words(51)}")
        message = (
            f"'{field}' takes 20.4 seconds to say; the most is 20. Leave something out, or move it to another part"
        )
        assert content_copy.problems() == [content_copy.said(WARNING_SIGNS, line, message)]

    def test_placeholders_count_as_what_is_said_for_them(self, content_copy: ContentCopy) -> None:
        message = " takes 30.4 seconds to say; the most is 30. Leave something out, or move it to another part"
        assert told_of_more(content_copy, f"{words(73)} {{er}}.", message)

    def test_one_long_break(self, content_copy: ContentCopy) -> None:
        message = ": a break may last 10 seconds at most; use two in a row"
        assert told_of_more(content_copy, 'Breathe. <break time="10.5s"/> And out.', message)
        more(content_copy, 'Breathe. <break time="10s"/> <break time="10s"/> And out.')
        assert content_copy.problems() == []


HARD = "Considerable musculoskeletal deterioration necessitates comprehensive multidisciplinary rehabilitation."
HARDER = "Persistent inflammation deteriorates musculoskeletal tissue, necessitating rehabilitation."


class TestGrade:
    def test_part(self, content_copy: ContentCopy) -> None:
        line = more(content_copy, HARD + " " + HARDER)
        (told,) = content_copy.problems()
        assert told.startswith(content_copy.said("heat", line, "## More reads at grade "))
        assert told.endswith("; the most is 8. Use shorter sentences and plainer words")

    def test_short_answer_is_held_to_less(self, content_copy: ContentCopy) -> None:
        text = "Ask a doctor first, since a heating pad can irritate sensitive skin without anybody noticing it for several hours. Get help if anything about it gets worse."
        content_copy.replace_line(PHRASES, "  ask_anything:", f"  ask_anything: {text} Want to hear more?")
        assert content_copy.problems() == []
        line = content_copy.section("heat", "Short", f"{text} {MARK}")
        message = "## Short reads at grade 6.7; the most is 6. Use shorter sentences and plainer words"
        assert content_copy.problems() == [content_copy.said("heat", line, message)]

    def test_phrase(self, content_copy: ContentCopy) -> None:
        line = content_copy.replace_line(PHRASES, "  ask_anything:", f"  ask_anything: {HARD} {HARDER} What now?")
        (told,) = content_copy.problems()
        assert told.startswith(content_copy.said(PHRASES, line, "the phrase 'ask_anything' reads at grade "))

    def test_warning(self, content_copy: ContentCopy) -> None:
        line = content_copy.replace_line(WARNING_SIGNS, "    if_asked:", f"    if_asked: {HARD} {HARDER}")
        (told,) = content_copy.problems()
        assert told.startswith(content_copy.said(WARNING_SIGNS, line, "'if_asked' reads at grade "))


class TestMarkup:
    @pytest.mark.parametrize(
        ("text", "hint"),
        [
            ("Ice & heat.", "write 'and' for &"),
            ("Hold <emphasis>still.", 'check that every tag is closed, such as <break time="2s"/>'),
            ("Hold. <break time=2s/>", 'check that every tag is closed, such as <break time="2s"/>'),
        ],
    )
    def test_not_well_formed(self, content_copy: ContentCopy, text: str, hint: str) -> None:
        line = more(content_copy, text)
        (told,) = content_copy.problems()
        assert told.startswith(content_copy.said("heat", line, "## More is not well-formed SSML ("))
        assert told.endswith(f"); {hint}")

    def test_tag_that_alexa_does_not_have(self, content_copy: ContentCopy) -> None:
        message = ": Alexa has no SSML tag <b>; it has break, emphasis, prosody, say-as, sub, phoneme, w, p, s"
        assert told_of_more(content_copy, "Keep <b>still</b>.", message)

    def test_attribute_that_the_tag_does_not_have(self, content_copy: ContentCopy) -> None:
        message = ": the tag <emphasis> has no attribute 'strength'"
        assert told_of_more(content_copy, 'Keep <emphasis strength="strong">still</emphasis>.', message)

    @pytest.mark.parametrize("time", ["2", "two", "2 s", "-1s"])
    def test_length_of_a_break(self, content_copy: ContentCopy, time: str) -> None:
        assert told_of_more(
            content_copy, f'Hold. <break time="{time}"/> And go.', ": a break's time is written as 2s or 500ms"
        )

    @pytest.mark.parametrize(
        "text",
        [
            'Hold. <break time="1.5s"/>',
            '<prosody rate="slow">Hold.</prosody>',
            '<break strength="weak"/> Hold.',
            "<p><s>Hold.</s></p>",
        ],
    )
    def test_what_alexa_has(self, content_copy: ContentCopy, text: str) -> None:
        more(content_copy, text)
        assert content_copy.problems() == []


CLAIM = "a claim that Amazon rejects in a health skill; say what it may help with"


class TestClaims:
    @pytest.mark.parametrize(
        "claim", ["cure", "Cured", "heals", "healing", "guaranteed", "miracle", "risk-free", "risk free"]
    )
    def test_part(self, content_copy: ContentCopy, claim: str) -> None:
        assert told_of_more(content_copy, f"It is {claim} for you.", f" says '{claim}', {CLAIM}")

    def test_card(self, content_copy: ContentCopy) -> None:
        line = content_copy.section("heat", "Card", f"It heals. {MARK}")
        assert content_copy.problems() == [content_copy.said("heat", line, f"the card says 'heals', {CLAIM}")]

    def test_title(self, content_copy: ContentCopy) -> None:
        line = content_copy.replace_line("heat", "title:", "title: A cure for spasms")
        assert content_copy.problems() == [content_copy.said("heat", line, f"the title says 'cure', {CLAIM}")]

    def test_phrase(self, content_copy: ContentCopy) -> None:
        line = content_copy.replace_line(PHRASES, "  ask_anything:", "  ask_anything: Shall I cure you?")
        assert content_copy.problems() == [
            content_copy.said(PHRASES, line, f"the phrase 'ask_anything' says 'cure', {CLAIM}")
        ]

    def test_warning(self, content_copy: ContentCopy) -> None:
        line = content_copy.replace_line(WARNING_SIGNS, "    if_asked:", "    if_asked: That will heal.")
        assert content_copy.problems() == [content_copy.said(WARNING_SIGNS, line, f"'if_asked' says 'heal', {CLAIM}")]

    def test_listeners_may_use_the_words(self, content_copy: ContentCopy) -> None:
        content_copy.insert_after("heat", "ask:", "  - is heat a miracle cure that heals my back")
        assert content_copy.problems() == []

    @pytest.mark.parametrize("word", ["secure", "health", "obscure", "wealth"])
    def test_words_that_only_look_alike(self, content_copy: ContentCopy, word: str) -> None:
        more(content_copy, f"Keep your {word}.")
        assert content_copy.problems() == []


class TestEmergencyNumber:
    @pytest.mark.parametrize(
        "text", ["Call {emergency} now.", "Call {emergency}.", "Call {emergency} or your local emergency number."]
    )
    def test_number_alone(self, content_copy: ContentCopy, text: str) -> None:
        assert told_of_more(content_copy, text, ": {emergency} must be followed by ', or your local emergency number'")

    def test_card(self, content_copy: ContentCopy) -> None:
        line = content_copy.section("heat", "Card", f"Call {{emergency}}. {MARK}")
        told = content_copy.said(
            "heat", line, "the card: {emergency} must be followed by ', or your local emergency number'"
        )
        assert content_copy.problems() == [told]

    @pytest.mark.parametrize(
        "text",
        ["Call {emergency} now, or your local emergency number.", "Call {emergency}, or your local\nemergency number."],
    )
    def test_as_it_should_be(self, content_copy: ContentCopy, text: str) -> None:
        more(content_copy, text)
        assert content_copy.problems() == []


class TestCard:
    def test_too_long(self, content_copy: ContentCopy) -> None:
        line = content_copy.section("heat", "Card", f"{'x' * 8001} {MARK}")
        assert content_copy.problems() == [
            content_copy.said("heat", line, "the card has 8001 characters; Alexa takes 8000")
        ]

    def test_tag(self, content_copy: ContentCopy) -> None:
        line = content_copy.section("heat", "Card", f'Hold. <break time="2s"/> {MARK}')
        assert content_copy.problems() == [
            content_copy.said("heat", line, "the card holds a tag; a card is plain text")
        ]

    def test_title_too_long(self, content_copy: ContentCopy) -> None:
        line = content_copy.replace_line("heat", "title:", f"title: {'x' * 51}")
        assert content_copy.problems() == [
            content_copy.said("heat", line, "the title has 51 characters; the most is 50")
        ]
