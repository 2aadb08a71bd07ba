"""What a client asks V8 for: the query string as PHP reads it, and its checks in the words of Symfony's resolver.

Source: SuiteCRM 7.14.6, Api/V8/Param/, over symfony/options-resolver.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from connector.sandbox.suitecrm.v8_answers import ParameterError

ALL_RECORDS = -99

_ID = re.compile(r"(\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_BAD_MODULE_NAME = re.compile(r"^(\d|\W)|\W")
_BAD_SORT = re.compile(r"[^\w\-]")
_NUMBER = re.compile(r"\s*\d+")
_MOST = 2**31 - 1

Nested = dict[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """`page[size]` and `page[number]`; a number left out is 0 and a size left out means no paging at all."""

    size: int = ALL_RECORDS
    number: int = 0

    @property
    def paged(self) -> bool:
        """Whether a size was asked for; without one the answer carries neither `meta` nor `links`."""
        return self.size != ALL_RECORDS

    @property
    def offset(self) -> int:
        """The rows before this page."""
        return (self.number - 1) * self.size if self.paged and self.number else 0


def parse_query(query_string: str) -> Nested:
    """The query string as PHP's `parse_str` reads it: brackets nest, a repeated name is overwritten."""
    parsed: Nested = {}
    for pair in query_string.split("&"):
        name, _, value = pair.partition("=")
        name, value = unquote_plus(name), unquote_plus(value)
        head, bracket, rest = name.partition("[")
        if not head:
            continue
        path = [head.replace(".", "_").replace(" ", "_")]
        if bracket and "]" in rest:
            path += re.findall(r"\[([^\]]*)\]", bracket + rest)
        _put(parsed, path, value)
    return parsed


def _put(into: Nested, path: Sequence[str], value: str) -> None:
    for key in path[:-1]:
        inner = into.get(key)
        if not isinstance(inner, dict):
            inner = {}
            into[key] = inner
        into = inner
    into[path[-1] or str(len(into))] = value


def build_query(parameters: Mapping[str, object]) -> str:
    """The reverse of `parse_query`, not percent-encoded: how V8 writes the links between pages."""
    return "&".join(f"{name}={value}" for name, value in _flat(parameters, ""))


def _flat(values: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        name = f"{prefix}[{key}]" if prefix else key
        if isinstance(value, Mapping):
            yield from _flat(value, name)
        else:
            yield name, value


def check_options(given: Iterable[str], defined: Iterable[str]) -> None:
    """Refuse options that the route does not know."""
    known = sorted(defined)
    unknown = sorted(set(given) - set(known))
    if not unknown:
        return
    listed = ", ".join(f'"{name}"' for name in known)
    names = ", ".join(f'"{name}"' for name in unknown)
    verb = f"The option {names} does not exist" if len(unknown) == 1 else f"The options {names} do not exist"
    raise ParameterError(f"{verb}. Defined options are: {listed}.")


def require_options(given: Mapping[str, object], required: Sequence[str]) -> None:
    """Refuse a call that lacks options."""
    missing = [name for name in required if name not in given]
    if len(missing) == 1:
        raise ParameterError(f'The required option "{missing[0]}" is missing.')
    if missing:
        names = ", ".join(f'"{name}"' for name in missing)
        raise ParameterError(f"The required options {names} are missing.")


def text_option(options: Mapping[str, object], name: str) -> str | None:
    """A text option, None where it is absent."""
    if name not in options:
        return None
    value = options[name]
    if not isinstance(value, str):
        raise _wrong_type(name, value, "string")
    return value


def array_option(options: Mapping[str, object], name: str) -> Nested | None:
    """An option with parts in brackets, None where it is absent."""
    if name not in options:
        return None
    value = options[name]
    if not isinstance(value, dict):
        raise _wrong_type(name, value, "array")
    if not value:
        raise _invalid(name, value)
    return value


def page_option(options: Mapping[str, object]) -> Page:
    """`page[size]` and `page[number]`, whole numbers above 0."""
    page = array_option(options, "page")
    if page is None:
        return Page()
    check_options(page, ("number", "size"))
    size = _positive(page, "size")
    return Page(ALL_RECORDS if size is None else size, _positive(page, "number") or 0)


def _positive(page: Mapping[str, object], name: str) -> int | None:
    value = text_option(page, name)
    if value is None:
        return None
    digits = _NUMBER.match(value)
    if digits is None or int(digits.group()) <= 0:
        raise _invalid(name, value)
    return min(int(digits.group()), _MOST)


def sort_option(options: Mapping[str, object]) -> str | None:
    """`sort`: one field, a minus before it for descending order."""
    value = text_option(options, "sort")
    if value is not None and (not value or _BAD_SORT.search(value)):
        raise _invalid("sort", value)
    return value


def check_module_name(value: object, option: str = "moduleName") -> str:
    """A module's name, of word characters only. Answers it as text."""
    if not isinstance(value, str):
        raise _wrong_type(option, value, "string")
    if not value or _BAD_MODULE_NAME.search(value):
        raise _invalid(option, value)
    return value


def check_id(value: object) -> str:
    """An id in a path or an update: a number or a UUID; ids such as `seed_will_id` are refused."""
    if not isinstance(value, str):
        raise _wrong_type("id", value, "string")
    if not _ID.fullmatch(value):
        raise _invalid("id", value)
    return value


def check_uuid(value: object, name: str = "id") -> str:
    """The id that a client chose for a new record, or that of a related one: a UUID."""
    if not isinstance(value, str):
        raise _wrong_type(name, value, "string")
    if not _UUID.fullmatch(value):
        raise _invalid(name, value)
    return value


def _invalid(name: str, value: object) -> ParameterError:
    return ParameterError(f'The option "{name}" with value {_shown(value)} is invalid.')


def _wrong_type(name: str, value: object, expected: str) -> ParameterError:
    return ParameterError(
        f'The option "{name}" with value {_shown(value)} is expected to be of type "{expected}",'
        f' but is of type "{_type_name(value)}".'
    )


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return "array" if isinstance(value, dict | list) else str(value)


def _type_name(value: object) -> str:
    names: dict[type, str] = {str: "string", bool: "bool", int: "int", float: "float", type(None): "null"}
    return names.get(type(value), "array")
