"""Regular expressions that people write, matched in time linear in the text.

Python's own engine can be made to run for years by a pattern of ten characters, in the transaction
that decides on a project. Rust's, which Pydantic ships, cannot; in exchange it has no look-around
and no back references (https://docs.rs/regex).
"""

from typing import Annotated

from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import SchemaError

from pmflow_core.errors import Invalid

LONGEST = 300
_LINEAR = ConfigDict(regex_engine="rust-regex")


class Pattern:
    """A compiled pattern; `source` is what was written."""

    def __init__(self, source: str) -> None:
        """Compile a pattern; `/…/ims` is taken with its flags.

        Raises:
            Invalid: it is too long, or is no regular expression.
        """
        if len(source) > LONGEST:
            raise Invalid(f"a pattern has at most {LONGEST} characters")
        self.source = source
        try:
            self._matches = TypeAdapter(
                Annotated[str, StringConstraints(pattern=_with_flags(source))], config=_LINEAR
            )
        except SchemaError as error:
            raise Invalid(f"{source} is not a pattern: {_reason(error)}") from error

    def found_in(self, text: str) -> bool:
        """Return whether the pattern matches anywhere in the text."""
        try:
            self._matches.validate_python(text)
        except ValidationError:
            return False
        return True


def _with_flags(source: str) -> str:
    body, slash, flags = source[1:].rpartition("/")
    if not source.startswith("/") or not slash:
        if source.startswith("/") or not source:
            raise Invalid("write a pattern between slashes, such as /R1/")
        return source
    if not body:
        raise Invalid("the pattern between the slashes is empty")
    if set(flags) - set("ims"):
        raise Invalid(f"flags are i, m and s, not {flags!r}")
    return f"(?{flags}){body}" if flags else body


def _reason(error: SchemaError) -> str:
    """The last line of what the engine says, which names the fault."""
    return str(error).strip().splitlines()[-1].removeprefix("error: ").strip()
