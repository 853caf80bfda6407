"""The one way to draw a document: blocks that Python parsed, never Markdown in the browser."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.citation import citation
from pmflow_ui.components.comments import section_comments
from pmflow_ui.components.link import link, outward_link
from pmflow_ui.components.meter import ticks
from pmflow_ui.prose import Block, Cell, Line, Span


def _span(span: ObjectVar[Span]) -> rx.Component:
    inside = span.href.startswith("/") | span.href.startswith("#")
    anchor = rx.cond(
        inside,
        link(span.text, href=span.href, class_name="link"),
        outward_link(span.text, href=span.href),
    )
    return rx.fragment(
        rx.match(
            span.kind,
            (
                "strong",
                rx.el.strong(span.text, class_name=rx.cond(span.uncited, "semi unc", "semi")),
            ),
            ("em", rx.el.em(span.text, class_name=rx.cond(span.uncited, "unc", ""))),
            ("code", rx.el.code(span.text)),
            ("link", anchor),
            ("cite", citation(span)),
            rx.el.span(span.text, class_name=rx.cond(span.uncited, "unc", "")),
        )
    )


def _spans(block: ObjectVar[Block]) -> rx.Component:
    return rx.foreach(block.spans, _span)


def _table(block: ObjectVar[Block]) -> rx.Component:
    def cell(item: ObjectVar[Cell], head: rx.Var[bool]) -> rx.Component:
        inner = rx.foreach(item.spans, _span)
        return rx.cond(head, rx.el.th(inner, scope="col"), rx.el.td(inner))

    def row(line: ObjectVar[Line], index: rx.Var[int]) -> rx.Component:
        return rx.el.tr(rx.foreach(line.cells, lambda item: cell(item, index == 0)))

    return rx.el.div(
        rx.el.table(rx.el.tbody(rx.foreach(block.rows, row))),
        class_name="scroll",
        tab_index=0,
    )


def _section_head(block: ObjectVar[Block]) -> rx.Component:
    share = rx.el.span(
        ticks(block.ticks, block.coverage),
        rx.el.span(block.coverage, class_name="tn"),
        class_name="cov",
    )
    return rx.el.h2(
        rx.el.span(_spans(block)),
        rx.cond(block.text, section_comments(block.text)),
        rx.cond(block.coverage, share),
        id=block.anchor,
        class_name="dh",
    )


def _block(block: ObjectVar[Block]) -> rx.Component:
    item = rx.el.div(
        rx.el.span(block.mark),
        rx.el.div(_spans(block)),
        class_name="li",
        style={"marginLeft": f"calc({block.indent} * 20px)"},
    )
    return rx.fragment(
        rx.match(
            block.kind,
            ("h1", rx.el.h1(_spans(block), id=block.anchor)),
            ("h2", _section_head(block)),
            ("h3", rx.el.h3(_spans(block), id=block.anchor)),
            ("h4", rx.el.h4(_spans(block), id=block.anchor)),
            ("li", item),
            ("quote", rx.el.blockquote(_spans(block), class_name="q")),
            ("code", rx.el.pre(block.text, tab_index=0)),
            ("table", _table(block)),
            ("rule", rx.el.hr()),
            rx.el.p(_spans(block)),
        )
    )


def document(blocks: rx.Var[Sequence[Block]], class_name: str = "") -> rx.Component:
    """Return a document from the blocks that `prose.parse_document` made of it."""
    return rx.el.article(rx.foreach(blocks, _block), class_name=f"doc {class_name}".strip())
