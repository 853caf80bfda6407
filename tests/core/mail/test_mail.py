"""Mail: written with its cause, handed over by a worker, tried again, and its text forgotten."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, delete, func, select, update
from sqlmodel import col

from pmflow_core import jobs
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.mail import delivery, service, setup
from pmflow_core.mail.models import Mail, MailStatus
from pmflow_core.mail.smtp import MailServerAway, hand_over, server_at
from pmflow_core.settings import Settings
from tests.fakes.smtp_server import MailBox, mailbox

LINK = "http://localhost:8000/reset/a-secret"


@pytest.fixture
def box() -> Iterator[MailBox]:
    """A mail server."""
    with mailbox() as box:
        yield box


def use(url: str | None, folder: Path) -> None:
    values: dict[str, object] = {"data_dir": folder, "secret_key": SecretStr("a secret of tests")}
    if url is not None:
        values["smtp_url"] = SecretStr(url)
    setup.configure(Settings.model_validate(values))


@pytest.fixture(autouse=True)
def no_mail_afterwards() -> Iterator[None]:
    """Leave the process as it was: it sends none."""
    yield
    setup.configure(None)


@pytest.fixture
def on(connection: Connection, box: MailBox, tmp_path: Path) -> MailBox:
    """Have mail sent to the box."""
    del connection
    use(box.url, tmp_path)
    return box


def write(to: str = "lead@example.com", *, useless_in: timedelta | None = None) -> None:
    until = None if useless_in is None else utcnow() + useless_in
    with transaction(None) as session:
        service.send(session, to, "A new password", f"Open {LINK}", useless_after=until)


def stored() -> list[Mail]:
    with transaction(None) as session:
        return list(session.scalars(select(Mail).order_by(col(Mail.id))))


def make_due() -> None:
    with transaction(None) as session:
        session.execute(update(Mail).values(due_at=func.now()))


def test_a_mail_arrives_as_it_was_written_and_its_text_is_forgotten(on: MailBox) -> None:
    write()
    (waiting,) = stored()
    assert LINK not in waiting.sealed_text

    assert delivery.deliver() == 1

    (taken,) = on.taken
    assert (taken["To"], taken["Subject"]) == ("lead@example.com", "A new password")
    assert taken["From"] == "pmflow@localhost"
    assert taken.get_content().strip() == f"Open {LINK}"
    (sent,) = stored()
    assert (sent.status, sent.sealed_text) == (MailStatus.SENT, "")
    assert sent.sent_at is not None


def test_a_mail_is_sent_once_however_often_somebody_looks(on: MailBox) -> None:
    write()
    assert [delivery.deliver(), delivery.deliver()] == [1, 0]
    assert len(on.taken) == 1


def test_a_mail_whose_cause_is_rolled_back_is_none(on: MailBox) -> None:
    with transaction(None) as session:
        service.send(session, "lead@example.com", "A new password", "text")
        session.rollback()
    assert delivery.deliver() == 0
    assert on.taken == []


def test_without_a_server_nothing_is_written_and_the_caller_is_told(
    connection: Connection, tmp_path: Path
) -> None:
    del connection
    use(None, tmp_path)
    assert not service.is_on()
    with pytest.raises(setup.MailUnavailable), transaction(None) as session:
        service.send(session, "lead@example.com", "A new password", "text")
    assert stored() == []


def test_a_line_break_begins_no_header_of_its_own(on: MailBox) -> None:
    with transaction(None) as session:
        service.send(session, "a@example.com", "Join\r\nBcc: all@example.com", "text")
    delivery.deliver()
    assert on.taken[0]["Subject"] == "Join Bcc: all@example.com"
    assert on.taken[0]["Bcc"] is None


def test_a_mail_refused_for_good_is_given_up_and_its_text_forgotten(on: MailBox) -> None:
    on.replies["RCPT"] = "550 no such mailbox"
    write()
    delivery.deliver()
    (mail,) = stored()
    assert (mail.status, mail.sealed_text) == (MailStatus.FAILED, "")
    assert "no such mailbox" in (mail.error or "")


def test_a_mail_refused_for_now_is_tried_again_with_the_same_message_id(on: MailBox) -> None:
    on.replies["END"] = "451 try later"
    write()
    delivery.deliver()
    (mail,) = stored()
    assert (mail.status, mail.attempts) == (MailStatus.PENDING, 1)
    assert mail.due_at > utcnow()

    on.replies.clear()
    make_due()
    assert delivery.deliver() == 1
    first, second = on.taken
    assert first["Message-ID"] == second["Message-ID"]


def test_while_the_server_is_away_it_is_asked_once_for_all_mails(on: MailBox) -> None:
    on.replies["EHLO"] = on.replies["HELO"] = "421 closing"
    write("a@example.com")
    write("b@example.com")

    assert delivery.deliver() == 0
    assert on.verbs.count("EHLO") == 1
    assert all(mail.due_at > utcnow() for mail in stored())
    assert {mail.status for mail in stored()} == {MailStatus.PENDING}


def test_a_mail_that_would_come_too_late_is_not_sent(on: MailBox) -> None:
    write(useless_in=timedelta(seconds=-1))
    assert delivery.deliver() == 0
    assert [mail.status for mail in stored()] == [MailStatus.FAILED]
    assert on.taken == []


def test_a_mail_that_ended_its_process_with_every_try_is_given_up(on: MailBox) -> None:
    write()
    with transaction(None) as session:
        session.execute(update(Mail).values(attempts=delivery.MAX_ATTEMPTS))
    assert delivery.deliver() == 0
    assert [mail.status for mail in stored()] == [MailStatus.FAILED]
    assert on.taken == []


def test_after_the_secret_key_changed_a_waiting_mail_is_given_up(
    on: MailBox, tmp_path: Path
) -> None:
    write()
    setup.configure(
        Settings.model_validate({"data_dir": tmp_path, "secret_key": "another", "smtp_url": on.url})
    )
    assert delivery.deliver() == 0
    assert [mail.status for mail in stored()] == [MailStatus.FAILED]


def test_mails_that_ended_are_forgotten_after_a_week(on: MailBox) -> None:
    write()
    delivery.deliver()
    write()
    with transaction(None) as session:
        session.execute(update(Mail).values(created_at=utcnow() - timedelta(days=8)))
        service.forget_old(session)
    assert [mail.status for mail in stored()] == [MailStatus.PENDING]
    assert len(on.taken) == 1


def test_many_workers_at_once_send_each_mail_once(
    database: Engine, box: MailBox, tmp_path: Path
) -> None:
    jobs.configure(None)
    configure(database)
    use(box.url, tmp_path)
    for number in range(20):
        write(f"p{number}@example.com")
    try:
        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(lambda _: delivery.deliver(), range(6))) == 20
    finally:
        with transaction(None) as session:
            session.execute(delete(Mail))
    assert len({mail["To"] for mail in box.taken}) == len(box.taken) == 20


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "user", "password"),
    [
        ("smtp://mail.example.com", "smtp", "mail.example.com", 25, "", ""),
        ("starttls://a%40b.example:p%2Fw@mail.example", "starttls", "mail.example", 587,
         "a@b.example", "p/w"),
        ("smtps://u:p2w@mail.example:4650", "smtps", "mail.example", 4650, "u", "p2w"),
    ],
)  # fmt: skip
def test_an_address_says_how_and_where_mail_is_handed_over(
    url: str, scheme: str, host: str, port: int, user: str, password: str
) -> None:
    server = server_at(url)
    assert (server.scheme, server.host, server.port) == (scheme, host, port)
    assert (server.user, server.password) == (user, password)
    assert password not in repr(server) or not password


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_what_is_no_mail_server_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="smtp"):
        Settings.model_validate({"smtp_url": url})


def test_a_password_goes_to_a_server_on_this_machine_and_to_no_other_in_clear(
    box: MailBox,
) -> None:
    near = server_at(f"smtp://user:word@127.0.0.1:{box.port}")
    message = delivery.message_of(
        Mail(recipient="a@example.com", subject="s", sealed_text="", due_at=utcnow()),
        "text",
        "pmflow@example.com",
    )
    hand_over(near, message)
    assert "AUTH" in box.verbs

    with pytest.raises(MailServerAway):
        hand_over(server_at(f"starttls://user:word@127.0.0.1:{box.port}"), message)
    assert box.verbs.count("AUTH") == 1


def test_a_server_that_nobody_runs_is_away(box: MailBox) -> None:
    port = box.port
    box.stop()
    message = delivery.message_of(
        Mail(recipient="a@example.com", subject="s", sealed_text="", due_at=utcnow()),
        "text",
        "pmflow@example.com",
    )
    with pytest.raises(MailServerAway):
        hand_over(server_at(f"smtp://127.0.0.1:{port}"), message)
