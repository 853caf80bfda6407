"""A question made ready: words looked up, operators understood, typing errors mended."""

from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from pmflow_core.search import repository
from pmflow_core.search.questions import Question
from pmflow_core.search.words import (
    Word,
    any_of,
    being_typed,
    corrected,
    is_strict,
    keys,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for; `strict` is the query of quotes and minus signs, if it has any."""

    question: Question
    keys: list[str] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    strict: str = ""
    corrected: list[str] = field(default_factory=list)

    @property
    def query(self) -> str:
        """Return what short texts are matched with; a word being typed is a beginning there."""
        if self.strict or not self.words:
            return self.strict
        return any_of([*self.words[:-1], replace(self.words[-1], beginning=True)])

    @property
    def marking(self) -> str:
        """Return the query whose matches are marked."""
        return self.strict or any_of(self.words)

    @property
    def stems(self) -> list[str]:
        """Return what a matching word begins with."""
        return [word.text for word in self.words]

    @property
    def is_only_keys(self) -> bool:
        """Return whether there is nothing but keys in it."""
        return bool(self.keys) and len(self.keys) == len(self.question.text.split())


def ask(session: Session, question: Question) -> Asked:
    """Return a question ready to be answered; never raises, whatever people type."""
    text = question.text
    known = repository.words_of(session, text)
    if is_strict(text):
        strict = repository.strict_query(session, text)
        return Asked(question, keys(text), known, strict or _NOTHING)
    words = being_typed(text, known)
    if words and words[-1].beginning and not repository.is_used(session, words[-1]):
        words = known
    mended = _mended(session, text, [word for word in words if not word.used])
    more = [word for word in mended if word.text not in {each.text for each in words}]
    return Asked(question, keys(text), [*more, *words], "", [word.text for word in more])


_NOTHING = "'\u0001'"
"""Nothing but what is left out is asked for, and no text holds this word."""


def _mended(session: Session, text: str, unused: list[Word]) -> list[Word]:
    if not unused:
        return []
    meant = corrected(text, unused, repository.vocabulary(session))
    return [word for word in repository.words_of(session, " ".join(meant)) if word.used]
