"""What differs between the two CRMs of the family that share one engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Flavour:
    """One CRM of the family.

    `cleans_text`: on save markup is stripped, text trimmed and cut to its length (SuiteCRM's bean layer).
    `email_update_ignored`: a changed `email1` is ignored once the record has any address (SuiteCRM 7.12.4 to 7.14.6).
    `flags_are_saved`: an address that is given takes the save's own flags, and what it had before is taken back with
    those that the save does not tell (`SugarEmailAddress::AddUpdateEmailAddress` of SuiteCRM).
    `account_name_follows`: a lead that carries an account shows that account's name.
    `settings`: the switches a world may set, with their defaults.
    """

    name: str
    sugar_fields: bool
    cleans_text: bool
    email_update_ignored: bool
    flags_are_saved: bool
    account_name_follows: bool
    settings: Mapping[str, object] = field(default_factory=dict)


# The API user's number format: numbers given as text are read in it.
_SHARED_SETTINGS: dict[str, object] = {"user_number_separator": ",", "user_decimal_separator": "."}

SUITECRM = Flavour(
    name="suitecrm",
    sugar_fields=False,
    cleans_text=True,
    email_update_ignored=True,
    flags_are_saved=True,
    account_name_follows=True,
    settings=MappingProxyType(
        {
            **_SHARED_SETTINGS,
            "list_max_entries_per_page": 20,
            # PHP 8 binds the arguments of v4_1 by name, PHP 7 by position.
            "strict_named_args": True,
            "html_entities": True,
            "email_update_ignored": True,
            # A MariaDB connection with three-byte utf8 stores a question mark for each byte of an emoji.
            "three_byte_utf8": False,
            # The currency that the API user prefers; -99 is the system's own.
            "user_currency_id": "-99",
            "session_idle_seconds": 1440,
            # As the API user set it: without seconds in it, V8 shows none.
            "user_time_format": "H:i",
            "v8_offset": "+00:00",
            "v8_or_bug": False,
            "v8_refresh_bug": False,
            # In life a client has one grant. The shipped one has two, so that one login serves every kind of client.
            "v8_one_grant": False,
        }
    ),
)

SUGARCRM = Flavour(
    name="sugarcrm",
    sugar_fields=True,
    cleans_text=False,
    email_update_ignored=False,
    flags_are_saved=False,
    account_name_follows=False,
    settings=MappingProxyType(_SHARED_SETTINGS),
)
