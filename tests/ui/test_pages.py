"""Every page is drawn, and every page's loading events need at least the page's permission."""

import pytest

from pmflow_core.accounts.actor import Role
from pmflow_ui.access import MARK, Access
from pmflow_ui.routes import ROUTES, Route, loading_events


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_the_page_can_be_drawn(route: Route) -> None:
    assert str(route.page().render())


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_what_loads_a_page_needs_a_permission_of_the_page_kind(route: Route) -> None:
    for handler in loading_events(route):
        permission = getattr(handler.fn, MARK)
        if route.permission is Access.ANYONE:
            assert permission is Access.ANYONE
        elif isinstance(route.permission, Role):
            assert isinstance(permission, Role)
        else:
            assert permission in (Access.SIGNED_IN, Access.OPERATOR)


def test_an_address_is_given_once() -> None:
    paths = [route.path for route in ROUTES]
    assert len(paths) == len(set(paths))
