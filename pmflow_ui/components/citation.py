"""A citation as a chip that leads to its signal, with the signal's words on hover and focus."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components.glyph import severity_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.link import link
from pmflow_ui.components.moment import moment
from pmflow_ui.components.overlay import hover_card
from pmflow_ui.prose import Span


def _words(span: ObjectVar[Span]) -> rx.Component:
    return rx.el.p(
        span.before,
        rx.cond(span.check == "verbatim", rx.el.mark(span.quote), span.quote),
        span.after,
        class_name="hq",
    )


def _verdict(span: ObjectVar[Span]) -> rx.Component:
    return rx.fragment(
        rx.match(
            span.check,
            (
                "verbatim",
                rx.el.span(icon("check", 12), "Quote is verbatim", class_name="ok row tight"),
            ),
            (
                "altered",
                rx.el.span(icon("x", 12), "Not the signal's words", class_name="bad row tight"),
            ),
            rx.el.span("Cited, not quoted"),
        )
    )


def citation(span: ObjectVar[Span]) -> rx.Component:
    """Return the chip of a citation; one of a signal that does not exist leads nowhere."""
    chip = link(span.text, href=span.href, class_name="cite")
    card = hover_card(
        chip,
        rx.el.div(
            rx.cond(span.severity, severity_glyph(span.severity)),
            rx.el.span(span.text, class_name="med"),
            rx.el.span(span.customer, class_name="t3 trunc"),
            moment(span.when, class_name="t3 right nowrap"),
            class_name="row sm",
        ),
        _words(span),
        rx.el.div(
            _verdict(span),
            link("Open signal", href=span.href, class_name="link right"),
            class_name="row xs t3",
        ),
    )
    known = rx.cond(span.quote, card, chip)
    unknown = rx.el.span(span.text, class_name="cite none", title="No such signal here")
    return rx.cond(span.href, known, unknown)
