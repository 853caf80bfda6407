"""Who sent a signal, what makes two senders one, and sums of money as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.customers.money import MOST, as_money
from pmflow_core.customers.senders import Given, by_key, from_fields, from_text


def test_an_address_tells_customers_apart_whatever_name_stands_beside_it() -> None:
    lead = from_text("Support lead <Lead@Example.COM>")
    again = from_fields(Given(name="S. Lead", email="lead@example.com", company="Acme"))
    assert lead is not None
    assert again is not None
    assert lead.key == again.key == "mail:lead@example.com"
    assert (lead.name, lead.email) == ("Support lead", "lead@example.com")


def test_without_an_address_name_and_company_do_in_fields_as_in_one_text() -> None:
    fields = from_fields(Given(name="Buyer", company="Acme GmbH"))
    text = from_text("  buyer,  ACME GmbH ")
    other = from_fields(Given(name="Buyer", company="Umbrella"))
    assert fields is not None
    assert text is not None
    assert other is not None
    assert fields.key == text.key != other.key


@pytest.mark.parametrize("text", ["", "  ", "Anonymous", "n/a", "A Google user", "-", "unknown"])
def test_a_placeholder_is_nobody(text: str) -> None:
    assert from_text(text) is None
    assert from_fields(Given(name=text, email="", company=text)) is None


def test_what_one_mention_leaves_out_another_tells() -> None:
    first = from_fields(Given(email="a@example.com"))
    second = from_fields(Given("Buyer", "a@example.com", "Acme", "pro", Decimal(12)))
    assert first is not None
    assert second is not None
    [known] = by_key([first, second]).values()
    assert (known.name, known.company, known.tier) == ("Buyer", "Acme", "pro")
    assert known.annual_value == 12


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12000", "12000.00"),
        ("12,000", "12000.00"),
        ("$12,000.50", "12000.50"),
        ("1.234,50 €", "1234.50"),
        ("1 234 567", "1234567.00"),
        ("99,5", "99.50"),
        ("1.234.567", "1234567.00"),
        ("0", "0.00"),
        ("EUR 5", "5.00"),
    ],
)
def test_sums_are_read_as_people_write_them(text: str, value: str) -> None:
    assert as_money(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "-5", "1e9", "NaN", "12k", "1,23,4", "9999999999999999"])
def test_what_is_no_sum_of_at_least_nothing_is_refused(text: str) -> None:
    assert as_money(text) is None


@given(st.text(max_size=30))
def test_no_text_makes_a_sum_out_of_bounds(text: str) -> None:
    value = as_money(text)
    assert value is None or 0 <= value <= MOST
