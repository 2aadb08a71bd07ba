"""The connections of ``connector.yaml``: one CRM or folder each, and how to log in there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo

from connector.model.document import misplaced

_REFERENCE = re.compile(r"(?:\$\{[A-Za-z_][A-Za-z0-9_]*\}|file:.+|cmd:.+)\Z")
SECRET_NAMES = ("client_secret", "password", "security_token", "private_key", "refresh_token")
_SECONDS = Field(default=600, ge=0)
# What people copy from a manual or the browser along with the address: the interface, or a page, below it.
_BELOW = re.compile(
    r"/+(?:rest/v\d.*|service/v\d.*|api/(?:v8|access_token).*|(?:index|rest|soap)\.php)/*\Z", re.IGNORECASE
)


class Part(BaseModel):
    """A part of ``connector.yaml``: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def is_reference(value: object) -> bool:
    """Whether *value* names the place of a secret."""
    return isinstance(value, str) and _REFERENCE.match(value) is not None


def _filled(value: str) -> str:
    """Refuse a text without anything in it."""
    if not value.strip():
        raise ValueError("is empty")
    return value


def _like(pattern: str, words: str) -> Callable[[object], object]:
    """A check that a text matches *pattern*; *words* say what to write instead."""

    def check(value: object) -> object:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise ValueError(f"`{value}` {words}")
        return value

    return check


def _named(pattern: str, words: str) -> tuple[BeforeValidator, FieldInfo]:
    """The check, and its pattern for editors."""
    return BeforeValidator(_like(pattern, words)), Field(json_schema_extra={"pattern": f"^{pattern}$"})


_KEY = _named(r"\w*", "is no name of a field; write it as the CRM has it, e.g. connector_key_c")
_PLATFORM = _named(r"[A-Za-z0-9_-]{1,127}", "is no platform's name: letters, digits, _ and - only, as it is registered")
_VERSION = _named(r"v\d+(_\d+)?", "is no version of SugarCRM's REST interface; write v11, or one like v11_24")


class _Login(Part):
    @field_validator(*SECRET_NAMES, check_fields=False, mode="before")
    @classmethod
    def _secrets_are_references(cls, value: object) -> object:
        if value not in ("", None) and not is_reference(value):
            raise ValueError("must be a reference (${ENV}, file:PATH, cmd:COMMAND), never the secret itself")
        return value or ""

    def lacking(self, *names: str) -> list[str]:
        """Those of *names* that are empty."""
        return [name for name in names if not getattr(self, name)]


class Login(_Login):
    """How to log in to Salesforce. Secrets are references; ``client_id`` and ``username`` may stand as they are."""

    grant: Literal["client_credentials", "jwt", "refresh_token", "password"] = "client_credentials"
    client_id: str = ""
    client_secret: str = ""
    username: str = ""
    password: str = ""
    security_token: str = ""
    private_key: str = ""
    refresh_token: str = ""
    audience: str = ""
    login_host: str = ""


def _check_address(address: str) -> str:
    """Refuse what is no base address; a path is fine (``https://host/crm``)."""
    if "@" in address:  # never repeated: a password may be in it
        raise ValueError("holds a login; write user and password under `login`, and the address without them")
    parts = _parts(address)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(
            f"`{address}` is no web address; write where the CRM is installed, e.g. https://crm.example.com"
        )
    return address


def _check_base(address: str) -> str:
    """Refuse what lies below the place where people open a CRM of the Sugar family."""
    shorter = _BELOW.sub("", _check_address(address))
    if shorter != address:
        raise ValueError(f"the address ends where people open the CRM; write `{shorter}`")
    return address


def _parts(address: str) -> SplitResult | None:
    """The parts of an address; None for one that cannot be taken apart, as with a port that is no number."""
    try:
        parts = urlsplit(address)
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None


class SalesforceConnection(Part):
    """A Salesforce org. *address* is its My Domain, e.g. ``https://acme.my.salesforce.com``."""

    type: Literal["salesforce"]
    address: Annotated[str, AfterValidator(_check_address)]
    login: Login
    api_version: str = "62.0"
    key_field: str = "Connector_Key__c"
    settle_after: float = _SECONDS
    overlap_seconds: float = _SECONDS
    convert_batch: int = Field(default=100, ge=1, le=100)
    write_batch: int = Field(default=1000, ge=1, le=1000)
    duplicate_rules: Literal["respect", "allow"] = "respect"
    assignment_rules: bool = False


class SugarLogin(_Login):
    """How to log in to SugarCRM: a user of its own, and a platform of its own registered in the CRM.

    ``sugar`` is the client id that every SugarCRM knows. A second login on one platform ends the first, so no
    other program may use the same user and platform.
    """

    username: Annotated[str, AfterValidator(_filled)]
    password: Annotated[str, AfterValidator(_filled)]
    client_id: str = "sugar"
    client_secret: str = ""
    platform: Annotated[str, *_PLATFORM] = "lead_connector"


class _Family(Part):
    """What all connections to the Sugar family have in common."""

    address: Annotated[str, AfterValidator(_check_base)]
    key_field: Annotated[str, *_KEY] = "connector_key_c"
    settle_after: float = _SECONDS
    overlap_seconds: float = _SECONDS


class SugarConnection(_Family):
    """A SugarCRM (7 and later, REST v11). *address* is where people open it, e.g. ``https://acme.sugarondemand.com``.

    *key_field* holds our key: a field made in Studio, ``sync_key`` (SugarCRM's own, 10.2 and later), or empty
    for an instance where no field can be made. *convert*: ``endpoint`` lets the CRM convert
    (``/Leads/:id/convert``), ``steps`` does it record by record. *requests_per_second*: 0 for no limit of our own.
    """

    type: Literal["sugarcrm"]
    login: SugarLogin
    version: Annotated[str, *_VERSION] = "v11"
    convert: Literal["endpoint", "steps"] = "endpoint"
    token_file: str = ""
    page_size: int = Field(default=1000, ge=1, le=10000)
    write_batch: int = Field(default=20, ge=1, le=100)
    requests_per_second: float = Field(default=0, ge=0)


class SuiteLogin(_Login):
    """How to log in to SuiteCRM: v4_1 takes a user and its password; V8 an OAuth2 client, with a user or alone."""

    grant: Literal["password", "client_credentials"] = "password"
    username: str = ""
    password: str = ""
    client_id: str = ""
    client_secret: str = ""


class SuiteConnection(_Family):
    """A SuiteCRM. *address* is where people open it; of SuiteCRM 8 add ``/legacy``.

    *api*: ``v4_1`` (repeatable creates, deletions seen, seconds kept) or ``v8`` where v4_1 is switched off.
    *v8_datetime*: how V8's instants are read (``trust_offset`` where the install sends a true offset).
    """

    type: Literal["suitecrm"]
    login: SuiteLogin
    api: Literal["v4_1", "v8"] = "v4_1"
    page_size: int = Field(default=500, ge=1, le=5000)
    write_batch: int = Field(default=50, ge=1, le=50)
    v8_datetime: Literal["utc_digits", "trust_offset"] = "utc_digits"

    @model_validator(mode="after")
    def _login_fits_the_api(self) -> SuiteConnection:
        login = self.login
        if self.api == "v4_1" and login.grant != "password":
            raise misplaced("login", "grant", words="api v4_1 logs in with a user: take `grant` out, or say `api: v8`")
        needed = ["username", "password"] if login.grant == "password" else []
        needed += ["client_id", "client_secret"] if self.api == "v8" else []
        lacking = login.lacking(*needed)
        if lacking:
            words = f"{', '.join(lacking)} missing: api {self.api} with grant {login.grant} needs it"
            raise misplaced("login", words=words)
        return self


class CsvConnection(Part):
    """A folder (or one file) of CSV leads."""

    type: Literal["csv"]
    path: str


CrmConnection = SalesforceConnection | SugarConnection | SuiteConnection
Connection = Annotated[CrmConnection | CsvConnection, Field(discriminator="type")]
