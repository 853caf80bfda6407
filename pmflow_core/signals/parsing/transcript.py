"""A transcript as people read it: one line for each thing said, with its time and speaker.

A caption file is cut by its timing, and often repeats itself; nobody reads that as an original.
"""

from collections.abc import Iterable
from dataclasses import replace

from pmflow_core.signals.normalise import normalise
from pmflow_core.signals.parsing.captions import Utterance
from pmflow_core.signals.parsing.records import ParsedSignal, Rejected


def write_transcript(
    said: Iterable[Utterance | Rejected],
) -> tuple[str, list[ParsedSignal | Rejected]]:
    """The text of the transcript, and its parts with their place in that text."""
    lines: list[str] = []
    parts: list[ParsedSignal | Rejected] = []
    offset = 0
    for one in said:
        if isinstance(one, Rejected):
            parts.append(one)
            continue
        part = _as_signal(one)
        lead = f"[{_clock(one.start_s)}] "
        if one.speaker:
            lead += f"{part.fields['speaker']}: "
        begin = offset + len(lead)
        parts.append(replace(part, offset=begin, end=begin + len(part.text)))
        lines.append(f"{lead}{part.text}")
        offset += len(lines[-1]) + 1
    return "\n".join(lines), parts


def _as_signal(said: Utterance) -> ParsedSignal:
    fields = {"start_s": f"{said.start_s:g}", "end_s": f"{said.end_s:g}"}
    if said.speaker:
        fields["speaker"] = normalise(said.speaker)
    return ParsedSignal(line=said.line, text=normalise(said.text), fields=fields)


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}"
