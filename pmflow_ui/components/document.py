"""The one way to draw a document: blocks that Python parsed, never Markdown in the browser."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.link import link, outward_link
from pmflow_ui.components.overlay import hover_card
from pmflow_ui.prose import Block, Cell, Line, Span


def _cite(span: ObjectVar[Span]) -> rx.Component:
    chip = link(span.text, href=span.href, class_name="cite")
    card = hover_card(
        chip,
        rx.el.p("“", span.quote, "”"),
        rx.el.div(
            rx.el.span(span.text, class_name="med"),
            rx.el.span(span.customer),
            rx.el.span(span.when, class_name="right"),
            class_name="row sm t3",
        ),
    )
    known = rx.cond(span.quote, card, chip)
    unknown = rx.el.span(span.text, class_name="cite none", title="No such signal here")
    return rx.cond(span.href, known, unknown)


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
            ("strong", rx.el.strong(span.text, class_name="semi")),
            ("em", rx.el.em(span.text)),
            ("code", rx.el.code(span.text)),
            ("link", anchor),
            ("cite", _cite(span)),
            rx.el.span(span.text),
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
            ("h2", rx.el.h2(_spans(block), id=block.anchor)),
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


def document(blocks: rx.Var[list[Block]], class_name: str = "") -> rx.Component:
    """Return a document from the blocks that `prose.parse_document` made of it."""
    return rx.el.article(rx.foreach(blocks, _block), class_name=f"doc {class_name}".strip())
