"""A document as it is read: outline with coverage, the text with its evidence, the history."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.button import icon_button
from pmflow_ui.components.comments import comments
from pmflow_ui.components.document import document
from pmflow_ui.components.glyph import state_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.keys import key, keys
from pmflow_ui.components.link import link
from pmflow_ui.components.meter import progress, ticks
from pmflow_ui.components.moment import moment
from pmflow_ui.components.person import person_mark
from pmflow_ui.components.placeholder import skeleton_rows
from pmflow_ui.components.shell import shell
from pmflow_ui.pages.document_diff import diff_view
from pmflow_ui.pages.document_edit import edit_view
from pmflow_ui.state.document import DocumentState
from pmflow_ui.state.document_rows import OutlineLine, VersionLine
from pmflow_ui.state.project_rows import EarlierLine
from pmflow_ui.state.session import SessionState


def _outline_line(line: ObjectVar[OutlineLine]) -> rx.Component:
    return rx.el.a(
        rx.el.span(line.name, class_name="grow trunc"),
        rx.cond(line.ticks, ticks(line.ticks, line.label)),
        href=line.href,
        class_name="o",
    )


def _evidence_meter() -> rx.Component:
    head = DocumentState.head
    quotes = rx.cond(
        DocumentState.faults,
        rx.el.p("A quotation or citation fails", class_name="xs bad"),
        rx.el.p("Every quotation is verbatim", class_name="xs t3"),
    )
    return rx.el.div(
        rx.el.div(
            rx.el.span("Evidence", class_name="t2"),
            rx.el.span(f"{head.percent}%", class_name=rx.cond(head.weak, "warn", "ok")),
            class_name="row sm spread tn med",
        ),
        rx.el.div(
            progress(head.percent, "Claims cited"), class_name=rx.cond(head.weak, "weak", "")
        ),
        rx.el.p(head.coverage, class_name="xs t3"),
        quotes,
        class_name="ocov",
    )


def _outline() -> rx.Component:
    return rx.el.nav(
        rx.el.div("Sections", class_name="sect-h"),
        rx.foreach(DocumentState.outline, _outline_line),
        _evidence_meter(),
        class_name="outline no-phone",
        aria_label="Sections",
    )


def _faults() -> rx.Component:
    def fault(text: rx.Var[str]) -> rx.Component:
        return rx.el.li(text)

    return rx.cond(
        DocumentState.faults,
        rx.el.div(
            state_glyph("blocked"),
            rx.el.div(
                rx.el.b("A quotation or citation cannot stand."),
                rx.el.ul(rx.foreach(DocumentState.faults, fault)),
            ),
            class_name="faults",
            role="alert",
        ),
    )


def _older() -> rx.Component:
    head = DocumentState.head
    return rx.cond(
        head.is_latest,
        rx.fragment(),
        rx.el.div(
            icon("history", 14),
            rx.el.span(f"This is version {head.version}. "),
            link(f"Read {head.newest}, the newest", href=head.href, class_name="link"),
            class_name="older",
        ),
    )


def _earlier() -> rx.Component:
    def line(row: ObjectVar[EarlierLine]) -> rx.Component:
        return link(row.label, href=row.href, class_name="link listed")

    return rx.cond(
        DocumentState.earlier,
        rx.el.div(
            icon("history", 14),
            rx.el.span(
                "Another stage wrote this document before, and that text is kept: ",
                rx.foreach(DocumentState.earlier, line),
            ),
            class_name="older",
        ),
    )


def _byline() -> rx.Component:
    head = DocumentState.head
    return rx.el.p(
        f"Version {head.version}, written by {head.author}",
        rx.cond(head.stage, f" in {head.stage}", ""),
        rx.cond(head.model, f", {head.model}", ""),
        ", ",
        moment(head.at, exact=True),
        rx.el.span(f" · {head.sha}", class_name="mono"),
        class_name="t3 sm by",
    )


def _onward() -> rx.Component:
    head = DocumentState.head
    return rx.el.p(
        link(f"Back to {head.key}", href=head.project_href, class_name="link"),
        ", which says what comes next.",
        class_name="t3 sm onward",
    )


def _version(line: ObjectVar[VersionLine]) -> rx.Component:
    compare = link(
        "Compare", href=line.diff_href, class_name="link sm cmp", aria_label=f"Compare {line.label}"
    )
    return rx.el.li(
        rx.el.span(
            link(rx.el.b(line.label), href=line.href, class_name="cover"),
            rx.cond(line.approved, rx.el.span("Approved", class_name="chip s-completed")),
            moment(line.at, class_name="t3 sm right"),
            class_name="row",
        ),
        rx.el.span(
            person_mark(line.author),
            rx.el.span(line.author.name, class_name="trunc grow"),
            rx.cond(line.here, rx.fragment(), compare),
            class_name="sm t2 row",
        ),
        rx.cond(line.origin, rx.el.span(line.origin, class_name="t3 sm trunc")),
        class_name=rx.cond(line.here, "on", ""),
        key=line.label,
    )


def _versions() -> rx.Component:
    head = DocumentState.head
    since = link(
        f"What changed since v{head.approved}, approved",
        href=f"{head.href}?version={head.version}&diff={head.approved}",
        class_name="link sm since",
    )
    return rx.el.aside(
        rx.el.div("Versions", class_name="sect-h"),
        rx.cond(head.approved, since),
        rx.el.ol(rx.foreach(DocumentState.versions, _version), class_name="vers"),
        comments(),
        class_name="vrail",
        aria_label="Versions and comments",
    )


def _read() -> rx.Component:
    text = rx.el.div(
        _older(),
        _earlier(),
        _faults(),
        _byline(),
        document(DocumentState.blocks),
        _onward(),
        class_name="prose",
    )
    return rx.el.div(_outline(), text, _versions(), class_name="doc-read")


def _crumb() -> rx.Component:
    head = DocumentState.head
    return rx.el.div(
        link(head.key, href=head.project_href),
        rx.el.span("/", class_name="sep"),
        rx.el.h1(head.title, class_name="trunc"),
        rx.el.span(head.chip, class_name=f"chip {head.chip_class} no-phone"),
        class_name="crumb",
    )


def _modes() -> rx.Component:
    head = DocumentState.head
    version, latest = head.version.to(int), head.latest.to(int)
    previous = rx.cond(version > 1, version - 1, latest)
    shown = rx.cond(head.is_latest, "", f"&version={head.version}")
    compare = f"{head.href}?diff={previous}{shown}"

    def mode(name: str, label: str, href: rx.Var[str] | str, letter: str) -> rx.Component:
        here = rx.cond(DocumentState.mode == name, "page", "false")
        return link(label, href=href, custom_attrs={"aria-current": here, **key(letter)})

    return rx.el.nav(
        mode("read", "Read", head.href, "r"),
        rx.cond(SessionState.can_edit, mode("edit", "Edit", f"{head.href}?view=edit", "e")),
        rx.cond(latest > 1, mode("diff", "Diff", compare, "d")),
        class_name="seg",
        aria_label="View",
    )


def _actions() -> rx.Component:
    here = rx.Var("window.location.href", _var_type=str)
    return rx.fragment(
        _modes(),
        icon_button(
            "download", "Download Markdown", class_name="no-phone", on_click=DocumentState.download
        ),
        icon_button(
            "printer",
            "Print, or save as PDF",
            class_name="no-phone",
            on_click=rx.run_script("window.print()"),
        ),
        icon_button("link", "Copy link", class_name="no-phone", on_click=rx.set_clipboard(here)),
    )


def document_page() -> rx.Component:
    """Return the page of the document in the address."""
    view = rx.match(DocumentState.mode, ("diff", diff_view()), ("edit", edit_view()), _read())
    return shell(
        "document",
        _crumb(),
        rx.cond(DocumentState.ready, rx.fragment(view), skeleton_rows(14)),
        keys(),
        actions=rx.cond(DocumentState.ready, _actions()),
    )
