import pytest

from pmflow_core.providers.base import GenerateRequest, ProviderRejected, ProviderUnavailable
from pmflow_core.providers.scripted import ScriptedProvider

REQUEST = GenerateRequest("prd", "T", "P", "", (), ())


def test_answers_come_in_order_and_requests_are_kept() -> None:
    provider = ScriptedProvider(["one\ntwo\n", ProviderUnavailable("busy")])
    heard: list[str] = []
    assert provider.generate(REQUEST, heard.append).text == "one\ntwo\n"
    assert heard == ["one\n", "two\n"]
    with pytest.raises(ProviderUnavailable):
        provider.generate(REQUEST, heard.append)
    with pytest.raises(ProviderRejected, match="call 3"):
        provider.generate(REQUEST, heard.append)
    assert provider.requests == [REQUEST] * 3
