"""Numbers as the screens write them, by rules of their own: see surface.md's examples."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

_UNITS = ((Decimal(10) ** 12, "T"), (Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K"))
HOURS = frozenset({"ehp", "ehb"})


def short(value: int | None, metric: str) -> str:
    """12.4M, 612M, 1.24B, 2,231; EHP and EHB with one digit after the point; unknown is a dash."""
    if value is None:
        return "—"
    if metric in HOURS:
        hours = Decimal(value) / 100_000
        return _compact(hours) if abs(hours) >= 10_000 else _tenths(hours)
    return _compact(Decimal(value)) if abs(value) >= 10_000 else f"{value:,}"


def gain(value: int | None, metric: str) -> str:
    """As :func:`short`, with a plus before what is more than nothing, except for messages."""
    text = short(value, metric)
    nothing = value is None or value <= 0 or not text.strip("0.,")
    return text if nothing or metric == "messages" else f"+{text}"


def _tenths(hours: Decimal) -> str:
    if hours == 0:
        return "0"
    return f"{hours.quantize(Decimal('0.1'), ROUND_HALF_EVEN):,}"


def _compact(value: Decimal) -> str:
    """Three digits, or two after the point from a billion on; 999,999 is 1M and not 1000K."""
    sign, size = ("-" if value < 0 else ""), abs(value)
    index = next((index for index, (unit, _) in enumerate(_UNITS) if size >= unit), None)
    if index is None:
        return f"{value.quantize(Decimal(1), ROUND_HALF_EVEN)}"
    unit, letter = _UNITS[index]
    scaled = _rounded(size / unit, fine=unit >= 10**9)
    if scaled >= 1000 and index > 0:
        scaled, letter = Decimal(1), _UNITS[index - 1][1]
    text = f"{scaled:f}"
    return sign + (text.rstrip("0").rstrip(".") if "." in text else text) + letter


def _rounded(scaled: Decimal, *, fine: bool) -> Decimal:
    places = "1" if scaled >= 100 else ("0.01" if fine else "0.1")
    return scaled.quantize(Decimal(places), ROUND_HALF_EVEN)


def age(span: timedelta) -> str:
    """A span in its largest unit, rounded down: 11 days, 1 hour."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = int(span.total_seconds()) // size
        if count:
            return f"{count} {unit}" + ("s" if count != 1 else "")
    return "less than a minute"


def tenure(start: datetime, end: datetime) -> str:
    """How long by the calendar, in its two largest units: 2 y 3 mo, 3 mo 12 d, 9 d, today."""
    months = (end.year - start.year) * 12 + end.month - start.month
    while months > 0 and _plus_months(start, months) > end:
        months -= 1
    days = (end - _plus_months(start, months)).days
    years, rest = divmod(months, 12)
    parts = [(years, "y"), (rest, "mo"), (days, "d")]
    named = [f"{count} {unit}" for count, unit in parts if count]
    if not named or end <= start:
        return "today"
    return " ".join(named[: 1 if named[0].endswith("d") else 2])


def _plus_months(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return moment.replace(year=year, month=month + 1)
