"""A person or a workspace as one or two letters."""


def initials(name: str) -> str:
    """Return the two letters that stand for a name or an address."""
    words = name.split("@")[0].replace(".", " ").replace("-", " ").split()
    if not words:
        return "?"
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()
