"""The page of webhooks: said in plain words, changed by admins only, and no secret in its state."""

import dataclasses
import json
from uuid import UUID

import pytest
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.intake import events
from pmflow_core.integrations.posting import Poster
from pmflow_core.integrations.sending import Sender, send_due
from pmflow_core.settings import get_settings
from pmflow_ui.state.webhooks import WebhooksState
from pmflow_ui.state.webhooks_out import OutgoingState
from tests.core.integrations.receiver import HERE, receiver
from tests.ui.tab import Tab, as_member, make_acme, words

PAGE = "/w/acme/settings/webhooks"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


def opened(actor: Actor) -> Tab:
    tab = Tab(actor, PAGE)
    tab.send(WebhooksState, "load")
    tab.send(OutgoingState, "enter")
    return tab


def test_slack_is_set_up_tried_and_seen(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(WebhooksState, "create", "slack")
    state = tab.state(WebhooksState)
    assert (state.card.is_on, state.card.state) == (False, "Off until its secret is set")
    assert words(tab.send(WebhooksState, "send_test", state.card.id)) == [
        "The endpoint is off: switch it on, or set its secret first."
    ]
    tab.send(WebhooksState, "set_secret", {"secret": SECRET})
    assert state.card.is_on
    tab.send(WebhooksState, "send_test", state.card.id)
    assert state.opened.state == "Waits for a worker"
    events.process_workspace(acme.workspace_id)
    tab.send(WebhooksState, "refresh")
    assert (state.opened.state, state.opened.reason) == ("Arrived", "It would make 1 signal.")
    assert [line.about for line in state.log] == ["Sample"]


def test_settings_are_saved_as_they_are_typed(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(WebhooksState, "create", "github")
    form = {"name": "Repository", "labels": "bug, feedback ,", "comments": "off"}
    assert words(tab.send(WebhooksState, "save", form))
    state = tab.state(WebhooksState)
    assert (state.card.name, state.values["labels"]) == ("Repository", "bug, feedback")
    assert state.values["comments"] == "off"
    assert words(tab.send(WebhooksState, "save", {**form, "name": ""})) == [
        "An endpoint's name has 1 to 80 printable characters."
    ]


def test_what_other_kinds_have_is_left_out_of_what_a_browser_sends(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(WebhooksState, "create", "github")
    form = {"name": "Repository", "labels": "bug", "comments": "on", "channels": None}
    assert words(tab.send(WebhooksState, "save", form)) == [
        "Saved. It counts for what comes from now on."
    ]


def test_a_closed_address_comes_back_with_undo(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(WebhooksState, "create", "signals")
    state = tab.state(WebhooksState)
    made = state.card.id
    assert words(tab.send(WebhooksState, "close", made)) == ["The address is closed."]
    assert (state.rows, state.card.id) == ([], "")
    tab.send(WebhooksState, "restore", made)
    assert [row.id for row in state.rows] == [made]


def test_a_webhook_is_made_tried_and_sent_again(acme: Actor) -> None:
    tab = opened(acme)
    state = tab.state(OutgoingState)
    with receiver() as there:
        form = {"hook_name": "Release bot", "hook_url": there.url}
        tab.send(OutgoingState, "create", form)
        assert state.error == "Choose at least one event."
        tab.send(OutgoingState, "create", {**form, "run.failed": "on", "project.moved": "on"})
        [hook] = state.rows
        assert (hook.name, hook.events) == ("Release bot", "project.moved, run.failed")
        tab.send(OutgoingState, "send_test", hook.id)
        sender = Sender(Poster(HERE), get_settings().secrets(), lanes=1)
        assert send_due(acme.workspace_id, sender) == 1
        tab.send(OutgoingState, "refresh")
        assert state.opened.state == "Delivered"
        assert [each.result for each in state.opened.tries] == ["Answered 204"]
        tab.send(OutgoingState, "redeliver", state.opened.id)
        assert send_due(acme.workspace_id, sender) == 1
        tab.send(OutgoingState, "refresh")
        assert len(state.opened.tries) == 2
    tab.send(OutgoingState, "enable", hook.id, False)
    assert (state.rows[0].is_on, state.rows[0].state) == (False, "An admin switched it off.")
    tab.send(OutgoingState, "delete", hook.id)
    tab.send(OutgoingState, "restore", hook.id)
    assert len(state.rows) == 1


def test_no_secret_is_in_what_the_browser_or_redis_holds(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(WebhooksState, "create", "slack")
    tab.send(WebhooksState, "set_secret", {"secret": SECRET})
    tab.send(WebhooksState, "create", "signals")
    tab.send(OutgoingState, "create", {"hook_url": "https://x.example", "run.failed": "on"})
    held = [tab.state(WebhooksState), tab.state(OutgoingState)]
    text = json.dumps(
        [[vars(state).get("_backend_vars"), dict(state.dict())] for state in held],
        default=lambda value: (
            dataclasses.asdict(value) if dataclasses.is_dataclass(value) else str(value)
        ),
    )
    assert "https://x.example" in text
    assert SECRET not in text
    assert "sealed" not in text
    assert "whsec_" not in text.replace("secret#whsec_", "")


def test_members_see_everything_and_change_nothing(acme: Actor) -> None:
    opened(acme).send(WebhooksState, "create", "signals")
    tab = opened(as_member(acme, Role.EDITOR))
    [row] = tab.state(WebhooksState).rows
    for state, name, given in (
        (WebhooksState, "create", ("slack",)),
        (WebhooksState, "close", (row.id,)),
        (WebhooksState, "enable", (row.id, False)),
        (WebhooksState, "send_test", (row.id,)),
        (WebhooksState, "set_secret", ({"secret": SECRET},)),
        (OutgoingState, "create", ({"hook_url": "https://x.example", "run.failed": "on"},)),
        (OutgoingState, "delete", (UUID(int=1),)),
    ):
        assert "needs the role admin" in words(tab.send(state, name, *given))[0]
    with transaction(acme.workspace_id) as session:
        assert events.list_events(session, acme) == []
