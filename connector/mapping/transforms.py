"""The named transforms of mapping files. Each docstring is what `connector mapping` shows for it.

A transform takes a value that is not empty and the country code of the record ('' when unknown) and answers
the new value; None or '' means that nothing was found. It raises ValueError, in words for people, when the value
cannot be read. Where a transform can be undone on the way back into the CRM, its `undo` says how.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connector.mapping import text_steps, typed_steps
from connector.mapping.requests import SPOKEN
from connector.model.fields import FieldType
from connector.model.records import Scalar
from connector.values import country as countries
from connector.values import dates

Step = Callable[[Scalar, str], Scalar]
Gather = Callable[[list[str]], str]


@dataclass(frozen=True, slots=True)
class Transform:
    """A transform ready to use: its name as written, the step, and the way back (None: there is none).

    *gather* is set for the transforms that join several sources into one text.
    """

    name: str
    step: Step
    undo: Step | None = None
    gather: Gather | None = None


def _keep(value: Scalar, _country: str) -> Scalar:
    return value


def _country_name(value: Scalar, _country: str) -> Scalar:
    return countries.name(str(value)) or value


def _spoken(value: Scalar, _country: str) -> Scalar:
    return SPOKEN.get(str(value), value)


def _capital(value: Scalar, _country: str) -> Scalar:
    return str(value).capitalize()


def _date(argument: str) -> Transform:
    form = dates.format_of(argument) if argument else ""

    def undo(value: Scalar, _country: str) -> Scalar:
        return dates.write_date(str(value), form)

    return Transform("date", typed_steps.date(form), undo)


def _instant(argument: str) -> Transform:
    words, _, zone = argument.partition("@")
    form = dates.format_of(words) if words else ""
    dates.zone(zone)

    def undo(value: Scalar, _country: str) -> Scalar:
        return dates.write_instant(str(value), form, zone) if argument else value

    return Transform("instant", typed_steps.instant(form, zone), undo)


def _phone(argument: str) -> Transform:
    if argument and not countries.is_code(argument):
        raise ValueError(f"{argument!r} is no country code; write for example phone:US")
    return Transform("phone", typed_steps.phone(argument), typed_steps.phone_for_people)


def _number(argument: str) -> Transform:
    if argument not in ("", "comma"):
        raise ValueError("only number and number:comma (decimal comma, as in 1.234,50) are known")
    return Transform("number", typed_steps.number(argument == "comma"), _keep)


def _blank_if(argument: str) -> Transform:
    if not argument:
        raise ValueError("name the words that mean blank, for example blank_if:Select|None")
    return Transform("blank_if", text_steps.blank_if(argument), _keep)


# Name -> (what it does with a value, the way back). None as the way back: the field can only be read.
_PLAIN: dict[str, tuple[Step, Step | None]] = {
    "trim": (text_steps.trim, _keep),
    "one_line": (text_steps.one_line, _keep),
    "lower": (text_steps.lower, _keep),
    "upper": (text_steps.upper, _keep),
    "title_case": (text_steps.title_case, _keep),
    "html_unescape": (text_steps.html_unescape, _keep),
    "email": (text_steps.email, _keep),
    "host": (text_steps.host, _keep),
    "country": (text_steps.country, _country_name),
    "flag": (typed_steps.flag, _keep),
    "yes_no": (typed_steps.yes_no, _capital),
    "first_number": (typed_steps.first_number, None),
    "lower_bound": (typed_steps.lower_bound, _keep),
    "money": (typed_steps.money, _keep),
    "full_name_first": (text_steps.full_name_first, None),
    "full_name_last": (text_steps.full_name_last, None),
    "full_name_salutation": (text_steps.full_name_salutation, None),
    "firm_of_email": (text_steps.firm_of_email, None),
    "requested_action": (typed_steps.requested_action, _spoken),
    "requested_action_in_text": (typed_steps.requested_action_in_text, None),
    "salesforce_owner_kind": (text_steps.salesforce_owner_kind, None),
    "salesforce_id": (text_steps.salesforce_id, _keep),
}

_WITH_ARGUMENT: dict[str, tuple[Callable[[str], Transform], Callable[..., object]]] = {
    "date": (_date, typed_steps.date),
    "instant": (_instant, typed_steps.instant),
    "phone": (_phone, typed_steps.phone),
    "number": (_number, typed_steps.number),
    "blank_if": (_blank_if, text_steps.blank_if),
}

_GATHERING: dict[str, Gather] = {"lines": text_steps.lines, "words": text_steps.words}

# What a field is given when its mapping names no transforms.
USUAL: dict[FieldType, tuple[str, ...]] = {
    FieldType.TEXT: ("trim",),
    FieldType.EMAIL: ("email",),
    FieldType.PHONE: ("phone",),
    FieldType.URL: ("trim",),
    FieldType.COUNTRY: ("country",),
    FieldType.NUMBER: ("number",),
    FieldType.FLAG: ("flag",),
    FieldType.DATE: ("date",),
    FieldType.INSTANT: ("instant",),
}


def named(name: str) -> Transform:
    """The transform of that name, with its argument after a colon ('date:DD.MM.YYYY').

    Raises KeyError for an unknown name, ValueError for an argument that makes no sense.
    """
    word, colon, argument = name.partition(":")
    if word in _WITH_ARGUMENT:
        made = _WITH_ARGUMENT[word][0](argument.strip())
        return Transform(name, made.step, made.undo)
    if word in _PLAIN or word in _GATHERING:
        if colon:
            raise ValueError(f"{word} takes no argument")
        return _plain(word)
    raise KeyError(word)


def _plain(word: str) -> Transform:
    if word in _GATHERING:
        return Transform(word, _keep, None, _GATHERING[word])
    step, undo = _PLAIN[word]
    return Transform(word, step, undo)


def names() -> tuple[str, ...]:
    """Every transform's name, sorted."""
    return tuple(sorted({**_PLAIN, **_WITH_ARGUMENT, **_GATHERING}))


def documentation() -> dict[str, str]:
    """What each transform does, for people: its docstring."""
    functions: dict[str, Callable[..., object]] = {name: pair[0] for name, pair in _PLAIN.items()}
    functions |= {name: pair[1] for name, pair in _WITH_ARGUMENT.items()} | dict(_GATHERING)
    return {name: " ".join((functions[name].__doc__ or "").split()) for name in names()}
