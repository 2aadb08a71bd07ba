"""Switches of the SugarCRM instance: facts that no public source settles, and what an administrator chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_MODULES = ("Contacts", "Accounts", "Opportunities")


@dataclass(frozen=True, slots=True)
class Settings:
    """The `settings` of a world's `sugarcrm` section; every one has a default.

    - `api_user_tz`: time zone of the API user (IANA name or `-05:00`), in which date-times are answered.
    - `max_list_limit`: most rows of one list; asking for more yields fewer, not an error.
    - `default_max_num`: rows of a list that names no `max_num`.
    - `registered_platforms`: platforms that may log in; empty lets any.
    - `wrong_password_error`: label of a refused password.
    - `access_token_seconds`: life of an access token.
    - `refresh_token_seconds`: life of a refresh token.
    - `sync_key_admin_only`: whether only administrators reach sync_key and integrate routes.
    - `api_user_admin`: whether the API user is an administrator.
    - `user_currency_id`: currency that the API user prefers, in which an opportunity or line item is that names none.
    - `opps_mode`: `opps`, or `rli` where amount, close date and stage come from revenue line items.
    - `deleted_shape`: `reduced` lists a deleted record by id, date_modified and deleted only, `full` with all.
    - `empty_acl`: `list` writes an empty `_acl.fields` as `[]`, `map` as `{}`.
    - `acl_hidden_ids`: per module, records that the API user's teams do not see.
    - `acl_denied_modules`: modules that the API user may not reach.
    - `acl_readonly_modules`: modules that the API user may only read.
    - `acl_readonly_fields`: per module, fields that the API user may not write.
    - `acl_hidden_fields`: per module, fields that the API user does not see.
    - `convert_modules`: modules that the Convert Lead layout offers.
    - `convert_required`: modules that it demands.
    - `convert_unlisted`: `ignore` or `refuse` a module that the layout does not offer.
    - `convert_again`: whether a converted lead is converted again when asked; off answers 422.
    - `convert_enabled`: off answers the convert route with `no_method`.
    - `conversion_fields_writable`: whether a plain update of a lead may set `converted` and the three ids.
    - `client_ids`: whether a create may bring its own id; off passes it over.
    - `bulk_limit`: most parts of one bulk; 0 sets no limit.
    - `maintenance`: on answers every call with 503.
    """

    api_user_tz: str = "UTC"
    max_list_limit: int = 1000
    default_max_num: int = 20
    registered_platforms: tuple[str, ...] = ()
    wrong_password_error: str = "invalid_grant"  # noqa: S105 - a label, no secret
    access_token_seconds: int = 3600
    refresh_token_seconds: int = 1_209_600
    sync_key_admin_only: bool = False
    api_user_admin: bool = True
    user_currency_id: str = "-99"
    opps_mode: str = "opps"
    deleted_shape: str = "reduced"
    empty_acl: str = "map"
    acl_hidden_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    acl_denied_modules: tuple[str, ...] = ()
    acl_readonly_modules: tuple[str, ...] = ()
    acl_readonly_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    acl_hidden_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    convert_modules: tuple[str, ...] = DEFAULT_MODULES
    convert_required: tuple[str, ...] = ("Contacts",)
    convert_unlisted: str = "ignore"
    convert_again: bool = True
    convert_enabled: bool = True
    conversion_fields_writable: bool = True
    client_ids: bool = True
    bulk_limit: int = 0
    maintenance: bool = False

    @property
    def zone(self) -> tzinfo:
        """The API user's time zone. Raises ValueError for an unknown one."""
        return zone_of(self.api_user_tz)

    def field_rights(self, module: str) -> dict[str, dict[str, str]]:
        """What the API user may not do with single fields of *module*; fields without limits are not named."""
        closed = {one: {"write": "no", "create": "no"} for one in self.acl_readonly_fields.get(module, ())}
        hidden = {one: {"read": "no", "write": "no", "create": "no"} for one in self.acl_hidden_fields.get(module, ())}
        return {**closed, **hidden}


def zone_of(name: str) -> tzinfo:
    """A time zone by IANA name or fixed offset (`-05:00`). Raises ValueError."""
    if name[:1] in "+-" and len(name) == 6:
        sign = -1 if name[0] == "-" else 1
        return timezone(sign * timedelta(hours=int(name[1:3]), minutes=int(name[4:6])))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"api_user_tz: no time zone {name!r}") from error


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "opps_mode": ("opps", "rli"),
    "deleted_shape": ("reduced", "full"),
    "empty_acl": ("list", "map"),
    "convert_unlisted": ("ignore", "refuse"),
    "wrong_password_error": ("invalid_grant", "need_login"),
}


def read_settings(given: Mapping[str, object]) -> Settings:
    """The settings of a world. Raises ValueError for an unknown switch or a value it cannot take."""
    defaults = Settings()
    values: dict[str, object] = {}
    known = {item.name for item in fields(Settings)}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"settings: no switch {name!r}; known are {', '.join(sorted(known))}")
        values[name] = _value(name, value, getattr(defaults, name))
    settings = Settings(**values)  # type: ignore[arg-type]
    zone_of(settings.api_user_tz)
    return settings


def _value(name: str, value: object, default: object) -> object:
    if isinstance(default, Mapping):
        return _grouped(name, value)
    if isinstance(default, tuple):
        return _names(name, value)
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
    elif isinstance(default, int):
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    elif isinstance(value, str) and value in _CHOICES.get(name, (value,)):
        return value
    raise ValueError(f"settings: {name} cannot be {value!r}")


def _names(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"settings: {name} must be a list of names")
    return tuple(value)


def _grouped(name: str, value: object) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise ValueError(f"settings: {name} must map modules to lists")
    return {str(module): _names(name, items) for module, items in value.items()}
