"""Transcripts (VTT, SRT, SBV): cues joined into utterances, parted by speaker."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pmflow_core.signals.parsing.prose import TextLine, text_lines
from pmflow_core.signals.parsing.records import Rejected

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}(?:\s*-->\s*|,){_TIME}")
_BLOCK_WORDS = re.compile(r"(?:\ufeff?WEBVTT|NOTE|STYLE|REGION)(?:\s|$)")
_VOICE = re.compile(r"<v(?:\.[\w.-]*)?\s+([^>]{1,100})>")
_TAG = re.compile(r"</?[a-zA-Z0-9:.][^<>]{0,200}>|\{\\[^{}]{0,50}\}")
# "Interviewer: …", "Dr. Q 2: …", but not "The problem is: …"
_NAMED = re.compile(r"([^\W\d_a-z][\w.'’-]{0,30}(?: [^\W_a-z][\w.'’-]{0,30}){0,3})\s?:\s+(?=\S)")
_TURN = re.compile(r"\s*(?:>>+|[-–—](?=\s?\w))\s*")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*$")

_PAUSE_S = 2.0
_ENOUGH_CHARS = 300
_MOST_CHARS = 1_200


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one speaker said without a break; `offset` is where its first word stands."""

    offset: int
    line: int
    text: str
    speaker: str | None
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class _Spoken:
    offset: int
    line: int
    text: str
    speaker: str | None
    turn: bool
    start_s: float
    end_s: float


def split_captions(document: str) -> Iterator[Utterance | Rejected]:
    """The utterances of a transcript in order, and the blocks that are no cues.

    Cues of one speaker are joined. Where nobody is named, a sentence end, a pause or a
    dash parts them. A line that rolling captions repeat is taken once.
    """
    said: list[_Spoken] = []
    for part in _without_repeats(document):
        breaks = isinstance(part, Rejected) or _parts(said, part)
        if said and breaks:
            yield _join(said)
            said = []
        if isinstance(part, Rejected):
            yield part
        else:
            said.append(part)
    if said:
        yield _join(said)


def _without_repeats(document: str) -> Iterator[_Spoken | Rejected]:
    before: str | None = None
    for block in _blocks(document):
        if _BLOCK_WORDS.match(block[0].text):
            continue
        cue = _read_cue(block)
        if isinstance(cue, Rejected):
            yield cue
            continue
        for part in cue:
            if part.text != before:
                yield part
            before = part.text


def _blocks(document: str) -> Iterator[list[TextLine]]:
    block: list[TextLine] = []
    for line in text_lines(document):
        if line.text.strip():
            block.append(line)
        elif block and not _holds_the_place(line, block):
            yield block
            block = []
    if block:
        yield block


def _holds_the_place(line: TextLine, block: Sequence[TextLine]) -> bool:
    """True for the blank that automatic captions put where a line is still to come."""
    return bool(line.text) and _TIMING.match(block[-1].text) is not None


def _read_cue(block: Sequence[TextLine]) -> list[_Spoken] | Rejected:
    # an identifier or number may stand before the time
    for position, line in enumerate(block[:2]):
        timing = _TIMING.match(line.text)
        if timing:
            start_s, end_s = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
            return _spoken(block[position + 1 :], start_s, end_s)
    return Rejected(block[0].number, "no time line such as 00:00:01.000 --> 00:00:04.000")


def _spoken(lines: Sequence[TextLine], start_s: float, end_s: float) -> list[_Spoken]:
    spoken: list[_Spoken] = []
    speaker: str | None = None
    for line in lines:
        voice = _VOICE.search(line.text)
        bare = html.unescape(_TAG.sub("", line.text)).strip()
        turn = _TURN.match(bare)
        text = bare[turn.end() :] if turn else bare
        named = None if voice else _NAMED.match(text)
        if name := voice or named:
            speaker = name[1].strip()
        elif turn:
            speaker = None
        text = text[named.end() :] if named else text
        if text:
            offset = line.offset + max(0, line.text.find(text.split(maxsplit=1)[0]))
            spoken.append(
                _Spoken(offset, line.number, text, speaker, turn is not None, start_s, end_s)
            )
    return spoken


def _parts(said: Sequence[_Spoken], part: _Spoken) -> bool:
    if not said:
        return False
    last, chars = said[-1], sum(len(item.text) + 1 for item in said)
    if part.turn or chars + len(part.text) > _MOST_CHARS:
        return True
    speaker = next((item.speaker for item in reversed(said) if item.speaker), None)
    if part.speaker is not None and part.speaker != speaker:
        return True
    ended = _SENTENCE_END.search(last.text) is not None
    if speaker is not None:
        return ended and chars >= _ENOUGH_CHARS * 2
    return ended or part.start_s - last.end_s >= _PAUSE_S or chars >= _ENOUGH_CHARS


def _join(said: Sequence[_Spoken]) -> Utterance:
    return Utterance(
        offset=said[0].offset,
        line=said[0].line,
        text=" ".join(part.text for part in said),
        speaker=said[0].speaker,
        start_s=said[0].start_s,
        end_s=said[-1].end_s,
    )


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")
