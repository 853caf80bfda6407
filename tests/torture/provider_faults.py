"""Campaign: vendors that fail in every way; none of it becomes a document or breaks a budget."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pydantic import SecretStr

from pmflow_core import plugins
from pmflow_core.calls import budgets
from pmflow_core.calls.models import Scope
from pmflow_core.db.transaction import transaction
from pmflow_core.providers.anthropic import AnthropicProvider
from pmflow_core.providers.base import Provider
from pmflow_core.providers.openai import OpenAIProvider
from pmflow_core.providers.pricing import find_price
from pmflow_core.providers.streams import Bounds
from pmflow_core.providers.vendor import VendorModel
from pmflow_core.recipes.spec import StepSpec
from pmflow_core.runs.engine import Engine, Pace
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.service import RunOptions
from pmflow_core.settings import Settings
from tests.fakes import anthropic_server, openai_server
from tests.fakes.vendor_server import Reply, VendorServer
from tests.torture.campaign import Campaign, Result
from tests.torture.history import Accepted, History, Sent
from tests.torture.house import House
from tests.torture.steps import PLUGIN
from tests.torture.workload import Office, open_office, recipe

PIECES = ("# Research\n\n## Key Insights\n\n", "- A vendor wrote ", "this [S-1].\n")
FAKES = {"anthropic": anthropic_server, "openai": openai_server}
# Short waits; a page that keeps dripping is past the total although it is never silent.
BOUNDS = Bounds(connect_s=1.0, read_s=1.0, total_s=3.0)
AT_ONCE = 8
WRITE = StepSpec(
    key="write",
    title="Write",
    skill="generate_document",
    params={"template": "research", "max_tokens": 512},
)


@dataclass(frozen=True, eq=False)
class Case:
    """One way to fail: what a vendor replies in turn, and whether the last reply is whole."""

    vendor: str
    name: str
    replies: tuple[Reply, ...]
    whole: bool = False
    budget_bears: int | None = None

    @property
    def provider(self) -> str:
        """Return the name of a provider of its own, whose circuit no other case can open."""
        return f"{self.vendor}-{self.name}"

    @property
    def last(self) -> bool:
        """Return whether it runs after the others."""
        return self.budget_bears is not None


def cases(vendor: str) -> Iterator[Case]:
    """Yield every way in which a vendor fails."""
    fake = FAKES[vendor]
    events = fake.message(PIECES)
    for count, event in enumerate(events):
        before = events[:count]
        # An answer of OpenAI is whole before its last line, which only says goodbye.
        if vendor == "anthropic" or count < len(events) - 1:
            yield Case(vendor, f"closed-{count}", (Reply(chunks=before),))
            yield Case(vendor, f"reset-{count}", (Reply(chunks=before, aborted=True),))
            half = [*before, event[: len(event) // 2]]
            yield Case(vendor, f"half-{count}", (Reply(chunks=half),))
    for status in (401, 403, 400, 404, 429, 500, 502, 503, 529):
        yield Case(vendor, f"status-{status}", (fake.error(status, "no", "not now"),))
    wait = {"retry-after": "1"}
    yield Case(vendor, "retry-after", (fake.error(429, "rate_limit_error", "slow down", wait),))
    busy = fake.error(503, "overloaded_error", "busy")
    yield Case(vendor, "third-time-lucky", (busy, busy, fake.whole(PIECES)), whole=True)
    cut = Reply(chunks=events[:-3], aborted=True)
    yield Case(vendor, "cut-then-whole", (cut, fake.whole(PIECES)), whole=True)
    yield Case(vendor, "silent", (Reply(wait_s=2.0, chunks=events),))
    yield Case(vendor, "dripping", (Reply(chunks=[b": ping\n\n"] * 10, pause_s=0.8),))
    for name, junk in _garbage():
        yield Case(vendor, name, (Reply(chunks=junk),))
    for reason in ("max_tokens", "refusal", "length", "content_filter", "nonsense"):
        yield Case(vendor, f"stops-{reason}", (fake.whole(PIECES, reason),))
    yield Case(vendor, "wordless", (fake.whole(()),))
    yield Case(vendor, "budget-0", (fake.whole(PIECES),), budget_bears=0)
    yield Case(vendor, "budget-2", (cut,), budget_bears=2)


def _garbage() -> Iterator[tuple[str, Sequence[bytes]]]:
    yield "empty", []
    yield "page", [b"<html><body>502 Bad Gateway</body></html>"]
    yield "bytes", [b"\xff\xfe\x00\x80data: \xc3\x28\n\n" * 20]
    yield "no-json", [b"event: message_start\ndata: {nothing\n\n"]
    yield "other-json", [b"event: message_start\ndata: [1, 2]\n\n", b"data: [DONE]\n\n"]
    yield "error-event", [b'event: error\ndata: {"type":"error","error":{"message":"no"}}\n\n']


def provider_faults(house: House, n: int | None = None) -> Result:
    """Run every case, or some `n` of each vendor, first without and then with a fallback."""
    found = [case for vendor in FAKES for case in _some(list(cases(vendor)), n)]
    campaign = Campaign("provider", house, seed=61)
    history = History()
    with ExitStack() as stack:
        servers = {case: stack.enter_context(VendorServer(case.replies)) for case in found}
        extensions = plugins.load(Settings(plugin_modules=[PLUGIN]))
        for case, server in servers.items():
            extensions.providers.add(_provider(case, server.url))
        try:
            for fallbacks in ((), ("local",)):
                office = open_office([recipe((WRITE,), fallbacks=fallbacks)], len(found))
                campaign.offices.append(office)
                _run_all(campaign, office, extensions, servers, history)
        finally:
            plugins.load(Settings(plugin_modules=[PLUGIN]))
    return campaign.judge(len(found) * 2, history)


def _some(found: list[Case], n: int | None) -> list[Case]:
    return found if n is None else found[:: max(1, len(found) // n)]


def _provider(case: Case, url: str) -> Provider:
    made = {"anthropic": AnthropicProvider, "openai": OpenAIProvider}[case.vendor]
    model = FAKES[case.vendor].MODEL
    price = find_price(model, {})
    return made(
        VendorModel(
            name=model,
            api_key=SecretStr("torture"),
            base_url=url if case.vendor == "anthropic" else f"{url}/v1",
            price=price,
            thinking_tokens=0,
            bounds=BOUNDS,
        ),
        name=case.provider,
    )


def _run_all(
    campaign: Campaign,
    office: Office,
    extensions: Extensions,
    servers: dict[Case, VendorServer],
    history: History,
) -> None:
    """Run each case in a project of its own, several at once, and note what its server saw."""
    engine = Engine(extensions, Pace(runs_per_workspace=1000))
    falls_back = len(campaign.offices) > 1

    def one(case: Case, project: UUID) -> None:
        before = len(servers[case].received)
        run_id = office.request(project, RunOptions(provider=case.provider))
        if case.budget_bears is not None:
            _bound(campaign.house, office, run_id, case)
        engine.execute(UUID(run_id), "torture")
        campaign.accepted.append(Accepted(run_id, _may_end(case, falls_back=falls_back)))
        count = len(servers[case].received) - before
        history.sent.extend(
            Sent(run_id, "write", case.provider, case.whole and place == count - 1)
            for place in range(count)
        )

    # What a call is reserved for is known once others have been made.
    pairs = sorted(zip(servers, office.projects, strict=True), key=lambda pair: pair[0].last)
    for last in (False, True):
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(lambda pair: one(*pair), [p for p in pairs if p[0].last is last]))


def _may_end(case: Case, *, falls_back: bool) -> tuple[str, ...]:
    if case.budget_bears is not None:
        return ("waiting",)
    return ("completed",) if case.whole or falls_back else ("failed",)


def _bound(house: House, office: Office, run_id: str, case: Case) -> None:
    """Give a run a budget that bears so many calls and a half."""
    most = """select max(reserved_usd) from provider_calls
        where workspace_id = %s and starts_with(provider, %s)"""
    one_call = Decimal(str(house.rows(most, office.id, f"{case.vendor}-")[0][0]))
    cap = one_call * (Decimal(case.budget_bears or 0) + Decimal("0.5"))
    with transaction(office.id) as session:
        budgets.set_cap(session, office.actor, Scope.RUN, UUID(run_id), cap)
