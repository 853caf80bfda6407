"""The import contracts hold, and each catches a planted import."""

import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from tests.contracts.sources import PRODUCT, ROOT

OPTIONS = read_configuration(str(ROOT / "pyproject.toml"))
CONTRACTS = {options["id"]: options for options in OPTIONS["contracts_options"]}
TYPES = {
    "layers": LayersContract,
    "protected": ProtectedContract,
    "forbidden": ForbiddenContract,
    "acyclic_siblings": AcyclicSiblingsContract,
}
# Contract, the module that would look, and where it would look.
PLANTED = [
    ("roots", "pmflow_ui.call", "worker.jobs"),
    ("roots", "worker.reconcile", "pmflow_ui.call"),
    ("roots", "pmflow_core.jobs", "worker.jobs"),
    ("core-layers", "pmflow_core.accounts.service", "pmflow_core.runs.service"),
    ("core-layers", "pmflow_core.signals.service", "pmflow_core.themes.repository"),
    ("core-layers", "pmflow_core.db.base", "pmflow_core.embedded.server"),
    ("core-layers", "pmflow_core.errors", "pmflow_core.settings"),
    ("feature-layers", "pmflow_core.runs.repository", "pmflow_core.runs.service"),
    ("feature-layers", "pmflow_core.accounts.models", "pmflow_core.accounts.repository"),
    ("feature-layers", "pmflow_core.signals.models", "pmflow_core.signals.schemas"),
    ("ui-layers", "pmflow_ui.state.home", "pmflow_ui.components.shell"),
    ("ui-layers", "pmflow_ui.guard", "pmflow_ui.state.session"),
    ("ui-layers", "pmflow_ui.pages.home", "pmflow_ui.api.auth"),
    ("edges-commit", "pmflow_core.signals.service", "pmflow_core.db.transaction"),
    ("edges-commit", "pmflow_ui.state.home", "pmflow_core.db.transaction"),
    ("statements-stay-home", "pmflow_ui.state.home", "pmflow_core.runs.repository"),
    ("pure-core", "pmflow_core.runs.service", "starlette"),
    ("pure-core", "pmflow_core.cli.roles", "reflex"),
    ("ui-no-sql", "pmflow_ui.api.auth", "sqlalchemy"),
    ("ui-no-sql", "pmflow_ui.state.home", "anthropic"),
    ("providers-no-db", "pmflow_core.providers.base", "pmflow_core.db.base"),
    ("providers-no-db", "pmflow_core.embedding.base", "sqlalchemy"),
    ("acyclic", "pmflow_core.documents.markdown", "pmflow_core.documents.citations"),
    ("acyclic", "pmflow_core.runs.kinds", "pmflow_core.runs.engine"),
]


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PRODUCT, include_external_packages=True, cache_dir=None)


def is_kept(contract_id: str, graph: grimp.ImportGraph) -> bool:
    options: dict[str, Any] = CONTRACTS[contract_id]
    contract = TYPES[options["type"]](options["name"], OPTIONS["session_options"], options)
    return contract.check(deepcopy(graph), verbose=False).kept


@pytest.mark.parametrize("contract_id", CONTRACTS)
def test_the_contract_is_kept(contract_id: str, graph: grimp.ImportGraph) -> None:
    assert is_kept(contract_id, graph)


@pytest.mark.parametrize(("contract_id", "importer", "imported"), PLANTED)
def test_the_contract_catches_a_planted_import(
    contract_id: str, importer: str, imported: str, graph: grimp.ImportGraph
) -> None:
    assert importer in graph.modules
    planted = deepcopy(graph)
    if imported not in planted.modules:
        planted.add_module(imported, is_squashed=True)
    planted.add_import(importer=importer, imported=imported)
    assert not is_kept(contract_id, planted)


@pytest.mark.parametrize(
    ("contract_id", "module"),
    [("core-layers", "pmflow_core.shiny"), ("ui-layers", "pmflow_ui.shiny")],
)
def test_a_module_without_a_layer_is_caught(
    contract_id: str, module: str, graph: grimp.ImportGraph
) -> None:
    planted = deepcopy(graph)
    planted.add_module(module)
    assert not is_kept(contract_id, planted)


def test_every_contract_was_shown_to_catch_something() -> None:
    assert {contract_id for contract_id, _, _ in PLANTED} == set(CONTRACTS)


def test_an_import_planted_in_a_file_fails_the_command(tmp_path: Path) -> None:
    for package in PRODUCT:
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("__pycache__", "*.onnx"),
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "pmflow_core/themes/rules.py").open("a") as file:
        file.write("from pmflow_core.board import service\n")
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    answer = subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "pmflow_core.themes.rules -> pmflow_core.board.service" in answer.stdout
