"""The token file, the stylesheet made from it, and the classes that use it."""

import re
from pathlib import Path

import pytest

from pmflow_ui.theme import DARK, LIGHT, SCALE, STYLESHEETS, TOKENS_FILE, tokens_css

CSS = TOKENS_FILE.parent


def sheets() -> list[Path]:
    return sorted(CSS.rglob("*.css"))


def luminance(colour: str) -> float:
    """Return the relative luminance of `#RRGGBB` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_stylesheet_is_what_the_tokens_say() -> None:
    assert TOKENS_FILE.read_text() == tokens_css()


def test_both_themes_name_the_same_tokens() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_every_stylesheet_is_loaded() -> None:
    found = {"/css/" + sheet.relative_to(CSS).as_posix() for sheet in sheets()}
    assert found == set(STYLESHEETS)


def test_no_stylesheet_but_the_tokens_names_a_colour() -> None:
    named = [
        sheet.name for sheet in sheets() if re.search(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text())
    ]
    assert named == ["tokens.css"]


def test_every_variable_that_a_stylesheet_uses_exists() -> None:
    known = SCALE.keys() | LIGHT.keys()
    used = {
        name for sheet in sheets() for name in re.findall(r"var\(--([\w-]+)", sheet.read_text())
    }
    assert used - known == set()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "grounds"),
    [
        ("text", "canvas surface sunk raised hover selected overlay pressed"),
        ("text-2", "canvas surface sunk raised hover selected overlay pressed"),
        ("text-3", "canvas surface sunk raised hover selected overlay"),
        ("on-solid", "accent accent-hover"),
        ("accent-text", "surface raised accent-soft selected hover"),
        ("sev-critical", "surface raised hover selected sev-critical-soft"),
        ("st-waiting", "surface raised hover selected st-waiting-soft"),
        ("st-completed", "surface raised hover selected st-completed-soft"),
    ],
)
def test_text_can_be_read_on_every_ground_it_stands_on(
    theme: dict[str, str], text: str, grounds: str
) -> None:
    worst = min(contrast(theme[text], theme[ground]) for ground in grounds.split())
    assert worst >= 4.5
