"""Small turns of phrase: citations, quotations, counts, lists and questions in Markdown."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pmflow_core.providers.local.quoting import Quotation

FEW = 3
MANY = 6


def cite(numbers: Iterable[int], most: int = FEW) -> str:
    """Citations of up to `most` signals, in the order given."""
    return "".join(f"[S-{number}]" for number in list(dict.fromkeys(numbers))[:most])


def quoted(quotation: Quotation) -> str:
    """The quotation directly before its citation."""
    return f"“{quotation.text}” [S-{quotation.number}]"


def quotes(quotations: Sequence[Quotation]) -> str:
    """Several quotations, parted so that each keeps its own citation."""
    return "; ".join(quoted(one) for one in quotations)


def signals(count: int) -> str:
    """A number of signals in words."""
    return "1 signal" if count == 1 else f"{count} signals"


def share(count: int, total: int) -> str:
    """A number of signals out of all, with the percentage when there are enough to speak of."""
    if total < 10:
        return f"{count} of {signals(total)}"
    return f"{count} of {total} signals ({round(100 * count / total)} %)"


def share_of(count: int, total: int, which: str) -> str:
    """A number of signals out of those that are `which`, with the percentage as in `share`."""
    percent = "" if total < 10 else f" ({round(100 * count / total)} %)"
    return f"{count} of the {signals(total)} {which}{percent}"


def verb(count: int, one: str, several: str) -> str:
    """The form of a verb that agrees with a count."""
    return one if count == 1 else several


def listed(parts: Sequence[str]) -> str:
    """Parts joined as one says them: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def day(moment: datetime) -> str:
    """A date as people write it."""
    return f"{moment.day} {moment:%B %Y}"


def bullets(lines: Iterable[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {line}" for line in lines)


def question(owner: str, text: str) -> str:
    """An open question with the role that owns it."""
    return f"**{owner}:** {text}"


def sentence_case(text: str) -> str:
    """The text with its first letter in upper case and the others untouched."""
    return text[:1].upper() + text[1:]
