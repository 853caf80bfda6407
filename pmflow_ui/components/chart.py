"""Charts drawn from shapes that the state computed; each can be read as a table too."""

import reflex as rx
from reflex.vars import ObjectVar

from pmflow_ui.components import Text
from pmflow_ui.components.link import link
from pmflow_ui.state.charts import (
    BASE,
    HEIGHT,
    LEFT,
    WIDTH,
    Chart,
    Key,
    Line,
    Part,
    Rect,
    Share,
    TableRow,
    Tick,
)


def _bar(bar: ObjectVar[Rect]) -> rx.Component:
    return rx.el.rect(
        rx.el.svg.title(bar.words),
        class_name=bar.tone,
        custom_attrs={
            "x": bar.x,
            "y": bar.y,
            "width": bar.width,
            "height": bar.height,
            "rx": "1.5",
        },
    )


def _line(line: ObjectVar[Line]) -> rx.Component:
    return rx.el.g(
        rx.el.svg.title(line.words),
        rx.el.svg.polyline(custom_attrs={"points": line.points}),
        rx.el.circle(custom_attrs={"cx": line.end_x, "cy": line.end_y, "r": "2.5"}),
        rx.el.text(line.label, custom_attrs={"x": str(WIDTH - 22), "y": line.label_y}),
        class_name=line.tone,
    )


def _level(tick: ObjectVar[Tick]) -> rx.Component:
    return rx.el.g(
        rx.el.line(
            class_name="grid",
            custom_attrs={"x1": str(LEFT), "x2": str(WIDTH), "y1": tick.y, "y2": tick.y},
        ),
        rx.el.text(
            tick.text,
            custom_attrs={"x": tick.x, "y": tick.y, "textAnchor": "end", "dy": "4"},
        ),
    )


def _date(tick: ObjectVar[Tick]) -> rx.Component:
    return rx.el.text(tick.text, custom_attrs={"x": tick.x, "y": tick.y, "textAnchor": "middle"})


def _key(key: ObjectVar[Key]) -> rx.Component:
    return rx.el.span(
        rx.el.i(class_name=key.tone),
        rx.el.span(key.label, class_name="trunc"),
        class_name="leg-k",
        title=key.label,
    )


def legend(keys: rx.Var[list[Key]]) -> rx.Component:
    """Return what the colours mean, in the order of the shapes."""
    return rx.el.div(rx.foreach(keys, _key), class_name="leg")


def _table(chart: ObjectVar[Chart], label: str) -> rx.Component:
    def row(each: ObjectVar[TableRow]) -> rx.Component:
        return rx.el.tr(
            rx.el.th(each.head, scope="row"),
            rx.foreach(each.cells, lambda cell: rx.el.td(cell, class_name="num")),
        )

    return rx.el.details(
        rx.el.summary("As a table"),
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(rx.foreach(chart.head, lambda name: rx.el.th(name, scope="col")))
                ),
                rx.el.tbody(rx.foreach(chart.rows, row)),
                aria_label=label,
            ),
            class_name="ch-t",
            tab_index=0,
            role="region",
            aria_label=f"{label}, as a table",
        ),
    )


def over_time(chart: ObjectVar[Chart], label: str, words: Text) -> rx.Component:
    """Return bars or lines over time: `label` names the picture and `words` say what it shows."""
    picture = rx.el.svg(
        rx.el.svg.title(label),
        rx.el.svg.desc(words),
        rx.el.g(rx.foreach(chart.levels, _level), class_name="axis"),
        rx.foreach(chart.bars, _bar),
        rx.el.g(rx.foreach(chart.lines, _line), class_name="lines"),
        rx.el.g(
            rx.foreach(chart.dates, _date),
            rx.el.line(
                class_name="base",
                custom_attrs={"x1": str(LEFT), "x2": str(WIDTH), "y1": str(BASE), "y2": str(BASE)},
            ),
            class_name="axis",
        ),
        role="img",
        class_name="ch-svg",
        custom_attrs={"viewBox": f"0 0 {WIDTH} {HEIGHT}"},
    )
    return rx.fragment(legend(chart.legend), picture, _table(chart, label))


def _part(part: ObjectVar[Part]) -> rx.Component:
    return rx.el.i(class_name=part.tone, title=part.words, style={"width": part.width})


def _share(share: ObjectVar[Share]) -> rx.Component:
    name = rx.cond(
        share.href,
        link(share.label, href=share.href, class_name="link trunc"),
        rx.el.span(share.label, class_name="trunc"),
    )
    return rx.el.li(
        rx.el.span(name, class_name="hb-n"),
        rx.el.span(rx.foreach(share.parts, _part), class_name="hb-b", aria_hidden="true"),
        rx.el.span(share.value, class_name="hb-v tn"),
        key=share.label,
    )


def shares(rows: rx.Var[list[Share]], label: str) -> rx.Component:
    """Return lying bars with their names and values, which read as a list without the bars."""
    return rx.el.ul(rx.foreach(rows, _share), class_name="hb", aria_label=label)
