"""Everything recipes may name, built-in or from plugins; installed once per process."""

from dataclasses import dataclass, field

from pmflow_core.errors import Unavailable
from pmflow_core.outbox.effects import EffectKind
from pmflow_core.providers.base import Provider
from pmflow_core.recipes.validation import Catalogue
from pmflow_core.registry import Registry
from pmflow_core.runs.kinds import Check, CriterionKind, GateKind, StepKind, ToolKind


@dataclass(frozen=True)
class Extensions:
    """What a plugin's `register(extensions)` adds to."""

    steps: Registry[StepKind] = field(default_factory=lambda: Registry[StepKind]("step"))
    criteria: Registry[CriterionKind] = field(
        default_factory=lambda: Registry[CriterionKind]("criterion")
    )
    gates: Registry[GateKind] = field(default_factory=lambda: Registry[GateKind]("gate"))
    checks: Registry[Check] = field(default_factory=lambda: Registry[Check]("check"))
    tools: Registry[ToolKind] = field(default_factory=lambda: Registry[ToolKind]("tool"))
    effects: Registry[EffectKind] = field(default_factory=lambda: Registry[EffectKind]("effect"))
    providers: Registry[Provider] = field(default_factory=lambda: Registry[Provider]("provider"))

    default_provider: str = "local"

    def provider(self, name: str | None) -> Provider:
        """Return a provider by name, the installation's default for None; raises Invalid."""
        return self.providers.get(name or self.default_provider)

    def catalogue(self) -> Catalogue:
        """Return what recipe validation needs of it."""
        return Catalogue(
            steps={kind.name: kind.params for kind in self.steps},
            gates={kind.name: kind.params for kind in self.gates},
            criteria={kind.name: kind.parse for kind in self.criteria},
            providers=frozenset(provider.name for provider in self.providers),
            tools=frozenset(tool.name for tool in self.tools),
            checks={check.name: check.params for check in self.checks},
        )


@dataclass
class _Installed:
    extensions: Extensions | None = None


_installed = _Installed()


def install(extensions: Extensions) -> None:
    """Make `extensions` those of this process; the start-up of every process calls it once."""
    _installed.extensions = extensions


def installed() -> Extensions:
    """Return this process's extensions; raises Unavailable when start-up was skipped."""
    if _installed.extensions is None:
        raise Unavailable("This process has not loaded its steps and gates.")
    return _installed.extensions
