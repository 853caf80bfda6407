"""Settings from the environment and `.env`; only edges call `get_settings()`."""

import secrets
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import SettingsConfigDict

from pmflow_core.errors import Invalid
from pmflow_core.sign_in_settings import SignInSettings

POSTGRES_SCHEMES = ("postgresql+psycopg://", "postgresql://", "postgres://")


def _named(name: str) -> AliasChoices:
    """Accept the usual name of a setting that carries no prefix."""
    return AliasChoices(name, name.lower())


class Settings(SignInSettings):
    """Everything an operator can set; each field says its unit and bounds."""

    model_config = SettingsConfigDict(env_prefix="PMFLOW_", env_file=".env", extra="ignore")

    database_url: SecretStr | None = Field(
        None,
        validation_alias=_named("DATABASE_URL"),
        description="PostgreSQL with pgvector; absent means the embedded server.",
    )
    redis_url: SecretStr | None = Field(
        None,
        validation_alias=_named("REDIS_URL"),
        description="Redis or Valkey; absent means the embedded server.",
    )
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("pmflow", appauthor=False),
        description="Folder of embedded servers, the secret key and uploads; outside the clone.",
    )
    host: str = Field("127.0.0.1", description="Address the web process listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the web process listens on.")
    public_url: str | None = Field(
        None, description="Address people type; absent means http://localhost:PORT."
    )
    workers: int = Field(2, ge=1, le=64, description="Worker processes that `pmflow up` starts.")
    secret_key: SecretStr | None = Field(
        None,
        description=(
            "Signs and encrypts; made and kept in the data folder when absent. Several, separated"
            " by commas, while it is changed: the first counts, the others only open what they"
            " encrypted."
        ),
    )
    webhook_private_targets: list[str] = Field(
        default_factory=list,
        description=(
            'Private networks that outgoing webhooks may reach, as a JSON list: ["10.1.2.0/24"].'
            " Empty: only public addresses."
        ),
    )
    cron_secret: SecretStr | None = Field(
        None,
        min_length=16,
        description=(
            "Bearer secret of `POST /api/cron/…` for a clock outside of pmflow, 16 characters at"
            " least; absent means that these routes are off."
        ),
    )
    anthropic_api_key: SecretStr | None = Field(
        None,
        validation_alias=_named("ANTHROPIC_API_KEY"),
        description="Makes the provider `anthropic` available.",
    )
    anthropic_base_url: str | None = Field(
        None,
        validation_alias=_named("ANTHROPIC_BASE_URL"),
        description="A server of one's own that speaks the Messages API; absent means Anthropic.",
    )
    anthropic_model: str = Field("claude-sonnet-5-5", description="Model of `anthropic`.")
    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias=_named("OPENAI_API_KEY"),
        description="Makes the provider `openai` available.",
    )
    openai_base_url: str | None = Field(
        None,
        validation_alias=_named("OPENAI_BASE_URL"),
        description=(
            "A server that speaks Chat Completions, such as Ollama or vLLM (ends in /v1); makes"
            " `openai` available without a key. Absent means OpenAI."
        ),
    )
    openai_model: str = Field("gpt-6.2-sol", description="Model of `openai`.")
    composio_api_key: SecretStr | None = Field(
        None,
        validation_alias=_named("COMPOSIO_API_KEY"),
        description="Makes the tools of apps connected at Composio available to recipes.",
    )
    composio_base_url: str | None = Field(
        None,
        validation_alias=_named("COMPOSIO_BASE_URL"),
        description="Another address of its API; absent means Composio.",
    )
    composio_tools: list[str] = Field(
        default_factory=list,
        description=(
            "Names of its tools as a JSON list; empty means the important ones of connected apps."
        ),
    )
    composio_user_id: str | None = Field(
        None,
        description=(
            "Whose connected accounts its tools act with; absent means the workspace's id, so that"
            " each workspace has its own."
        ),
    )
    model_prices: dict[str, tuple[Decimal, Decimal]] = Field(
        default_factory=dict,
        description=(
            'US dollars per million input and output tokens by model, as JSON: {"a-model": [2,'
            " 10]}. Needed for a vendor's model whose price is not built in."
        ),
    )
    model_effort: Literal["default", "low", "medium", "high"] = Field(
        "low", description="How much models that think may think; `default` leaves it to them."
    )
    thinking_tokens: int = Field(
        16_000,
        ge=0,
        le=100_000,
        description="Tokens for thinking, on top of a document's own limit.",
    )
    evidence_chars: int = Field(
        60_000,
        ge=2_000,
        le=600_000,
        description="Characters of signals that a model is shown; lower it for small contexts.",
    )
    # Below the keys, because it is checked against them.
    provider: Literal["local", "anthropic", "openai"] = Field(
        "local", description="Provider of recipes that name none; others than `local` need a key."
    )
    embedding: Literal["local", "openai"] = Field(
        "local",
        description="Model that embeds signals; after a change they are embedded anew.",
    )
    openai_embedding_model: str = Field(
        "text-embedding-3-small",
        description="Model of `openai` that embeds; it must take `dimensions`.",
    )
    log_json: bool = Field(False, description="Write JSON log lines instead of console text.")
    trusted_proxy_hops: int = Field(
        0,
        ge=0,
        le=10,
        description=(
            "Proxies of your own before pmflow, each of which adds to `X-Forwarded-For`; 0 means"
            " that the header is not believed."
        ),
    )
    api_rate_per_key: int = Field(
        1_200, ge=1, le=1_000_000, description="Requests a minute that one API key may send."
    )
    api_rate_per_address: int = Field(
        12_000,
        ge=1,
        le=10_000_000,
        description="Requests a minute to `/api/` that one network address may send.",
    )
    prepared_statements: bool = Field(True, description="Switch off behind a transaction pooler.")
    database_pool_size: int = Field(
        5, ge=1, le=100, description="Connections per process; as many again under load."
    )
    lease_s: float = Field(45.0, ge=1, le=600, description="Lease of a running stage run, seconds.")
    heartbeat_s: float = Field(15.0, ge=0.2, le=200, description="Renewal of the lease, seconds.")
    reconcile_s: float = Field(5.0, ge=0.2, le=60, description="Pause of the reconciler, seconds.")
    drain_s: float = Field(
        25.0,
        ge=0,
        le=3600,
        description="Time of a stopping worker for its step, seconds; then the run is handed over.",
    )
    queue_alarm_s: float = Field(
        300.0, ge=1, le=86_400, description="Queued so long with no worker alive is an alarm."
    )
    runs_per_workspace: int = Field(4, ge=1, le=100, description="Runs running at once.")
    embedding_threads: int = Field(1, ge=1, le=64, description="Threads of the local model.")
    plugins: bool = Field(True, description="Load installed `pmflow.plugins` entry points.")
    plugin_modules: list[str] = Field(
        default_factory=list,
        description='Further plugins as a JSON list of "module:function".',
    )

    @field_validator("database_url")
    @classmethod
    def _with_driver(cls, url: SecretStr | None) -> SecretStr | None:
        if url is None or not url.get_secret_value():
            return None
        text = url.get_secret_value()
        for scheme in POSTGRES_SCHEMES:
            if text.startswith(scheme):
                return SecretStr("postgresql+psycopg://" + text.removeprefix(scheme))
        raise ValueError("must begin with postgresql://")

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, url: SecretStr | None) -> SecretStr | None:
        if url is None or not url.get_secret_value():
            return None
        if not url.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return url

    @field_validator("secret_key")
    @classmethod
    def _names_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        return None if key is None or not _listed(key.get_secret_value()) else key

    @field_validator("webhook_private_targets")
    @classmethod
    def _networks(cls, targets: list[str]) -> list[str]:
        return [str(ip_network(target)) for target in targets]

    @field_validator("cron_secret", mode="before")
    @classmethod
    def _secret_or_none(cls, secret: object) -> object:
        return secret or None

    @field_validator("anthropic_api_key", "openai_api_key", "composio_api_key")
    @classmethod
    def _key_or_none(cls, key: SecretStr | None) -> SecretStr | None:
        return None if key is None or not key.get_secret_value().strip() else key

    @field_validator("anthropic_base_url", "openai_base_url", "composio_base_url")
    @classmethod
    def _address_or_none(cls, url: str | None) -> str | None:
        if not url:
            return None
        if not url.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url.rstrip("/")

    @field_validator("provider", "embedding")
    @classmethod
    def _has_key(cls, name: str, info: ValidationInfo) -> str:
        given = info.data
        if name == "anthropic" and not given.get("anthropic_api_key"):
            raise ValueError("anthropic needs ANTHROPIC_API_KEY")
        if name == "openai" and not (given.get("openai_api_key") or given.get("openai_base_url")):
            raise ValueError("openai needs OPENAI_API_KEY, or OPENAI_BASE_URL of a server")
        return name

    @property
    def web_url(self) -> str:
        """Return the address people type, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def key_file(self) -> Path:
        """Return where the secret key is kept when no setting names one."""
        return self.data_dir / "secret.key"

    def secret(self) -> bytes:
        """Return the secret key that counts, making it in the data folder when absent."""
        return self.secrets()[0]

    def secrets(self) -> tuple[bytes, ...]:
        """Return the secret keys, the one that counts first; made (mode 0600) when there is none.

        The file is read each time, so that a changed key counts without a restart.
        """
        if self.secret_key is not None:
            return _listed(self.secret_key.get_secret_value())
        if not self.key_file.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            _make_key(self.key_file)
        return _listed(self.key_file.read_text(encoding="utf-8"))


def _make_key(path: Path) -> None:
    """Write a new key, whole or not at all; of several who do it at once one's is kept."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _listed(keys: str) -> tuple[bytes, ...]:
    return tuple(key.strip().encode() for key in keys.split(",") if key.strip())


class BadSettings(Invalid):
    """One or more settings are wrong; the text lists all of them."""

    code = "bad_settings"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the process's settings; raises BadSettings listing every fault at once."""
    try:
        return Settings()  # pyright: ignore[reportCallIssue] fields come from the environment
    except ValidationError as error:
        lines = [f"  {_variable(str(fault['loc'][0]))}: {fault['msg']}" for fault in error.errors()]
        raise BadSettings("Settings are wrong:\n" + "\n".join(lines)) from error


def _variable(name: str) -> str:
    """Return what a faulty setting is called in the environment."""
    field = Settings.model_fields.get(name)
    prefixed = field is not None and field.validation_alias is None
    return f"PMFLOW_{name.upper()}" if prefixed else name.upper()
