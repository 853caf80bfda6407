"""What a list of signals is narrowed to, as it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from pmflow_core.clock import utcnow
from pmflow_core.saved_views.schemas import SignalFilters
from pmflow_core.signals.models import Severity, SignalStatus, Source
from pmflow_core.signals.normalise import LONGEST_TAG
from pmflow_core.signals.schemas import SignalSort
from pmflow_core.themes.schemas import ThemedQuery

PAGE_SIZE = 50
NO_THEME = "none"
DAYS = ("7", "30", "90")
Name = Literal["q", "status", "severity", "source", "theme", "tag", "since", "sort"]
SORTS = {
    SignalSort.NEWEST: "Newest",
    SignalSort.OLDEST: "Oldest",
    SignalSort.SEVERITY: "Severity",
    SignalSort.NUMBER: "Number",
}


@dataclass(frozen=True)
class Filters:
    """The address's parameters, each empty when it narrows nothing."""

    q: str = ""
    status: str = ""
    severity: str = ""
    source: str = ""
    theme: str = ""
    tag: str = ""
    since: str = ""
    sort: str = SignalSort.NEWEST.value
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Return whether anything is left out."""
        told = (self.q, self.status, self.severity, self.source, self.theme, self.tag, self.since)
        return any(told)

    def with_one(self, name: Name, value: str) -> "Filters":
        """Return the filters with one changed, on the first page; unknown values become none."""
        changed = {field.name: getattr(self, field.name) for field in fields(self)}
        return parse({**changed, name: value, "page": "1"})

    def at_page(self, number: int) -> "Filters":
        """Return another page of the same list."""
        return replace(self, page=max(1, number))

    def query(self) -> ThemedQuery:
        """Return what core is asked for."""
        since = utcnow() - timedelta(days=int(self.since)) if self.since else None
        themed = self.theme not in ("", NO_THEME)
        return ThemedQuery(
            search=self.q,
            status=SignalStatus(self.status) if self.status else None,
            severity=Severity(self.severity) if self.severity else None,
            source=Source(self.source) if self.source else None,
            theme_id=UUID(self.theme) if themed else None,
            unthemed=self.theme == NO_THEME,
            tag=self.tag or None,
            received_since=since,
            sort=SignalSort(self.sort),
            page=self.page,
            size=PAGE_SIZE,
        )

    @property
    def kept(self) -> str:
        """Return what a saved view keeps of these filters, as a query; empty for the whole list."""
        return urlencode(self.at_page(1)._told())

    def as_view(self) -> SignalFilters:
        """Return what core keeps of these filters in a saved view."""
        told: dict[str, object] = {**self.at_page(1)._told()}
        if self.since:
            told["since"] = int(self.since)
        return SignalFilters.model_validate(told)

    def address(self, slug: str, signal: int, view: str = "") -> str:
        """Return the page's address with these filters, the open signal and the open view."""
        shown = self._told()
        if view:
            shown["view"] = view
        if signal:
            shown["signal"] = signal
        return f"/w/{slug}/signals{'?' if shown else ''}{urlencode(shown)}"

    def _told(self) -> dict[str, str | int]:
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }


def parse(given: Mapping[str, object]) -> Filters:
    """Return the filters of an address; what cannot be is left out."""
    page = str(given.get("page") or "")
    return Filters(
        q=" ".join(str(given.get("q") or "").split())[:200],
        status=_one_of(given, "status", SignalStatus),
        severity=_one_of(given, "severity", Severity),
        source=_one_of(given, "source", Source),
        theme=_theme(str(given.get("theme") or "")),
        tag=" ".join(str(given.get("tag") or "").split())[:LONGEST_TAG],
        since=_one_of(given, "since", DAYS),
        sort=_one_of(given, "sort", SignalSort) or SignalSort.NEWEST.value,
        page=min(int(page), 100_000) if page.isdecimal() and page != "0" else 1,
    )


def of_view(kept: SignalFilters) -> Filters:
    """Return what the list shows for a saved view."""
    return parse(kept.kept())


def of_query(query: str) -> Filters:
    """Return the filters of an address's query, the inverse of `Filters.kept`."""
    return parse(dict(parse_qsl(query)))


def signal_number(given: Mapping[str, object]) -> int:
    """Return the number of the signal that an address opens, 0 for none."""
    number = str(given.get("signal") or "").removeprefix("S-")
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def _one_of(given: Mapping[str, object], name: str, known: object) -> str:
    value = str(given.get(name) or "")
    return value if value in {str(each) for each in iter(known)} else ""  # pyright: ignore[reportCallIssue, reportArgumentType] enums and tuples iterate


def _theme(value: str) -> str:
    if value == NO_THEME:
        return value
    try:
        return str(UUID(value)) if value else ""
    except ValueError:
        return ""
