"""What every request passes first: its id, its address, and how many there were; and its errors."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from starlette.types import Scope

from pmflow_core.accounts.addresses import network
from pmflow_ui.api.app import make_api
from pmflow_ui.api.edge import Terms, client_address
from pmflow_ui.api.permission import ANYONE
from pmflow_ui.api.rates import WINDOW, Counter, Limit, take

PLENTY = Terms(per_key=1_000, per_address=1_000)


def client_of(terms: Terms) -> TestClient:
    api = make_api(terms)

    @api.get("/api/broken", dependencies=ANYONE)
    async def broken() -> None:
        raise RuntimeError("planted")

    # Before the route that answers every other address.
    api.router.routes.insert(0, api.router.routes.pop())
    return TestClient(api, raise_server_exceptions=False)


@pytest.fixture
def client() -> Iterator[TestClient]:
    with client_of(PLENTY) as client:
        yield client


def test_a_request_keeps_the_id_it_came_with_and_gets_one_without(client: TestClient) -> None:
    given_id = client.get("/healthz", headers={"x-request-id": "order-7"})
    assert given_id.headers["x-request-id"] == "order-7"
    made = [client.get("/healthz").headers["x-request-id"] for _ in range(2)]
    assert len(set(made)) == 2
    for hostile in ("a b", "x" * 101, "a;b"):
        answer = client.get("/healthz", headers={"x-request-id": hostile})
        assert answer.headers["x-request-id"] != hostile


def test_a_fault_is_a_problem_that_names_the_request(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = client.get("/api/broken", headers={"x-request-id": "order-8"})
    assert (broken.status_code, broken.headers["x-request-id"]) == (500, "order-8")
    assert broken.headers["content-type"] == "application/problem+json"
    assert (broken.json()["code"], broken.json()["reference"]) == ("internal", "order-8")
    assert "planted" not in broken.text
    written = capfd.readouterr()
    assert "order-8" in written.out + written.err


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("POST", "/api/nothing", 404, "not_found"),
        ("POST", "/api/auth/me", 405, "method_not_allowed"),
        ("DELETE", "/api/workspaces/a/signals/export.csv/x", 404, "not_found"),
        ("PUT", "/api/projects/A-1", 405, "method_not_allowed"),
        ("GET", "/api/runs/no-id", 401, "unauthenticated"),
        ("GET", "/api/auth/me", 401, "unauthenticated"),
        ("GET", "/api/workspaces/a/projects?limit=0", 401, "unauthenticated"),
    ],
)
def test_the_framework_s_own_errors_are_problems(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert "GET" in answer.headers["allow"]


def test_a_nul_names_nothing(client: TestClient) -> None:
    for path, status in (("/api/runs/%00", 404), ("/api/runs?workspace=a%00b", 422)):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (
            status,
            "application/problem+json",
        )


def test_requests_of_a_key_are_counted_and_the_others_go_on() -> None:
    with client_of(Terms(per_key=3, per_address=100)) as client:
        mine = {"authorization": "Bearer pmf_mine"}
        answers = [client.get("/api/nothing", headers=mine) for _ in range(4)]
        assert [each.status_code for each in answers] == [404, 404, 404, 429]
        assert [each.headers["ratelimit-remaining"] for each in answers] == ["2", "1", "0", "0"]
        refused = answers[-1]
        assert refused.json()["code"] == "too_many_requests"
        assert refused.headers["content-type"] == "application/problem+json"
        assert 1 <= int(refused.headers["retry-after"]) <= 20
        assert refused.headers["ratelimit-limit"] == "3"
        assert refused.headers["x-request-id"]
        other = {"authorization": "Bearer pmf_other"}
        assert client.get("/api/nothing", headers=other).status_code == 404
        assert client.get("/healthz", headers=mine).status_code == 200


def test_an_address_has_one_limit_whatever_keys_it_shows() -> None:
    with client_of(Terms(per_key=100, per_address=5)) as client:
        codes = [
            client.get("/api/nothing", headers={"authorization": f"Bearer {n}"}).status_code
            for n in range(7)
        ]
    assert codes == [404] * 5 + [429] * 2


def test_what_a_key_is_refused_is_not_charged_to_its_address() -> None:
    with client_of(Terms(per_key=1, per_address=3)) as client:
        mine = {"authorization": "Bearer pmf_mine"}
        codes = [client.get("/api/nothing", headers=mine).status_code for _ in range(5)]
        assert codes == [404, 429, 429, 429, 429]
        assert [client.get("/api/nothing").status_code for _ in range(3)] == [404, 404, 429]


def test_a_burst_of_deliveries_is_not_counted_by_key() -> None:
    with client_of(Terms(per_key=1, per_address=50)) as client:
        mine = {"authorization": "Bearer pmf_mine"}
        path = "/api/webhooks/signals/none/such"
        codes = {client.post(path, headers=mine).status_code for _ in range(5)}
    assert 429 not in codes


def test_an_address_behind_a_trusted_proxy_has_its_own_limit() -> None:
    with client_of(Terms(hops=1, per_key=9, per_address=1)) as client:
        for address in ("198.51.100.7", "198.51.100.8"):
            forwarded = {"x-forwarded-for": f"203.0.113.1, {address}"}
            codes = [client.get("/api/nothing", headers=forwarded).status_code for _ in range(2)]
            assert codes == [404, 429]
        spoofed = {"x-forwarded-for": "192.0.2.1, 198.51.100.7"}
        assert client.get("/api/nothing", headers=spoofed).status_code == 429


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, ["198.51.100.7"], "10.0.0.1"),
        (1, [], "10.0.0.1"),
        (1, ["198.51.100.7"], "198.51.100.7"),
        (1, ["9.9.9.9, 198.51.100.7"], "198.51.100.7"),
        (1, ["9.9.9.9", "198.51.100.7"], "198.51.100.7"),
        (2, ["9.9.9.9, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        (3, ["198.51.100.7"], "198.51.100.7"),
        (1, ["198.51.100.7:443"], "198.51.100.7"),
        (1, ["[2001:db8::1]:443"], "2001:db8::1"),
        (1, ["unknown"], "10.0.0.1"),
        (1, ["' or 1=1"], "10.0.0.1"),
    ],
)
def test_only_as_many_proxies_are_believed_as_are_trusted(
    hops: int, forwarded: list[str], address: str
) -> None:
    scope: Scope = {"type": "http", "client": ("10.0.0.1", 1234)}
    assert client_address(forwarded, scope, hops) == address


def test_an_ipv6_caller_is_its_network() -> None:
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2:ffff::") == "2001:db8:1:2::"
    assert network("2001:db8:1:3::4") != network("2001:db8:1:2::4")
    assert network("198.51.100.7") == "198.51.100.7"
    assert network("testclient") == "testclient"


Arrivals = st.lists(st.integers(0, WINDOW), min_size=1, max_size=80)


@given(st.integers(1, 40), Arrivals)
def test_no_more_are_admitted_than_twice_the_limit_in_any_minute(
    a_minute: int, pauses: list[int]
) -> None:
    limit, moments, now = Limit("k", a_minute), dict[str, int](), 0
    admitted: list[int] = []
    for pause in pauses:
        now += pause
        kept, (standing,) = take(moments, [limit], now)
        moments.update(kept)
        assert 0 <= standing.left <= a_minute
        if standing.admitted:
            admitted.append(now)
        else:
            assert standing.wait > 0
            _, (later,) = take(moments, [limit], now + standing.wait)
            assert later.admitted
    for at in admitted:
        assert sum(at <= other < at + WINDOW for other in admitted) <= 2 * a_minute
    assert len(admitted) >= min(len(pauses), a_minute)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 12))
def test_a_refusal_by_one_limit_charges_none(one: int, two: int, times: int) -> None:
    limits, moments = [Limit("a", one), Limit("b", two)], dict[str, int]()
    admitted = 0
    for _ in range(times):
        kept, standings = take(moments, limits, 0)
        moments.update(kept)
        admitted += all(each.admitted for each in standings)
    assert admitted == min(one, two, times)
    assert moments["a"] == admitted * limits[0].cell


@pytest.mark.parametrize("many", [25_000])
def test_too_many_callers_to_know_apart_are_not_refused(many: int) -> None:
    counter = Counter(None)
    for number in range(many):
        assert counter._take_here([Limit(f"k{number}", 1)])[0].admitted
    assert len(counter._moments) <= 20_001
