"""The glyphs of run state and severity: each has its own shape, so that it reads without colour."""

from collections.abc import Mapping

import reflex as rx

from pmflow_ui.components import Text


def _circle(**attributes: str) -> rx.Component:
    return rx.el.circle(custom_attrs={"cx": "8", "cy": "8", "r": "6", **attributes})


def _path(d: str, class_name: str = "") -> rx.Component:
    return rx.el.path(d=d, class_name=class_name)


def _solid(d: str) -> list[rx.Component]:
    disc = rx.el.circle(class_name="solid", custom_attrs={"cx": "8", "cy": "8", "r": "7"})
    return [disc, _path(d, "inv")]


def _state_shapes() -> Mapping[str, list[rx.Component]]:
    return {
        "queued": [_circle(strokeDasharray="2.2 2.5")],
        "running": [_circle(opacity=".28"), _path("M8 2a6 6 0 0 1 6 6", "arc")],
        "waiting": [_circle(), _path("M6.5 6v4M9.5 6v4")],
        "completed": _solid("m5.2 8.2 2 2 3.8-4.2"),
        "failed": _solid("M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"),
        "blocked": [_circle(), _path("M8 5v3.5M8 10.9v.1")],
        "cancelled": [_circle(), _path("m4 12 8-8")],
        "todo": [_circle()],
    }


def _bar(x: str, y: str, height: str, *, lit: bool) -> rx.Component:
    return rx.el.rect(
        class_name="a" if lit else "",
        custom_attrs={"x": x, "y": y, "width": "3", "height": height, "rx": "1"},
    )


def _bars(lit: int) -> list[rx.Component]:
    places = (("1", "9", "4"), ("5.5", "5.5", "7.5"), ("10", "2", "11"))
    return [_bar(*place, lit=index < lit) for index, place in enumerate(places)]


def _severity_shapes() -> Mapping[str, list[rx.Component]]:
    alarm = rx.el.rect(class_name="bg", custom_attrs={"width": "14", "height": "14", "rx": "3.5"})
    return {
        "critical": [alarm, _path("M7 3.5v4M7 10.3v.1")],
        "high": _bars(3),
        "medium": _bars(2),
        "low": _bars(1),
    }


def _svg(kind: str, name: str, label: str, box: int, shapes: list[rx.Component]) -> rx.Component:
    return rx.el.svg(
        *shapes,
        class_name=f"{kind} {name}",
        role="img",
        custom_attrs={"viewBox": f"0 0 {box} {box}", "aria-label": label},
    )


def _choose(value: Text, drawn: Mapping[str, rx.Component], default: str) -> rx.Component:
    if isinstance(value, str):
        return drawn[value]
    return rx.fragment(rx.match(value, *drawn.items(), drawn[default]))


def state_glyph(state: Text) -> rx.Component:
    """Return the glyph of a run state: queued, running, waiting, completed, failed, cancelled.

    `blocked` (a rule refuses) and `todo` (not begun) are drawn too.
    """
    drawn = {name: _svg("st", name, name, 16, shapes) for name, shapes in _state_shapes().items()}
    return _choose(state, drawn, "todo")


def severity_glyph(severity: Text) -> rx.Component:
    """Return the glyph of a severity: critical, high, medium or low."""
    drawn = {
        name: _svg("sev", name, f"{name} severity", 14, shapes)
        for name, shapes in _severity_shapes().items()
    }
    return _choose(severity, drawn, "low")
