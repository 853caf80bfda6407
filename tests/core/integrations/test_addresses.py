"""Which addresses are refused: every way that is known of writing one that is not public."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.integrations.addresses import (
    BadTarget,
    is_public,
    parse_target,
    require_allowed,
)
from pmflow_core.integrations.posting import Poster

# After the list of Hacktricks and of the OWASP cheat sheet on server-side request forgery.
INSIDE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://0.0.0.0:8000/",
    "http://localhost/",
    "http://10.0.0.5/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[2001:0:53aa:64c::1]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
]
MALFORMED = [
    "",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "//example.com/",
    "https://",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com/#part",
    "https://example.com\\@127.0.0.1/",
    "https://exa mple.com/",
    "https://example.com/\r\nHost: inside",
    "https://ex\x00ample.com/",
    "https://example.com:99999/",
    "https://[::1/",
    "https://[fe80::1%25eth0]/",
    "https://127.0.0.1%2f@example.com/",
    "https://①②⑦.⓪.⓪.①/",
    "https://example.com/" + "x" * 2_000,
]


@pytest.mark.parametrize("url", [*INSIDE, *(url.replace("http:", "https:") for url in INSIDE)])
def test_an_address_inside_is_refused_before_anything_is_sent(url: str) -> None:
    answer = Poster().post(url, [], b"{}")
    assert answer.status is None
    assert "not a public address" in (answer.error or "")


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_plain_address_is_refused_in_words(url: str) -> None:
    with pytest.raises(BadTarget):
        parse_target(url)


def test_one_address_inside_among_public_ones_is_enough_to_refuse() -> None:
    target = parse_target("https://hooks.example.com/")
    assert require_allowed(target, ["93.184.215.14"], []) == ["93.184.215.14"]
    with pytest.raises(BadTarget):
        require_allowed(target, ["93.184.215.14", "10.0.0.1"], [])
    with pytest.raises(BadTarget, match="no address"):
        require_allowed(target, [], [])


def test_a_private_network_is_reached_only_when_the_settings_name_it() -> None:
    target = parse_target("http://10.1.2.3:8080/hook?a=b")
    assert (target.authority, target.path) == ("10.1.2.3:8080", "/hook?a=b")
    assert require_allowed(target, ["10.1.2.3"], ["10.1.2.0/24"]) == ["10.1.2.3"]
    with pytest.raises(BadTarget, match="PMFLOW_WEBHOOK_PRIVATE_TARGETS"):
        require_allowed(target, ["10.1.3.3"], ["10.1.2.0/24"])


def test_only_https_goes_to_public_addresses() -> None:
    with pytest.raises(BadTarget, match="https"):
        require_allowed(parse_target("http://example.com/"), ["93.184.215.14"], [])


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_in_another_is_judged_as_itself(address: object) -> None:
    plain = ip_address(str(address))
    number = int(plain)
    for wrapped in (
        ip_address(f"::ffff:{plain}"),
        ip_address((0x64FF9B << 96) | number),
        ip_address((0x2002 << 112) | (number << 80)),
    ):
        assert is_public(wrapped) == is_public(plain)


def test_the_ordinary_internet_is_public() -> None:
    for address in ("8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450::1"):
        assert is_public(ip_address(address))
