from collections.abc import Iterator

import pytest

from pmflow_core import plugins
from pmflow_core.settings import BadSettings, Settings, get_settings

NAMES = ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL")


@pytest.fixture(autouse=True)
def _no_vendor_is_set_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (*NAMES, "PMFLOW_PROVIDER"):
        monkeypatch.delenv(name, raising=False)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()
    plugins.load(Settings(plugins=False))


def names(**given: str) -> list[str]:
    settings = Settings.model_validate({"plugins": False, **given})
    return [provider.name for provider in plugins.load(settings).providers]


def test_a_vendor_is_there_once_its_key_is_set() -> None:
    assert names() == ["local"]
    assert names(ANTHROPIC_API_KEY="sk-1") == ["local", "anthropic"]
    assert names(ANTHROPIC_API_KEY="sk-1", OPENAI_API_KEY="sk-2") == [
        "local",
        "anthropic",
        "openai",
    ]


def test_an_empty_key_is_no_key() -> None:
    assert names(ANTHROPIC_API_KEY=" ", OPENAI_API_KEY="", OPENAI_BASE_URL="") == ["local"]


def test_a_server_of_ones_own_needs_no_key_but_claude_does() -> None:
    assert names(OPENAI_BASE_URL="http://localhost:11434/v1") == ["local", "openai"]
    assert names(ANTHROPIC_BASE_URL="http://localhost:1") == ["local"]


@pytest.mark.parametrize(
    ("provider", "wanted"), [("anthropic", "ANTHROPIC_API_KEY"), ("openai", "OPENAI_API_KEY")]
)
def test_a_default_provider_without_its_key_is_refused_by_name(
    provider: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PMFLOW_PROVIDER", provider)
    with pytest.raises(BadSettings, match=f"PMFLOW_PROVIDER: .*{wanted}"):
        get_settings()
    monkeypatch.setenv(wanted, "sk-1")
    assert plugins.load(get_settings()).provider(None).name == provider


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="must begin with http"):
        names(OPENAI_BASE_URL="localhost:11434")


def test_a_key_is_not_shown_with_the_settings() -> None:
    assert "sk-1" not in repr(Settings.model_validate({"ANTHROPIC_API_KEY": "sk-1"}))
