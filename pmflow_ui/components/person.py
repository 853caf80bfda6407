"""A person or a program as a mark, from a state's `Person`."""

from typing import Any

import reflex as rx

from pmflow_ui.components.avatar import avatar, bot_avatar


def person_mark(person: Any) -> rx.Component:
    """Return the round mark of whoever it is; nothing for nobody.

    `person` is a Var of `Person`, which as a part of a row has no narrower type.
    """
    human = avatar(person.letters, person.name, me=person.mine)
    return rx.cond(person.bot, bot_avatar(), rx.cond(person.letters, human))
