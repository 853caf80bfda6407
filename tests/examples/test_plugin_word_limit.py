"""The example plugin is found, its gate keeps long documents back, and its recipe publishes."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from pmflow_core import onboarding, plugins
from pmflow_core.accounts.models import User
from pmflow_core.cli.frame import connected
from pmflow_core.db.transaction import transaction
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.validation import InvalidRecipe
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import DocumentFacts, GateFacts
from pmflow_core.settings import Settings, get_settings

EXAMPLE = Path(__file__).parents[2] / "examples" / "plugin_word_limit"
PLUGIN = "pmflow_word_limit:register"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The example's folder is on the path; what it registers ends with the test."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(EXAMPLE))
    yield
    for name in set(sys.modules) - before:
        if name == "publish" or name.startswith("pmflow_word_limit"):
            del sys.modules[name]
    plugins.load(Settings(plugins=False))


@pytest.fixture
def extensions(example: None) -> Extensions:
    """What a process with the plugin has."""
    del example
    return plugins.load(Settings(plugins=False, plugin_modules=[PLUGIN]))


def verdict(extensions: Extensions, words: int, *, allowed: int) -> tuple[bool, str]:
    text = "word " * words
    document = DocumentFacts("prd", "prd", text, 1, "0" * 64)
    facts = GateFacts({"prd": document} if words else {}, {}, {})
    kind = extensions.gates.get("word_limit")
    found = kind.evaluate(kind.params(document="prd", words=allowed), facts)
    return found.passed, found.detail


@pytest.mark.parametrize(
    ("words", "allowed", "expected"),
    [
        (3, 3, (True, "3 words, at most 3")),
        (1_201, 1_200, (False, "1,201 words, at most 1,200")),
        (0, 3, (False, "No prd yet.")),
    ],
)
def test_the_gate_lets_only_short_documents_pass(
    extensions: Extensions, words: int, allowed: int, expected: tuple[bool, str]
) -> None:
    assert verdict(extensions, words, allowed=allowed) == expected


def test_without_the_plugin_its_recipe_is_refused(example: None) -> None:
    del example
    extensions = plugins.load(Settings(plugins=False))
    recipe = import_module("publish").RECIPE
    with pytest.raises(InvalidRecipe, match="there is no gate 'word_limit'"):
        recipes.validate(recipe, extensions.catalogue())


def test_the_script_publishes_the_recipe_for_later_runs(
    example: None, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del example
    url = make_url(database_url).render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("PMFLOW_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PMFLOW_PLUGIN_MODULES", f'["{PLUGIN}"]')
    get_settings.cache_clear()
    workspace_id, slug = uuid4(), f"words-{uuid4().hex[:8]}"
    with connected(), transaction(workspace_id) as session:
        admin = User(email=f"{slug}@example.com", name="Product lead")
        session.add(admin)
        session.flush()
        onboarding.create_workspace(
            session, workspace_id, name=slug, slug=slug, admin_user_id=admin.id
        )
    assert import_module("publish").publish(slug) == 2
    with connected(), transaction(workspace_id) as session:
        found = recipes.find_spec(session, "prd")
        assert found is not None
        assert [gate.kind for gate in found[1].gates][-1] == "word_limit"
    get_settings.cache_clear()
