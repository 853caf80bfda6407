"""Every verb that changes a workspace writes it into the audit log, or says here why not."""

from tests.contracts import audited
from tests.contracts.sources import Source, sources

READS = "it changes nothing; the role is for who may look"
LEDGER = "its own rows are append-only and name who and why: "
PART = "part of a verb that writes: "
OWN = "a person's unsaved words, which nobody else sees"
# Verbs that ask for a changing role and write nothing into the audit log, and why.
WITHOUT = {
    "pmflow_core.accounts.api_keys.list_api_keys": READS,
    "pmflow_core.accounts.audit.list_entries": READS,
    "pmflow_core.accounts.audit.list_kinds": READS,
    "pmflow_core.automation.service.themes_to_act_on": READS,
    "pmflow_core.automation.chores.find_orphans": READS,
    "pmflow_core.board.previews.preview_moves": READS,
    "pmflow_core.board.drafts.find_draft": READS,
    "pmflow_core.board.first_run.read": READS,
    "pmflow_core.board.first_run.finish": "nobody decides it: it follows from what the rows show",
    "pmflow_core.signals.duplicates.find": READS,
    "pmflow_core.themes.rebuild.read": READS,
    "pmflow_core.workspaces.invitations.list_invitations": READS,
    "pmflow_core.activity.notifications.tell_members": LEDGER + "notifications",
    "pmflow_core.automation.chores.expire": LEDGER + "suggestions",
    "pmflow_core.automation.chores.propose_merges": LEDGER + "suggestions",
    "pmflow_core.automation.maintenance.begin": LEDGER + "maintenance_runs",
    "pmflow_core.automation.maintenance.request_due": LEDGER + "maintenance_runs",
    "pmflow_core.automation.service.note_skips": LEDGER + "automation_events",
    "pmflow_core.board.service.edit_document": LEDGER + "document_versions",
    "pmflow_core.documents.service.save_version": LEDGER + "document_versions",
    "pmflow_core.runs.advance.check_again": LEDGER + "decisions",
    "pmflow_core.signals.merging.merge_copies": LEDGER + "signal_merges",
    "pmflow_core.intake.samples.send_sample": LEDGER + "raw_events",
    "pmflow_core.activity.notifications.tell": LEDGER + "notifications",
    "pmflow_core.board.drafts.save_version": LEDGER + "document_versions",
    "pmflow_core.board.service.write_document": LEDGER + "document_versions",
    "pmflow_core.board.drafts.keep_draft": OWN,
    "pmflow_core.board.drafts.drop_draft": OWN,
    "pmflow_core.recipes.service.keep_ad_hoc": PART + "the run that it is for writes it",
    "pmflow_core.signals.service.ingest": LEDGER + "imports, raw_events and the signals",
    "pmflow_core.signals.tags.keep_senders": LEDGER + "signal_tags, each with its reason",
    "pmflow_core.signals.tags.take_back": PART + "bulk.undo writes it",
    "pmflow_core.suggestions.service.propose": LEDGER + "suggestions",
    "pmflow_core.themes.rebuild.apply": LEDGER + "clusterings and theme_events",
    "pmflow_core.triage.service.decide_many": PART + "accept and dismiss write each one",
    "pmflow_core.triage.service.undo_many": PART + "undo and restore write each one",
}


def test_every_verb_that_changes_something_is_audited_or_says_why_not() -> None:
    assert set(audited.unaudited(sources())) - set(WITHOUT) == set()


def test_no_exception_outlives_its_verb() -> None:
    assert set(WITHOUT) - set(audited.unaudited(sources())) == set()


def test_a_verb_that_forgets_the_audit_log_is_found() -> None:
    planted = Source(
        "pmflow_core/planted/service.py",
        "from pmflow_core.accounts import audit\n"
        "from pmflow_core.planted import rows\n"
        "def forgets(session, actor):\n"
        "    actor.require(Role.EDITOR)\n"
        "def asks_for_either(session, actor, own):\n"
        "    actor.require(Role.VIEWER if own else Role.ADMIN)\n"
        "def tells(session, actor):\n"
        "    actor.require(Role.ADMIN)\n"
        "    audit.record(session, actor, 'a.b', 'c')\n"
        "def tells_by_another(session, actor):\n"
        "    actor.require(Role.ADMIN)\n"
        "    _note(session, actor)\n"
        "def _note(session, actor):\n"
        "    audit.record(session, actor, 'a.b', 'c')\n"
        "def forgets_behind_a_part(session, actor):\n"
        "    _begin(session, actor)\n"
        "def _begin(session, actor):\n"
        "    actor.require(Role.EDITOR)\n"
        "def reads(session, actor):\n"
        "    actor.require(Role.VIEWER)\n",
    )

    assert {name.rpartition(".")[2] for name in audited.unaudited([planted])} == {
        "forgets",
        "asks_for_either",
        "forgets_behind_a_part",
    }
