from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmflow_core.signals.parsing import (
    ParsedSignal,
    ParseOptions,
    Rejected,
    document_text,
    parse_file,
    preview,
)
from pmflow_core.signals.parsing.refusals import (
    DamagedFile,
    EmptyFile,
    EncryptedPdf,
    PdfWithoutText,
)
from tests.core.signals.files import make_pdf, make_scan, parsed, read, signals, told

WRAPPED = """The export of the monthly report fails whenever I pick more than one
workspace in the filter, and there is no message. It used to work before the
last update.
"""


@pytest.mark.parametrize(
    ("content", "given"),
    [
        ("one\n\ntwo\n", ["1: one", "3: two"]),
        (
            "app crashes a lot\ncannot log in since the update, tried it three times\nlove it",
            ["1: app crashes a lot", "2: cannot log in since the update, tried it three times",
             "3: love it"],
        ),
        (WRAPPED, [f"1: {' '.join(WRAPPED.split())}"]),
        ("Ideas\n- dark mode\n- export\n  to Excel", ["1: Ideas", "2: dark mode", "3: export",
                                                      "4: to Excel"]),
        ("1. first thing\n2) second thing", ["1: first thing", "2: second thing"]),
    ],
)  # fmt: skip
def test_plain_text_is_cut_into_entries_and_paragraphs(
    tmp_path: Path, content: str, given: list[str]
) -> None:
    assert read(tmp_path / "f.txt", content) == given


MARKDOWN = """---
title: Notes
---
# Call notes

First paragraph
goes on here.

Head
----
- one item
- [ ] two *item*
1. three

> a quotation
> in two lines

| who | what |
|-----|------|
| ops | slow |
<!-- not for reading -->
***
"""


def test_markdown_gives_paragraphs_items_quotations_and_rows(tmp_path: Path) -> None:
    assert read(tmp_path / "f.md", MARKDOWN) == [
        "6: First paragraph goes on here.",
        "11: one item",
        "12: two *item*",
        "13: three",
        "15: a quotation in two lines",
        "20: | ops | slow |",
    ]


VTT = """WEBVTT

NOTE about the call

intro
00:00:01.000 --> 00:00:03.000
<v Interviewer>How is the
export?

00:00:03.000 --> 00:00:05.000
<v Customer>It breaks

00:00:05.500 --> 00:00:07.000
<v Customer>every time &amp; loses data.

a stray block

00:10.000 --> 00:12.000
Interviewer: Thanks
"""


def test_cues_are_joined_into_what_each_speaker_said(tmp_path: Path) -> None:
    parts = parsed(tmp_path / "f.vtt", VTT)

    assert [told(part) for part in parts] == [
        "7: How is the export?",
        "11: It breaks every time & loses data.",
        "16! no time line such as 00:00:01.000 --> 00:00:04.000",
        "19: Thanks",
    ]
    said = [part for part in parts if isinstance(part, ParsedSignal)]
    assert [part.fields["speaker"] for part in said] == ["Interviewer", "Customer", "Interviewer"]
    assert (said[1].fields["start_s"], said[1].fields["end_s"]) == ("3", "7")


SRT = """1
00:00:01,000 --> 00:00:03,000
so the search is

2
00:00:02,000 --> 00:00:05,000
so the search is
really slow.

3
00:00:05,000 --> 00:00:06,000
- Why?
- No idea

4
00:00:20,000 --> 00:00:21,000
The problem is: nothing happens
"""


def test_rolling_captions_are_taken_once_and_turns_part(tmp_path: Path) -> None:
    assert read(tmp_path / "f.srt", SRT) == [
        "3: so the search is really slow.",
        "12: Why?",
        "13: No idea",
        "17: The problem is: nothing happens",
    ]


AUTOMATIC = """WEBVTT
Kind: captions
Language: en

00:00:00.160 --> 00:00:02.310 align:start position:0%
\x20
the<00:00:00.480><c> export</c><00:00:00.960><c> fails</c>

00:00:02.310 --> 00:00:02.320 align:start position:0%
the export fails
\x20

00:00:02.320 --> 00:00:04.000 align:start position:0%
the export fails
every<00:00:02.800><c> single</c><00:00:03.000><c> time</c>
"""


def test_automatic_captions_that_roll_are_read_once(tmp_path: Path) -> None:
    assert read(tmp_path / "f.vtt", AUTOMATIC) == ["7: the export fails every single time"]


SBV = """0:00:01.000,0:00:03.000
The search is slow.

0:00:10.000,0:00:12.000
Login fails, too.
"""


@pytest.mark.parametrize("name", ["f.sbv", "without-a-name"])
def test_captions_as_a_video_site_gives_them_are_read(tmp_path: Path, name: str) -> None:
    assert read(tmp_path / name, SBV) == ["2: The search is slow.", "5: Login fails, too."]


def test_captions_are_kept_as_the_transcript_that_people_read(tmp_path: Path) -> None:
    said = signals(tmp_path / "f.vtt", VTT)

    assert document_text(tmp_path / "f.vtt") == (
        "[0:00:01] Interviewer: How is the export?\n"
        "[0:00:03] Customer: It breaks every time & loses data.\n"
        "[0:00:10] Interviewer: Thanks"
    )
    assert [part.line for part in said] == [7, 11, 19]


def test_a_speech_without_an_end_is_cut_before_it_grows_too_long(tmp_path: Path) -> None:
    cues = "\n".join(
        f"{n}\n{at},000 --> {at},900\nword {n} and so\n"
        for n, at in ((n, f"00:{n // 60:02}:{n % 60:02}") for n in range(300))
    )

    said = signals(tmp_path / "f.srt", cues)

    assert len(said) > 5
    assert max(len(part.text) for part in said) < 400


@pytest.mark.parametrize("name", ["f.txt", "f.md", "f.vtt"])
def test_offsets_lead_into_the_document(tmp_path: Path, name: str) -> None:
    content = {"f.txt": f"{WRAPPED}\n  é 👍 end", "f.md": MARKDOWN, "f.vtt": VTT}[name]

    said = signals(tmp_path / name, content)
    document = document_text(tmp_path / name)

    assert document is not None
    assert len(said) >= 2
    for part in said:
        assert passage(document, part) == folded(part.text)


def passage(document: str, part: ParsedSignal) -> str:
    """The words of a part's span, without what Markdown puts before a quoted line."""
    assert part.offset is not None
    assert part.end is not None
    assert part.offset < part.end <= len(document)
    return folded(document[part.offset : part.end])


def folded(text: str) -> str:
    return " ".join(text.replace(">", " ").split())


def test_references_are_the_same_for_the_same_file_and_for_no_other(tmp_path: Path) -> None:
    first = [part.source_ref for part in signals(tmp_path / "f.txt", "one\n\ntwo")]
    again = [part.source_ref for part in signals(tmp_path / "f.txt", "one\n\ntwo")]
    other = [part.source_ref for part in signals(tmp_path / "f.txt", "one\n\ntwo!")]
    named = signals(tmp_path / "f.txt", "one", ParseOptions(document_ref="call-7"))

    assert first == again
    assert not set(first) & set(other)
    assert [str(ref).partition("#")[2] for ref in first] == ["1", "2"]
    assert named[0].source_ref == "call-7#1"


def test_a_pdf_gives_the_paragraphs_of_its_pages(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "f.pdf", [WRAPPED.splitlines(), ["Short entry", "Another"]])

    parts = list(parse_file(path))

    assert [told(part) for part in parts] == [
        f"1: {' '.join(WRAPPED.split())}",
        "2: Short entry",
        "2: Another",
    ]
    document = document_text(path)
    assert document is not None
    for part in parts:
        assert isinstance(part, ParsedSignal)
        assert part.offset is not None
        assert document[part.offset :].replace("\n", " ").startswith(part.text)
    assert preview(path).rows[1] == ("Short entry",)


def test_a_pdf_that_opens_without_a_password_is_read(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "f.pdf", [["Readable by all"]], password="")

    assert [told(part) for part in parse_file(path)] == ["1: Readable by all"]


def test_a_locked_pdf_says_what_to_do(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "f.pdf", [["Secret"]], password="locked")

    with pytest.raises(EncryptedPdf, match="save it without one"):
        parse_file(path)


def test_a_scanned_pdf_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PdfWithoutText, match="text recognition"):
        parse_file(make_scan(tmp_path / "f.pdf"))


def test_an_empty_pdf_has_no_text(tmp_path: Path) -> None:
    with pytest.raises(PdfWithoutText):
        parse_file(make_pdf(tmp_path / "f.pdf", [[], []]))


@pytest.mark.parametrize(
    "content", [b"%PDF-1.4\nrubbish", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"]
)
def test_a_damaged_pdf_says_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DamagedFile):
        parsed(tmp_path / "f.pdf", content)


@pytest.mark.parametrize(
    ("name", "content"), [("f.md", "# Only\n\n## Headings\n"), ("f.vtt", "WEBVTT\n\nNOTE x\n")]
)
def test_a_document_without_feedback_is_refused(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(EmptyFile):
        parsed(tmp_path / name, content)


def test_a_passage_beyond_the_cap_is_listed(tmp_path: Path) -> None:
    parts = parsed(tmp_path / "f.txt", f"{'x' * 1_000_001}\n\nfine")

    assert parts[0] == Rejected(1, "the passage is longer than 1 MB")
    assert told(parts[1]) == "3: fine"


WORDS = st.sampled_from(
    ["a", "crash", "is slow.", "\n", "\n\n", "# ", "- ", "> ", "```", "---", "|", "1. ", "é", "\t",
     "<!--", "-->", "00:01.000 --> 00:02.000\n", "A: ", "<v B>", "a word that fills the line up"]
)  # fmt: skip


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(WORDS, max_size=60), st.sampled_from(["f.txt", "f.md", "f.vtt"]))
def test_pieces_come_in_order_and_lie_in_the_document(
    tmp_path: Path, words: list[str], name: str
) -> None:
    content = " ".join(["x", *words, "\n\n00:09.000 --> 00:10.000\nlast words"])

    said = signals(tmp_path / name, content)
    document = document_text(tmp_path / name)

    assert document is not None
    assert [part.line for part in said] == sorted(part.line for part in said)
    offsets = [part.offset or 0 for part in said]
    assert offsets == sorted(set(offsets))
    for part in said:
        if "<!--" not in document:
            assert passage(document, part) == folded(part.text)
        assert document[part.offset :].startswith(part.text.split()[0])
