"""Times as people say them: relative, exact on hover, in the viewer's own zone."""

from typing import Any

import reflex as rx

from pmflow_ui.components import Flag, Text

_SOURCE = rx.asset("moment.jsx", shared=True)


class _Moment(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "Moment"

    at: rx.Var[str]
    exact: rx.Var[bool]
    ago: rx.Var[bool]


def moment(at: Text, *, exact: Flag = False, ago: Flag = False, **props: Any) -> rx.Component:
    """Return a time such as `2 h`, or written out with `exact`; an empty `at` shows nothing.

    With `ago` it is part of a sentence: `2 h ago`, `on 3 Nov`.
    """
    return _Moment.create(at=at, exact=exact, ago=ago, **props)
