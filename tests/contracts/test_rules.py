"""Every rule holds everywhere, and each catches a planted breach."""

from textwrap import indent

import pytest

from tests.contracts.rules import RULES, Rule
from tests.contracts.sources import Source, sources

LATER = "TO" + "DO"
HERE = "/wo" + "rk/"
INDEX = "https://py" + "pi.org/simple"
LONG = "def long():\n" + indent("pass\n" * 40, "    ")
FINE = "def short():\n" + indent("pass\n" * 39, "    ")

PLANTED = {
    "file_is_short": [
        Source("pmflow_core/runs/engine.py", "\n" * 401),
        Source("assets/css/tokens.css", "\n" * 401),
        Source("pmflow_ui/components/log.jsx", "\n" * 401),
    ],
    "functions_are_short": [
        Source("worker/jobs.py", LONG),
        Source("tests/core/test_x.py", "async " + LONG),
    ],
    "name_says_something": [
        Source("pmflow_core/utils.py", ""),
        Source("pmflow_ui/common/names.py", ""),
    ],
    "edges_commit": [
        Source("pmflow_core/runs/service.py", "def f(session):\n    session.commit()\n"),
        Source("pmflow_ui/state/home.py", "with transaction(None) as s:\n    s.rollback()\n"),
    ],
    "row_locks_let_children_in": [
        Source("pmflow_core/runs/repository.py", "statement.with_for_update()"),
        Source("pmflow_core/runs/repository.py", "select(Run).with_for_update(skip_locked=True)"),
    ],
    "markup_is_never_raw": [
        Source("pmflow_ui/pages/home.py", "rx.html(text)"),
        Source("pmflow_ui/pages/home.py", "rx.markdown(text)"),
        Source("pmflow_ui/pages/home.py", "show(text, use_raw=True)"),
        Source("pmflow_ui/components/log.jsx", "node.innerHTML = text"),
        Source("pmflow_ui/components/log.jsx", "<p dangerouslySetInnerHTML={text} />"),
    ],
    "tests_use_real_things": [
        Source("tests/core/test_x.py", "from unittest import mock"),
        Source("tests/core/test_x.py", "from unittest.mock import patch"),
        Source("tests/core/test_x.py", "import unittest.mock"),
        Source("tests/core/test_x.py", "mocker.spy(a, 'b')"),
        Source("tests/core/test_x.py", "monkeypatch.setattr(a, 'b', 1)"),
    ],
    "statements_pass_the_tenancy_filter": [
        Source("pmflow_core/board/reads.py", "text('select id from signals where id = :id')"),
        Source("pmflow_core/board/reads.py", 'text("""\n delete from only projects p""")'),
        Source("worker/reconcile.py", "text(f'update stage_runs set status = {status}')"),
        Source("pmflow_core/board/reads.py", "session.connection().execute(statement)"),
        Source("pmflow_core/board/reads.py", "select(Signal.__table__)"),
    ],
    "nothing_is_put_off": [Source("a.md", f"{LATER}: write"), Source("x.py", f"# {LATER}")],
    "names_no_other_machine": [Source("Makefile", f"cd {HERE}main"), Source("a.py", f'"{HERE}x"')],
    "names_no_package_index": [
        Source("requirements.lock", f"--index" f"-url {INDEX}"),
        Source("reflex.lock/bun.lock", '["react@1", "https://registry.example/react.tgz"]'),
        Source("docs/how-to/install.md", f"pip install -i {INDEX} pmflow"),
    ],
}  # fmt: skip
INNOCENT = [
    Source("pmflow_core/migrations/versions/20261123_first.py", LONG + "\n" * 500),
    Source("pmflow_core/runs/engine.py", FINE + "\n" * 360),
    Source("pmflow_core/db/transaction.py", "session.commit()"),
    Source("worker/x.py", "text('select id from worker_heartbeats')"),
    Source("tests/core/test_x.py", "client.patch('/api')\nmonkeypatch.setenv('A', 'b')"),
    Source("docs/index.md", f"The network{HERE}shop, the root/branch, https://example.com/root"),
    Source("requirements.lock", "httpcore==1.0.9 \\\n    # via httpx"),
    Source("pmflow_ui/pages/home.py", "show(text, use_raw=False)\nrx.el.html(text)"),
]


@pytest.fixture(scope="module")
def files() -> list[Source]:
    return sources()


def named(rule: Rule) -> str:
    return rule.__name__


def test_the_whole_project_is_read(files: list[Source]) -> None:
    paths = {source.path for source in files}
    assert {"Makefile", "requirements.lock", "pmflow_ui/theme.py", ".ci/run"} <= paths
    assert not any("/__pycache__/" in path or ".venv" in path for path in paths)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_every_file_keeps_the_rule(rule: Rule, files: list[Source]) -> None:
    breaches = [breach for source in files for breach in rule(source)]
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_the_rule_catches_what_breaks_it(rule: Rule) -> None:
    missed = [source for source in PLANTED[rule.__name__] if not list(rule(source))]
    assert missed == []


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_the_rule_lets_the_innocent_pass(rule: Rule) -> None:
    assert [breach for source in INNOCENT for breach in rule(source)] == []
