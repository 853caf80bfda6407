"""Documents as blocks: nothing of a document can become markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_ui.prose import Cited, allowed_href, parse_document

KINDS = {"h1", "h2", "h3", "h4", "p", "li", "quote", "code", "table", "rule"}


def texts(markdown: str) -> list[str]:
    return ["".join(span.text for span in block.spans) for block in parse_document(markdown)]


def test_headings_paragraphs_lists_and_quotes_are_blocks_in_order() -> None:
    blocks = parse_document("# A\n\ntext\n\n- one\n  1. two\n\n> said\n\n---\n\n```\ncode\n```")
    assert [block.kind for block in blocks] == ["h1", "p", "li", "li", "quote", "rule", "code"]
    assert [(block.mark, block.indent) for block in blocks if block.kind == "li"] == [
        ("–", 0),
        ("1.", 1),
    ]


def test_html_stays_text() -> None:
    assert texts("a <img src=x onerror=alert(1)> b") == ["a <img src=x onerror=alert(1)> b"]
    assert texts("<script>alert(1)</script>") == ["<script>alert(1)</script>"]


def test_an_image_is_its_words_and_never_a_request() -> None:
    [block] = parse_document("![a chart](https://example.com/beacon.png)")
    assert [(span.kind, span.text, span.href) for span in block.spans] == [
        ("em", "[image: a chart]", "")
    ]


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil", "vbscript:x", "x y"],
)
def test_a_link_that_could_harm_leads_nowhere(href: str) -> None:
    assert allowed_href(href) == ""


@pytest.mark.parametrize(
    "href", ["https://example.com/a", "/w/acme/board", "#part", "mailto:a@b.c"]
)
def test_an_ordinary_link_is_kept(href: str) -> None:
    assert allowed_href(href) == href


def test_citations_become_chips_with_what_they_cite() -> None:
    cited = {12: Cited("/w/acme/signals?open=12", "It is gone", "Premium", "2 d")}
    [block] = parse_document("“It is gone” [S-12, S-99].", cited)
    chips = [span for span in block.spans if span.kind == "cite"]
    assert [(chip.text, chip.href, chip.quote) for chip in chips] == [
        ("S-12", "/w/acme/signals?open=12", "It is gone"),
        ("S-99", "", ""),
    ]


def test_a_table_keeps_its_cells() -> None:
    [block] = parse_document("| a | b |\n|---|---|\n| 1 | **2** |")
    rows = [["".join(span.text for span in cell.spans) for cell in row.cells] for row in block.rows]
    assert rows == [["a", "b"], ["1", "2"]]


@given(st.text(max_size=400))
def test_any_text_gives_blocks_of_known_kinds_and_safe_links(markdown: str) -> None:
    for block in parse_document(markdown):
        assert block.kind in KINDS
        assert all(span.href == allowed_href(span.href) for span in block.spans)
