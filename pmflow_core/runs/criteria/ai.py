"""`ai:SENTENCE`: a model judges that the sentence holds of the document; never the only check."""

from pmflow_core.errors import Invalid
from pmflow_core.runs.kinds import CriterionFacts, CriterionKind, Verdict

_LONGEST = 300


def parse(argument: str) -> str:
    """Return the sentence; raises Invalid when it is none or too long."""
    if not argument:
        raise Invalid("needs a sentence that should hold of the document")
    if len(argument) > _LONGEST:
        raise Invalid(f"a sentence has at most {_LONGEST} characters")
    return argument


def check(sentence: str, facts: CriterionFacts) -> Verdict:
    """Pass when the judge says that it holds; a judge that cannot be understood fails it."""
    title = f"Judged: {sentence}"
    if facts.outcome.document is None:
        return Verdict("ai", title, passed=False, detail="No document was written.")
    if facts.judge is None:
        return Verdict("ai", title, passed=False, detail="There is no judge here.")
    holds, why = facts.judge(sentence, facts.outcome.document.content)
    return Verdict("ai", title, passed=holds, detail=why)


AI = CriterionKind("ai", parse, check)
