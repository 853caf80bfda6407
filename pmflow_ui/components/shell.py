"""The frame of every page: navigation on the canvas, work on one inset panel."""

import reflex as rx
from reflex.style import LiteralColorMode, set_color_mode
from reflex.vars import ObjectVar
from reflex_components_core.core.banner import has_connection_errors

from pmflow_ui.components import Text
from pmflow_ui.components.avatar import avatar
from pmflow_ui.components.bell import bell
from pmflow_ui.components.button import link_button
from pmflow_ui.components.double_click import double_click
from pmflow_ui.components.first_run import first_run_strip, framed
from pmflow_ui.components.form import NativeForm
from pmflow_ui.components.icon import icon
from pmflow_ui.components.kbd import kbd
from pmflow_ui.components.link import link
from pmflow_ui.components.nav import FOOT, MAIN, RECORDS, SEARCH, TABS, Item
from pmflow_ui.components.notes import notes
from pmflow_ui.components.overlay import menu, menu_item, menu_line
from pmflow_ui.components.palette import palette
from pmflow_ui.components.placeholder import empty_state, error_state
from pmflow_ui.components.shortcuts import GO, PLACES
from pmflow_ui.guard import NoticeState
from pmflow_ui.state.session import SessionState, WorkspaceLink


def workspace_path(rest: str) -> rx.Var[str]:
    """Return the address of a page of the workspace in view, such as `board`.

    Until the workspace is known it is the page itself, so that a quick click leads nowhere wrong.
    """
    slug = SessionState.workspace_slug
    return rx.cond(slug, rx.Var.create(f"/w/{slug}/{rest}"), "")


def _item(item: Item, here: str) -> rx.Component:
    number = getattr(SessionState.counts, item.counts) if item.counts else None
    shown = rx.fragment()
    if number is not None:
        tone = "n hot" if item.path == "inbox" else "n"
        shown = rx.cond(number, rx.el.span(number, class_name=tone))
    return link(
        icon(item.icon),
        item.label,
        shown,
        href=workspace_path(item.path),
        custom_attrs={"data-go": item.key}
        | ({"aria-current": "page"} if _leads(item, here) else {}),
    )


def _leads(item: Item, here: str) -> bool:
    return item.path.partition("/")[0] == here


def _nav(label: str, items: tuple[Item, ...], here: str) -> rx.Component:
    return rx.el.nav(*(_item(item, here) for item in items), class_name="nav", aria_label=label)


def _switcher() -> rx.Component:
    def line(workspace: ObjectVar[WorkspaceLink]) -> rx.Component:
        return menu_item(
            workspace.name,
            lead=rx.el.span(workspace.mark, class_name="ws-mark"),
            on_select=rx.redirect(f"/w/{workspace.slug}/board"),
        )

    return menu(
        rx.el.button(
            rx.el.span(SessionState.workspace_mark, class_name="ws-mark"),
            rx.el.span(SessionState.workspace_name, class_name="trunc"),
            icon("chevrons-up-down", 12, "right"),
            class_name="ws",
            type="button",
            title="Switch workspace",
        ),
        rx.foreach(SessionState.workspaces, line),
        menu_line(),
        menu_item("All workspaces", lead=icon("layout-grid", 14), on_select=rx.redirect("/")),
        menu_item("New workspace", lead=icon("plus", 14), on_select=rx.redirect("/#new")),
    )


def theme_menu() -> rx.Component:
    """Return the choice of light, dark or as the system says; it survives a reload."""
    modes: tuple[tuple[LiteralColorMode, str, str], ...] = (
        ("light", "Light", "sun"),
        ("dark", "Dark", "moon"),
        ("system", "System", "monitor"),
    )
    return menu(
        rx.el.button(
            icon("sun-moon", 14),
            class_name="btn ghost icon sm",
            type="button",
            aria_label="Theme",
            title="Theme",
        ),
        *(
            menu_item(label, lead=icon(name, 14), on_select=set_color_mode(mode))
            for mode, label, name in modes
        ),
        align="end",
    )


def sign_out_form() -> rx.Component:
    """Return the button that signs out: a native form, because it changes the cookie."""
    return NativeForm.create(
        rx.el.button(
            icon("log-out", 14),
            type="submit",
            class_name="btn ghost icon sm",
            aria_label="Sign out",
            title="Sign out",
        ),
        action="/api/auth/logout",
        method="post",
    )


def _user() -> rx.Component:
    return rx.el.div(
        link(
            avatar(SessionState.user_initials, SessionState.user_name, me=True),
            rx.el.span(SessionState.user_name, class_name="t2 trunc"),
            href="/account",
            class_name="row grow me",
            title="Your account",
        ),
        theme_menu(),
        sign_out_form(),
        class_name="user",
    )


def _live() -> rx.Component:
    workers = SessionState.counts.workers
    return rx.el.div(
        rx.cond(
            has_connection_errors,
            rx.fragment(rx.el.span(class_name="dot warn"), "Reconnecting"),
            rx.fragment(rx.el.span(class_name="dot ok"), "Live"),
        ),
        rx.cond(
            workers,
            rx.el.span(workers, rx.cond(workers == 1, " worker", " workers"), class_name="right"),
        ),
        class_name="live",
        role="status",
    )


def _search_entry() -> rx.Component:
    return rx.fragment(
        rx.el.button(
            icon("search", 14),
            "Search",
            rx.el.span(kbd("⌘"), kbd("K"), class_name="right row side-k"),
            type="button",
            class_name="side-search",
            custom_attrs={"data-palette": ""},
        ),
        # Where G F leads; the button above opens the palette, which leads there too.
        link(
            "Search page",
            href=workspace_path(SEARCH.path),
            class_name="sr",
            tab_index=-1,
            aria_hidden="true",
            custom_attrs={"data-go": SEARCH.key},
        ),
    )


def _side(here: str) -> rx.Component:
    return rx.el.aside(
        _switcher(),
        _search_entry(),
        _nav("Main", MAIN, here),
        _nav("Records", RECORDS, here),
        rx.el.div(
            _nav("Set up", FOOT, here),
            rx.el.div(_operations(), class_name="nav"),
            _live(),
            _user(),
            class_name="side-foot",
        ),
        class_name="side",
        aria_label="Workspace",
    )


def _phone_search() -> rx.Component:
    return rx.el.button(
        icon("search", 16),
        type="button",
        class_name="btn ghost icon only-phone",
        aria_label="Commands and search",
        custom_attrs={"data-palette": ""},
    )


def _tab(item: Item, here: str) -> rx.Component:
    waiting = SessionState.counts.inbox
    pip = rx.cond(waiting, rx.el.span(waiting, class_name="pip")) if item.path == "inbox" else ""
    return link(
        icon(item.icon),
        item.label,
        pip,
        href=workspace_path(item.path),
        custom_attrs={"aria-current": "page"} if _leads(item, here) else {},
    )


def _tabbar(here: str) -> rx.Component:
    more = menu(
        rx.el.button(icon("ellipsis"), "More", type="button", class_name="tab-more"),
        *(
            menu_item(
                item.label,
                lead=icon(item.icon, 14),
                on_select=rx.redirect(workspace_path(item.path)),
            )
            for item in (*MAIN[TABS:], *RECORDS, *FOOT)
        ),
        menu_item("Your account", lead=icon("user", 14), on_select=rx.redirect("/account")),
        align="end",
    )
    return rx.el.nav(
        *(_tab(item, here) for item in MAIN[:TABS]), more, class_name="tabbar", aria_label="Main"
    )


def connection_banner() -> rx.Component:
    """Return the bar that says live updates are interrupted; it goes by itself."""
    return rx.cond(
        has_connection_errors,
        rx.el.div(
            icon("wifi-off", 14),
            "Live updates are interrupted. Reconnecting; what you see may be old.",
            class_name="lost",
            role="status",
        ),
    )


def _refusal_title() -> rx.Var[str]:
    return rx.cond(
        NoticeState.kind == "not_found",
        "Nothing here",
        rx.cond(NoticeState.kind == "permission", "Not for your role", "This did not work"),
    )


def _refusal() -> rx.Component:
    home, title = link_button("Your workspaces", "/"), _refusal_title()
    return rx.fragment(
        rx.match(
            NoticeState.kind,
            ("not_found", empty_state("compass", title, NoticeState.text, home)),
            ("permission", empty_state("lock", title, NoticeState.text, home)),
            error_state(title, NoticeState.text, NoticeState.code, home),
        )
    )


def refusable(content: rx.Component) -> rx.Component:
    """Return the content, or why it cannot be shown."""
    return rx.cond(NoticeState.kind, _refusal(), content)


def shell(
    here: str,
    heading: Text | rx.Component,
    *content: rx.Component,
    actions: rx.Component | None = None,
) -> rx.Component:
    """Return a workspace page: `here` is its nav item and scopes its styles as `.p-<here>`.

    `heading` is its title, or breadcrumbs; `actions` stand at the right of the top bar.
    """
    named = rx.el.h1(heading) if isinstance(heading, str | rx.Var) else heading
    title = rx.cond(NoticeState.kind, rx.el.h1(_refusal_title()), named)
    return rx.el.div(
        rx.el.a("Skip to content", href="#content", class_name="skip"),
        _side(here),
        rx.el.main(
            rx.el.header(
                title,
                rx.el.span(class_name="grow"),
                rx.cond(NoticeState.kind, rx.fragment(), actions or rx.fragment()),
                _phone_search(),
                bell(),
                class_name="top",
            ),
            connection_banner(),
            refusable(rx.fragment(first_run_strip(here), *content)),
            class_name=f"main p-{here}",
            id="content",
        ),
        _tabbar(here),
        notes(),
        double_click(),
        palette(here, [(item, workspace_path(item.path)) for item in (*GO, *PLACES)]),
        class_name=framed(here),
    )


def _operations() -> rx.Component:
    return rx.cond(
        SessionState.is_operator,
        link(icon("server"), "Operations", href="/ops", class_name="ops-link"),
    )


def plain_shell(heading: Text, *content: rx.Component, here: str = "home") -> rx.Component:
    """Return a page outside of any workspace, with the account at the top right.

    `here` scopes its styles as `.p-<here>`.
    """
    return rx.el.div(
        rx.el.header(
            link(brand(), href="/"),
            rx.el.span(class_name="grow"),
            _operations(),
            link(
                SessionState.user_name,
                href="/account",
                class_name="t2 trunc",
                title="Your account",
            ),
            theme_menu(),
            sign_out_form(),
            class_name="top",
        ),
        connection_banner(),
        rx.el.main(
            rx.cond(NoticeState.kind, rx.el.h1(_refusal_title(), class_name="sr")),
            refusable(rx.fragment(rx.el.h1(heading, class_name="h1"), *content)),
            notes(),
            double_click(),
            class_name=f"page p-{here}",
        ),
        class_name="plain",
    )


def brand() -> rx.Component:
    """Return the mark and the name of the product."""
    return rx.el.span(
        rx.el.span(rx.el.i(), rx.el.i(), rx.el.i(), class_name="pm"),
        rx.el.span("pmflow", class_name="semi", style={"fontSize": "15px"}),
        class_name="row brand",
    )
