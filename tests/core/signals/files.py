"""Files of feedback that the tests write, and what reading them gave."""

from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
)

from pmflow_core.signals.parsing import ParsedSignal, ParseOptions, Rejected, parse_file


def read(path: Path, content: str | bytes, options: ParseOptions | None = None) -> list[str]:
    """What a file gives, one line each: "2: text" or "3! reason"."""
    return [told(part) for part in parsed(path, content, options)]


def parsed(
    path: Path, content: str | bytes, options: ParseOptions | None = None
) -> list[ParsedSignal | Rejected]:
    """What a file gives."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(parse_file(path, options or ParseOptions()))


def signals(
    path: Path, content: str | bytes, options: ParseOptions | None = None
) -> list[ParsedSignal]:
    """The signals alone of a file."""
    return [part for part in parsed(path, content, options) if isinstance(part, ParsedSignal)]


def told(part: ParsedSignal | Rejected) -> str:
    """One part in the form of `read`."""
    if isinstance(part, Rejected):
        return f"{part.line}! {part.reason}"
    return f"{part.line}: {part.text}"


def make_pdf(path: Path, pages: list[list[str]], password: str | None = None) -> Path:
    """A PDF with these lines on its pages; a page of no lines has none of text."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for lines in pages:
        page = writer.add_blank_page(612, 792)
        shown = "".join(f"({line}) Tj T*\n" for line in lines)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 11 Tf 14 TL 72 720 Td\n{shown}ET".encode("latin-1"))
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        page[NameObject("/Contents")] = writer._add_object(stream)
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    with path.open("wb") as target:
        writer.write(target)
    return path


def make_scan(path: Path) -> Path:
    """A PDF whose one page is a picture."""
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    picture = DecodedStreamObject()
    picture.set_data(b"\x00\xff\x00")
    picture.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(1),
            NameObject("/Height"): NumberObject(1),
            NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(8),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {
            NameObject("/XObject"): DictionaryObject(
                {NameObject("/Im1"): writer._add_object(picture)}
            )
        }
    )
    page[NameObject("/MediaBox")] = ArrayObject([FloatObject(n) for n in (0, 0, 100, 100)])
    with path.open("wb") as target:
        writer.write(target)
    return path
