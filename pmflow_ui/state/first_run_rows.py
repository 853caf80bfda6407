"""The first steps of a workspace in words: one source for the strip and the large checklist."""

from dataclasses import dataclass, field

from pmflow_core.board.first_run import FirstRunRead, FormingThemes, Step, ToRun
from pmflow_core.themes.rules import MIN_TEXTS
from pmflow_core.themes.schemas import ThemeTag
from pmflow_ui.figures import counted

HIDDEN = "Getting started is hidden for everybody here"
ALL_DONE = "All four first steps are done"


@dataclass(frozen=True)
class StepWords:
    """What a step is called, and what there is to know of it before it is its turn."""

    title: str
    about: str


WORDS = {
    Step.SIGNALS: StepWords(
        "Bring in signals", f"{MIN_TEXTS} signals are enough for the first themes."
    ),
    Step.THEMES: StepWords("Let themes form", "They form by themselves from what people said."),
    Step.PROJECT: StepWords("Turn one into a project", "Its signals stay linked as evidence."),
    Step.RUN: StepWords("Run the first stage", "The local provider needs no key."),
}
STEPS = tuple(WORDS.values())
PLACE = {step: place for place, step in enumerate(WORDS)}


@dataclass(frozen=True)
class FirstRunView:
    """How far the first run is: which steps are done, and the way on from the current one.

    Not `known` before the tab has looked; not `shown` where it is over, or not for this person.
    """

    known: bool = False
    shown: bool = False
    done: list[bool] = field(default_factory=lambda: [False] * len(STEPS))
    current: int = 0
    text: str = ""
    action: str = ""
    href: str = ""


OVER = FirstRunView(known=True)


@dataclass(frozen=True)
class _Way:
    """One sentence of what to do, and the link that does it."""

    text: str
    action: str
    path: str


def as_view(read: FirstRunRead, slug: str) -> FirstRunView:
    """Return how far the first run of the workspace `slug` is, which is not over."""
    way = _way(read)
    return FirstRunView(
        known=True,
        shown=True,
        done=[step in read.done for step in WORDS],
        current=PLACE[read.current or Step.RUN],
        text=way.text,
        action=way.action,
        href=f"/w/{slug}/{way.path}",
    )


def _way(read: FirstRunRead) -> _Way:
    if read.forming is not None:
        return _to_themes(read.forming)
    if read.theme is not None:
        return _to_project(read.theme, read.themes)
    if read.to_run is not None:
        return _to_run(read.to_run)
    if read.current is Step.PROJECT:
        # Themes whose signals were all put away.
        return _Way(WORDS[Step.PROJECT].about, "Look at the themes", "themes")
    about = WORDS[Step.SIGNALS].about
    return _Way(f"Paste what people said, or import a file. {about}", "Add signals", "signals")


def _to_themes(forming: FormingThemes) -> _Way:
    missing = forming.needed - forming.themable
    enough = missing <= 0
    if forming.is_reading or (enough and not forming.was_tried):
        text = "Your signals are being read; themes appear as soon as that is done."
        return _Way(text, "Look at the themes", "themes")
    if enough:
        text = "Too few signals speak of the same matter to make a theme; add more of them."
        return _Way(text, "Add signals", "signals")
    text = (
        f"Themes form from {forming.needed} signals that say something: "
        f"{forming.themable} are here, {missing} more are needed."
    )
    return _Way(text, "Add signals", "signals")


def _to_project(theme: ThemeTag, themes: int) -> _Way:
    largest = f"“{theme.label}” is the largest of {counted(themes, 'theme')}."
    if themes == 1:
        largest = f"“{theme.label}” is the first theme."
    text = f"{largest} Open it, or another one, and choose Create project."
    return _Way(text, "Open the theme", f"themes/{theme.id}")


def _to_run(to_run: ToRun) -> _Way:
    if to_run.run_id is not None:
        text = f"Run {to_run.run_number} of {to_run.key} is under way; it ends with a document."
        return _Way(text, "Watch the run", f"runs/{to_run.run_id}")
    text = f"Open {to_run.key} and choose Run {to_run.stage}. {WORDS[Step.RUN].about}"
    return _Way(text, f"Open {to_run.key}", f"projects/{to_run.key}")
