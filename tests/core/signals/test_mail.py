"""E-mails: who, when and about what; their own words and nobody else's."""

from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmflow_core.signals.parsing import document_text
from pmflow_core.signals.parsing.mail import Unreadable, read_mail
from pmflow_core.signals.parsing.refusals import EmptyFile
from tests.core.signals.files import parsed, read, signals

HEAD = """From: Support lead <Lead@Example.com>
Date: Mon, 03 Nov 2025 10:12:00 +0100
Subject: Export of =?utf-8?q?r=C3=A9ports?=
Message-ID: <a1@example.com>

"""
BODY = """Hi team,

The monthly export fails with two workspaces.

Please add a dark mode, too.

Best regards,
The support lead
--\x20
Acme, Example Street 1

On Sun, 2 Nov 2025 at 18:00, pmflow
<team@example.com> wrote:
> How is the export?
"""


def test_an_e_mail_is_its_own_words_with_sender_date_and_subject(tmp_path: Path) -> None:
    said = signals(tmp_path / "f.eml", HEAD + BODY)

    assert [part.text for part in said] == [
        "The monthly export fails with two workspaces.",
        "Please add a dark mode, too.",
    ]
    assert {part.customer_name for part in said} == {"Support lead"}
    assert {part.customer_email for part in said} == {"Lead@Example.com"}
    assert {part.created_at for part in said} == {datetime(2025, 11, 3, 9, 12, tzinfo=UTC)}
    assert {part.fields["subject"] for part in said} == {"Export of réports"}
    assert [part.source_ref for part in said] == ["a1@example.com#1", "a1@example.com#2"]


def test_a_text_that_begins_as_an_e_mail_is_read_as_one(tmp_path: Path) -> None:
    assert len(read(tmp_path / "f.txt", HEAD + BODY)) == 2
    assert len(read(tmp_path / "plain", HEAD + BODY)) == 2


@pytest.mark.parametrize(
    "content",
    ["Subject: one header is none\n\nThe export fails", "From: here on\nit got slow: very\n"],
)
def test_a_note_with_a_colon_is_no_e_mail(tmp_path: Path, content: str) -> None:
    assert read(tmp_path / "f.txt", content)[0].startswith("1: ")


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("It crashes.\n\nSent from my phone", ["It crashes."]),
        ("It crashes.\n\n-----Original Message-----\nFrom: A\nold words", ["It crashes."]),
        ("It crashes.\n\nFrom: A Person\nSent: Monday\nTo: B\n\nold words", ["It crashes."]),
        ("> How?\nIt crashes.\n> When?\nAlways.", ["It crashes.", "Always."]),
        ("Thanks for asking, it is slow.", ["Thanks for asking, it is slow."]),
        ("On Monday we wrote: nothing works.", ["On Monday we wrote: nothing works."]),
        ("Am 2. Nov. 2025 um 18:00 schrieb A B:\n> alt", []),
    ],
)
def test_quotes_signatures_and_old_messages_are_left_out(
    tmp_path: Path, body: str, own: list[str]
) -> None:
    if not own:
        with pytest.raises(EmptyFile):
            parsed(tmp_path / "f.eml", HEAD + body)
        return
    assert [part.text for part in signals(tmp_path / "f.eml", HEAD + body)] == own


def test_a_message_of_markup_gives_its_words_and_never_a_script(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.com", "x"
    message.set_content(
        "<style>p{}</style><p>The <b>search</b> is slow.</p><script>alert(1)</script>"
        "<p>Login fails.</p><blockquote>old</blockquote>",
        subtype="html",
    )
    said = signals(tmp_path / "f.eml", message.as_bytes())
    assert [part.text for part in said] == ["The search is slow.", "Login fails."]


def test_an_attachment_is_not_read_as_words(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.com", "x"
    message.set_content("See the file.")
    message.add_attachment(b"secret", maintype="text", subtype="plain", filename="a.txt")
    said = signals(tmp_path / "f.eml", message.as_bytes())
    assert [part.text for part in said] == ["See the file."]


def test_an_e_mail_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        parsed(tmp_path / "f.eml", HEAD)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200), st.sampled_from(["Date", "From", "X"]))
def test_no_header_and_no_body_breaks_it(head: bytes, body: bytes, name: str) -> None:
    lines = (
        b"From: a",
        name.encode() + b": " + head,
        b"Content-Type: multipart/mixed; boundary=x",
        b"\n--x",
        b"Content-Type: text/" + head,
        b"",
        body,
    )
    with suppress(Unreadable):
        mail = read_mail(b"\n".join(lines))
        assert all(mail.text[piece.offset : piece.end] for piece in mail.pieces)


def test_the_offsets_lead_into_the_message(tmp_path: Path) -> None:
    said = signals(tmp_path / "f.eml", HEAD + BODY)
    text = document_text(tmp_path / "f.eml")
    assert text is not None
    assert text.startswith("From: Support lead\nDate: 2025-11-03")
    assert [text[part.offset : part.end] for part in said] == [part.text for part in said]
