"""`pmflow secrets`: the key that stored secrets are encrypted with, changed without losing one."""

import secrets

from pmflow_core.cli.frame import Json, answer, command_group, connected, in_no_workspace
from pmflow_core.db.transaction import transaction
from pmflow_core.integrations import resealing
from pmflow_core.settings import Settings, get_settings

app = command_group("Keep the secrets that are stored for other programs.")
KEPT_KEYS = 2


@app.command()
def rotate(as_json: Json = False) -> None:
    """Encrypt stored secrets with the first key of PMFLOW_SECRET_KEY.

    When the key is kept in the data folder, a new one is made first.
    """
    with connected() as here:
        own_file = here.settings.secret_key is None
        if own_file:
            _put_first(here.settings)
        keys = get_settings().secrets()
        with in_no_workspace() as session:
            workspaces = resealing.workspaces_with_secrets(session)
        done = 0
        for workspace_id in workspaces:
            with transaction(workspace_id) as session:
                done += resealing.reseal_workspace(session, keys)
    following = "" if own_file else " Now remove the older keys from PMFLOW_SECRET_KEY."
    document = {"webhooks": done, "workspaces": len(workspaces), "keys": len(keys)}
    answer(
        document,
        f"The secrets of {done} webhooks are under the first key.{following}",
        as_json=as_json,
    )


def _put_first(settings: Settings) -> None:
    """Put a new key before the one in the file; that one stays for what is sealed meanwhile."""
    kept = [secrets.token_urlsafe(48), *(key.decode() for key in settings.secrets())]
    draft = settings.key_file.with_name("secret.key.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(",".join(kept[:KEPT_KEYS]), encoding="utf-8")
    draft.replace(settings.key_file)
