"""The palette of commands and search (⌘K), and the sheet of all keys (?)."""

from collections.abc import Sequence

import reflex as rx
from reflex.event import no_args_event_spec
from reflex.vars import ObjectVar

from pmflow_ui.components.button import icon_button
from pmflow_ui.components.glyph import severity_glyph
from pmflow_ui.components.icon import icon
from pmflow_ui.components.kbd import kbd
from pmflow_ui.components.link import link
from pmflow_ui.components.nav import Item
from pmflow_ui.components.overlay import dialog
from pmflow_ui.components.shortcuts import EVERYWHERE, GO, PAGES, PLACES, Command, commands
from pmflow_ui.state.palette import Line, PaletteState, Section
from pmflow_ui.state.search_rows import Piece
from pmflow_ui.state.session import SessionState

_SOURCE = rx.asset("palette.jsx", shared=True)
# What the script above imports, and hands on, so that both are one module.
rx.asset("palette_acts.jsx", shared=True)
_ICONS = ("message-square", "shapes", "square-kanban", "file-text", "play")


def _paths(paths: rx.Var[list[str]]) -> list[rx.Var[list[str]]]:
    return [paths]


def _flag(flag: rx.Var[bool]) -> list[rx.Var[bool]]:
    return [flag]


class _Palette(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "Palette"

    opened: rx.Var[bool]
    answered: rx.Var[str]
    on_open: rx.EventHandler[_paths]
    on_sheet: rx.EventHandler[no_args_event_spec]
    on_close: rx.EventHandler[_flag]


class _Acts(rx.NoSSRComponent):
    library = f"$/public{_SOURCE}"
    tag = "PaletteActs"


def _option(words: str = "", **more: str) -> dict[str, str]:
    told = {"data-words": words.lower()} if words else {}
    return {"data-cmd": "", "aria-selected": "false", **told, **more}


def _section(title: str | rx.Var[str], body: rx.Component, *, narrows: bool) -> rx.Component:
    return rx.el.div(
        rx.el.div(title, class_name="pal-h"),
        body,
        role="group",
        aria_label=title,
        custom_attrs={"data-commands": ""} if narrows else {},
    )


def _command(command: Command) -> rx.Component:
    line = rx.el.div(
        icon(command.icon, 14, "t3"),
        rx.el.span(command.label, class_name="grow trunc"),
        kbd(command.cap),
        id=f"cmd-{command.key}",
        role="option",
        class_name="pal-l",
        custom_attrs=_option(command.label, **{"data-press": command.key}),
    )
    return rx.cond(SessionState.can_edit, line) if command.writes else line


def _place(item: Item, path: rx.Var[str], *, typed: bool = False) -> rx.Component:
    keys = [kbd("G"), kbd(item.key.upper())] if item.key else []
    label = f"Settings: {item.label}" if typed else item.label
    more = {"data-typed": ""} if typed else {}
    line = link(
        icon(item.icon, 14, "t3"),
        rx.el.span(label, class_name="grow trunc"),
        *keys,
        href=path,
        id=f"cmd-{item.path.replace('/', '-')}",
        role="option",
        tab_index=-1,
        class_name="pal-l",
        custom_attrs=_option(f"go to {label}", **more),
    )
    return rx.cond(SessionState.can_admin, line) if item.admin else line


def _piece(piece: ObjectVar[Piece]) -> rx.Component:
    return rx.cond(piece.marked, rx.el.mark(piece.text), rx.fragment(piece.text))


def _line(line: ObjectVar[Line]) -> rx.Component:
    glyph = rx.match(line.icon, *((name, icon(name, 14, "t3")) for name in _ICONS), rx.fragment())
    return link(
        rx.cond(line.severity, severity_glyph(line.severity), glyph),
        rx.el.span(
            rx.cond(line.lead, rx.el.span(line.lead, " ", class_name="t3")),
            rx.foreach(line.pieces, _piece),
            class_name="grow trunc",
        ),
        rx.el.span(line.note, class_name="t3 sm trunc pal-n"),
        key=line.id,
        id=line.id,
        href=line.href,
        role="option",
        tab_index=-1,
        class_name="pal-l",
        custom_attrs=_option(),
    )


def _found(section: ObjectVar[Section]) -> rx.Component:
    return _section(section.title, rx.foreach(section.lines, _line), narrows=False)


def _everything() -> rx.Component:
    line = link(
        icon("search", 14, "t3"),
        rx.el.span("Everything that matches “", PaletteState.q, "”", class_name="grow trunc"),
        href=PaletteState.everything,
        id="cmd-everything",
        role="option",
        tab_index=-1,
        class_name="pal-l",
        custom_attrs=_option(),
    )
    return rx.cond(PaletteState.everything, line)


def _asked() -> rx.Component:
    return rx.el.div(
        icon("search", 16, "t3"),
        rx.el.input(
            id="palette-q",
            role="combobox",
            placeholder="Type a command, a key such as S-12, or words",
            aria_label="Command or search",
            aria_controls="palette-list",
            aria_expanded="true",
            aria_autocomplete="list",
            auto_complete="off",
            spell_check=False,
            auto_focus=True,
            max_length=500,
            on_change=PaletteState.ask,
        ),
        kbd("Esc"),
        rx.dialog.close(icon_button("x", "Close", class_name="only-phone")),
        class_name="pal-q",
    )


def _hints() -> rx.Component:
    return rx.el.div(
        rx.el.span(kbd("↑"), kbd("↓"), "move"),
        rx.el.span(kbd("↵"), "open"),
        rx.el.span(kbd("⌘"), kbd("↵"), "new tab"),
        rx.el.span(rx.el.b(">"), " commands only", class_name="right"),
        class_name="pal-f no-phone",
    )


def _places(path: Sequence[tuple[Item, rx.Var[str]]]) -> rx.Component:
    keys = rx.el.div(
        icon("keyboard", 14, "t3"),
        rx.el.span("Show all keys", class_name="grow"),
        kbd("?"),
        id="cmd-keys",
        role="option",
        class_name="pal-l",
        custom_attrs=_option("show all keys", **{"data-press": "?"}),
    )
    return rx.fragment(*(_place(item, to, typed=item in PLACES) for item, to in path), keys)


def _box(here: str, path: Sequence[tuple[Item, rx.Var[str]]]) -> rx.Component:
    own = commands(here)
    page = _section("On this page", rx.fragment(*map(_command, own)), narrows=True)
    return rx.el.div(
        _asked(),
        rx.el.div(
            _Acts.create(),
            page if own else rx.fragment(),
            rx.foreach(PaletteState.sections, _found),
            _section("Go to", _places(path), narrows=True),
            _everything(),
            id="palette-list",
            role="listbox",
            aria_label="Commands and results",
            class_name="pal-b",
        ),
        _hints(),
        id="palette",
    )


def _row(caps: str, label: str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(*(kbd(cap) for cap in caps.split(" "))), rx.el.dd(label, class_name="t2")
    )


def _keys(title: str, rows: Sequence[tuple[str, str]]) -> rx.Component:
    return rx.el.section(
        rx.el.h3(title, class_name="pal-h"),
        rx.el.dl(*(_row(*row) for row in rows)),
        class_name="ks",
    )


def _sheet(here: str) -> rx.Component:
    own = [(command.cap, command.label) for command in PAGES.get(here, ())]
    return dialog(
        "Keys",
        rx.el.div(
            _keys("On this page", own) if own else rx.fragment(),
            _keys("Everywhere", EVERYWHERE),
            _keys("Go to", [(f"G {item.key.upper()}", item.label) for item in GO]),
            class_name="sheet",
        ),
        description="A key does what its button does; it is silent while you type.",
        open=PaletteState.is_sheet,
        on_open_change=PaletteState.set_sheet,
    )


def palette(here: str, path: Sequence[tuple[Item, rx.Var[str]]]) -> rx.Component:
    """Return palette and sheet of a page; `path` is where each place that it offers lies."""
    return rx.fragment(
        rx.dialog.root(
            rx.dialog.content(
                rx.dialog.title("Commands and search", class_name="sr"),
                rx.dialog.description("Choose with the arrows, open with Enter.", class_name="sr"),
                _box(here, path),
                class_name="pal",
            ),
            open=PaletteState.is_open,
            on_open_change=PaletteState.set_open,
        ),
        _sheet(here),
        _Palette.create(
            opened=PaletteState.is_open,
            answered=PaletteState.q,
            on_open=PaletteState.open,
            on_sheet=PaletteState.open_sheet,
            on_close=PaletteState.set_open,
        ),
    )
