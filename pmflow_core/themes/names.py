"""The names that people give to themes."""

from pmflow_core.errors import Invalid

LABEL_LENGTH = 120


class BadThemeName(Invalid):
    """A theme's name is empty or too long."""

    code = "theme_name_invalid"


def theme_name(label: str) -> str:
    """Return a person's name for a theme as it is stored; raises BadThemeName."""
    name = " ".join(label.split())
    if not 0 < len(name) <= LABEL_LENGTH:
        raise BadThemeName(f"A theme's name has 1 to {LABEL_LENGTH} characters.")
    return name
