"""The prototype: one page that runs nothing, loads nothing and says what a model wrote as text."""

import json
import re
from html.parser import HTMLParser

import pytest

from pmflow_core.providers.answers import PrototypePlan
from pmflow_core.runs.kinds import ArtifactDraft
from pmflow_core.runs.steps.build_prototype import BUILD_PROTOTYPE, Params
from pmflow_core.runs.wireframe import render
from tests.core.runs.workbench import Workbench, bench, context

EVIL = "<script>alert(1)</script> \"quoted\" & 'single' {0}"


def plan(words: str = "Search") -> str:
    screens = [
        {
            "id": "home",
            "title": words,
            "purpose": words,
            "covers": ["R1"],
            "elements": [
                {"kind": "heading", "label": words, "to": None},
                {"kind": "text", "label": words, "to": None},
                {"kind": "field", "label": words, "to": None},
                {"kind": "notice", "label": words, "to": None},
                {"kind": "list", "label": f"{words}; two", "to": "results"},
                {"kind": "button", "label": words, "to": "results"},
                {"kind": "link", "label": words, "to": None},
            ],
            "states": [{"name": words[:40], "text": words}, {"name": "error", "text": words}],
        },
        {
            "id": "results",
            "title": "Results",
            "purpose": words,
            "covers": [],
            "elements": [{"kind": "button", "label": "Back", "to": "home"}],
            "states": [],
        },
    ]
    return json.dumps({"title": words, "screens": screens})


class Reader(HTMLParser):
    """Collects tags, attributes and ids of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def tools() -> Workbench:
    """A model that writes HTML into every field it has."""
    return bench(plan(EVIL))


@pytest.fixture
def artifact(tools: Workbench) -> ArtifactDraft:
    """The file made of it."""
    (artifact,) = BUILD_PROTOTYPE.run(Params(), context(), tools).artifacts
    return artifact


def test_it_is_one_html_file(artifact: ArtifactDraft) -> None:
    assert (artifact.kind, artifact.name, artifact.media_type) == (
        "prototype",
        "prototype.html",
        "text/html",
    )


def test_nothing_runs_and_nothing_is_loaded(artifact: ArtifactDraft) -> None:
    page = artifact.content.decode()
    reader = Reader(page)

    names = {tag for tag, _ in reader.tags}
    attributes = {name for _, attrs in reader.tags for name in attrs}
    assert not names & {"script", "iframe", "img", "object", "embed", "form", "b", "base"}
    assert not {name for name in attributes if name.startswith("on")} | attributes & {
        "src",
        "style",
    }
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|url\(|@import", page)
    assert "&lt;script&gt;" in page


def test_every_link_leads_to_a_screen_of_the_page(artifact: ArtifactDraft) -> None:
    reader = Reader(artifact.content.decode())

    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    links = {attrs["href"] for tag, attrs in reader.tags if tag == "a" and attrs.get("href")}
    assert len(ids) == len(set(ids)) == 4  # two screens, and two states of the first
    assert links == {f"#{one}" for one in ids}


def test_the_first_screen_shows_until_another_is_aimed_at(artifact: ArtifactDraft) -> None:
    page = artifact.content.decode()

    assert page.rindex('class="view first" id="screen-home"') > page.index('id="screen-results"')
    assert ".view:target ~ .first { display: none; }" in page
    assert "prefers-color-scheme: dark" in page


def test_later_steps_are_told_the_screens_and_what_is_missing(tools: Workbench) -> None:
    outcome = BUILD_PROTOTYPE.run(Params(), context(), tools)

    assert outcome.output["screens"][1] == {
        "title": "Results",
        "purpose": EVIL,
        "covers": [],
        "states": [],
        "leads_to": ["home"],
    }
    assert outcome.output["not_shown"] == ["R2"]
    assert tools.warnings == ["No screen of the prototype shows R2."]
    assert outcome.summary == "2 screens with 2 further states"


def test_a_title_that_names_the_project_does_not_name_it_twice() -> None:
    read = PrototypePlan.model_validate_json(plan("Words"))

    assert "<span>Prototype of Elsewhere</span>" in render(read, "Elsewhere")
    assert "<span>Prototype</span>" in render(read, read.title)
