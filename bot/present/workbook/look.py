"""How a workbook looks, dark or light: colours, and the named styles of its cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Look(StrEnum):
    """What somebody may choose."""

    DARK = "dark"
    LIGHT = "light"


class Kind(StrEnum):
    """What a column holds; each is a style of its own, with its number format."""

    TEXT = "text"
    NUMBER = "number"
    HOURS = "hours"
    DAY = "day"
    MOMENT = "moment"


FORMATS: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "@",
    Kind.NUMBER: "#,##0",
    Kind.HOURS: "#,##0.0",
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
LATE: Final[Mapping[Kind, str]] = {Kind.NUMBER: '"≈"#,##0', Kind.HOURS: '"≈"#,##0.0'}
"""How gains are written that cover less than their time: still numbers, so that sums and sorts work."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours without their hash. ``groups`` are of the headings above columns, in turn."""

    canvas: str
    ink: str
    faint: str
    header: str
    zero: str
    unknown: str
    bar: str
    low: str
    high: str
    line: str
    groups: tuple[str, ...]


PALETTES: Final = {
    Look.DARK: Palette(
        canvas="2B2D31",
        ink="F2F3F5",
        faint="B5BAC1",
        header="1E1F22",
        zero="F0B132",
        unknown="3A3C42",
        bar="2F6B9A",
        low="2B2D31",
        high="1F6F8B",
        line="44474D",
        groups=("24475F", "4A3A14", "1F4D3A", "4A2E45", "3B3F63", "5A3222"),
    ),
    Look.LIGHT: Palette(
        canvas="FFFFFF",
        ink="1E1F22",
        faint="5C5F66",
        header="E3E5E8",
        zero="9A5B00",
        unknown="E9EAED",
        bar="9CCBEA",
        low="FFFFFF",
        high="8CC4E0",
        line="D4D7DC",
        groups=("CFE5F5", "FBE8C5", "CFEBDD", "F1D9EA", "DDDFF3", "F6DACD"),
    ),
}


def late_style(kind: Kind) -> str:
    """The named style of a gain that covers less than its time."""
    return f"late {kind.value}"


def add_styles(book: Any, palette: Palette) -> None:
    """Give a workbook the named styles: ``text``, ``number`` and so on, ``head`` and ``title``."""
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

    canvas = PatternFill("solid", fgColor=palette.canvas)
    below = Border(bottom=Side(style="hair", color=palette.line))
    kinds = [(kind, kind.value, written) for kind, written in FORMATS.items()]
    for kind, name, written in (*kinds, *((kind, late_style(kind), late) for kind, late in LATE.items())):
        book.add_named_style(
            NamedStyle(
                name=name,
                font=Font(name="Calibri", size=11, color=palette.ink),
                fill=canvas,
                border=below,
                number_format=written,
                alignment=Alignment(
                    vertical="center", horizontal="left" if kind is Kind.TEXT else "right", indent=0
                ),
            )
        )
    head = Font(name="Calibri", size=11, bold=True, color=palette.ink)
    wrapped = Alignment(vertical="center", horizontal="center", wrap_text=True)
    book.add_named_style(
        NamedStyle(
            name="head", font=head, fill=PatternFill("solid", fgColor=palette.header), alignment=wrapped
        )
    )
    for number, colour in enumerate(palette.groups):
        fill = PatternFill("solid", fgColor=colour)
        book.add_named_style(NamedStyle(name=f"group {number}", font=head, fill=fill, alignment=wrapped))
    title = Font(name="Calibri", size=16, bold=True, color=palette.ink)
    book.add_named_style(
        NamedStyle(name="title", font=title, fill=canvas, alignment=Alignment(vertical="center"))
    )
    small = Font(name="Calibri", size=10, color=palette.faint)
    wide = Alignment(vertical="top", wrap_text=True)
    book.add_named_style(NamedStyle(name="small", font=small, fill=canvas, alignment=wide))
    unknown = PatternFill("lightUp", fgColor=palette.line, bgColor=palette.unknown)
    book.add_named_style(NamedStyle(name="unknown", fill=unknown, border=below))
