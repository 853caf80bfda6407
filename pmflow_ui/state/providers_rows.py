"""Providers and budgets as the browser draws them: what is set up, never a key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pmflow_core.calls.budgets import MAX_CAP, BudgetRead
from pmflow_core.insights.spending import MonthRead, ProviderSpending, SubjectBudget
from pmflow_core.providers.pricing import Price, find_price
from pmflow_core.settings import Settings
from pmflow_ui.figures import counted, money


@dataclass(frozen=True)
class ProviderRow:
    """A provider: whether it can be used, what it asks, its price, and this month."""

    name: str
    about: str
    is_ready: bool
    is_usual: bool
    model: str
    price: str
    missing: str
    month: str
    note: str


@dataclass(frozen=True)
class BudgetRow:
    """A budget; `percent` of the cap is spent or reserved."""

    scope: str
    id: str
    name: str
    href: str
    cap: str
    words: str
    percent: int
    tone: str


@dataclass(frozen=True, slots=True)
class _About:
    about: str
    model: str
    is_ready: bool
    missing: str
    is_free: bool = False


def providers(settings: Settings, known: Sequence[str], month: MonthRead) -> list[ProviderRow]:
    """Return the providers that can be used here, then those that want a setting."""
    spent = {each.provider: each for each in month.providers}
    told = dict(_built_in(settings))
    names = [*told, *(name for name in known if name not in told)]
    rows = [_row(name, told.get(name), settings, spent.get(name)) for name in names]
    return sorted(rows, key=lambda row: (not row.is_usual, not row.is_ready))


def _built_in(settings: Settings) -> Iterator[tuple[str, _About]]:
    yield (
        "local",
        _About("Composes from the signals themselves, on this machine.", "", True, "", True),
    )
    ready = settings.anthropic_api_key is not None
    about = "Models of Anthropic." if settings.anthropic_base_url is None else "A server of yours."
    yield "anthropic", _About(about, settings.anthropic_model, ready, "ANTHROPIC_API_KEY")
    own = settings.openai_base_url is not None
    ready = own or settings.openai_api_key is not None
    about = "A server of yours." if own else "Models of OpenAI."
    yield "openai", _About(about, settings.openai_model, ready, "OPENAI_API_KEY")
    ready = settings.composio_api_key is not None
    about = "Tools of the apps that you connect there; writes nothing itself."
    yield "composio", _About(about, "", ready, "COMPOSIO_API_KEY")


def _row(
    name: str, told: _About | None, settings: Settings, spent: ProviderSpending | None
) -> ProviderRow:
    about = told or _About("Added by a plugin.", "", True, "")
    return ProviderRow(
        name=name,
        about=about.about,
        is_ready=about.is_ready,
        is_usual=name == settings.provider,
        model=about.model,
        price=_price(about, settings.model_prices),
        missing="" if about.is_ready else about.missing,
        month=_month(spent),
        note=_note(spent),
    )


def _price(about: _About, own: Mapping[str, tuple[Decimal, Decimal]]) -> str:
    if about.is_free:
        return "costs nothing"
    if not about.model:
        return ""
    found: Price | None = find_price(about.model, own)
    if found is None:
        return "no price is known; set PMFLOW_MODEL_PRICES"
    return f"${found.input:f} in, ${found.output:f} out per million tokens"


def _month(spent: ProviderSpending | None) -> str:
    if spent is None:
        return "not asked this month"
    tokens = spent.input_tokens + spent.output_tokens
    return f"{money(float(spent.cost_usd))}, {counted(spent.calls, 'call')}, {tokens:,} tokens"


def _note(spent: ProviderSpending | None) -> str:
    if spent is None:
        return ""
    parts = [f"{spent.failed:,} failed"] if spent.failed else []
    if spent.possibly_billed:
        most = money(float(spent.possibly_billed_usd))
        parts.append(f"{spent.possibly_billed:,} possibly billed, {most} at most")
    return ", ".join(parts)


def as_workspace(budget: BudgetRead) -> BudgetRow:
    """Return the budget of the whole workspace."""
    return _budget(budget, "Whole workspace", "")


def as_budget(each: SubjectBudget, slug: str) -> BudgetRow:
    """Return the budget of a project or a run."""
    if each.budget.scope.value == "run":
        name = f"{each.name} of {each.project_key}{', waits for money' if each.waits else ''}"
        return _budget(each.budget, name, f"/w/{slug}/runs/{each.budget.subject_id}")
    return _budget(
        each.budget, f"{each.project_key} {each.name}", f"/w/{slug}/projects/{each.project_key}"
    )


def _budget(budget: BudgetRead, name: str, href: str) -> BudgetRow:
    used = budget.spent_usd + budget.reserved_usd
    percent = 100 if used >= budget.cap_usd else int(100 * used / budget.cap_usd)
    words = f"{money(budget.spent_usd)} of {money(budget.cap_usd)}"
    if budget.reserved_usd:
        words += f", {money(budget.reserved_usd)} reserved"
    return BudgetRow(
        budget.scope.value,
        str(budget.subject_id),
        name,
        href,
        f"{budget.cap_usd:.2f}",
        words,
        percent,
        "full" if percent >= 100 else "near" if percent >= 80 else "",
    )


def month_words(month: MonthRead) -> str:
    """Return this month's spending in a sentence."""
    words = f"{money(float(month.cost_usd))} since {month.since.day} {month.since:%B}"
    if month.possibly_billed:
        calls = counted(month.possibly_billed, "call")
        most = money(float(month.possibly_billed_usd))
        words += f"; of it {most} for {calls} that may have been billed"
    return words


def parse_cap(text: str) -> Decimal | None:
    """Return the amount that somebody typed, or None when it is no cap."""
    try:
        cap = Decimal(text.strip().removeprefix("$").replace(",", "."))
    except InvalidOperation:
        return None
    return cap.quantize(Decimal("0.01")) if cap.is_finite() and 0 <= cap <= MAX_CAP else None
