"""How one SuiteCRM connection is set up."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.systems.secret import Secret


@dataclass(frozen=True, slots=True)
class SuiteOptions:
    """Plain values of one connection; secrets are resolved and hide themselves.

    *address*: the base URL, with its path if it has one (SuiteCRM 8: ``https://crm.example/legacy``). *api*:
    ``v4_1`` (the legacy REST service, the default: it shows deletions and keeps seconds) or ``v8`` (JSON:API).
    *grant*, *client_id*, *client_secret* are V8's OAuth2 login. *key_field*: a text field that carries our key,
    written where the installation has it; records are found by their client-chosen id either way.
    *overlap_seconds*: how far each pull looks back for rows committed late. *page_size*: rows of one read.
    *write_batch*: rows of one ``set_entries``. *v8_datetime*: ``utc_digits`` takes V8's clock digits as UTC and
    ignores their offset, which is the web server's and often wrong; ``trust_offset`` believes it.
    """

    address: str
    username: str = ""
    password: Secret = field(default_factory=Secret)
    api: str = "v4_1"
    grant: str = "password"
    client_id: str = ""
    client_secret: Secret = field(default_factory=Secret)
    key_field: str = "connector_key_c"
    overlap_seconds: float = 600.0
    page_size: int = 500
    write_batch: int = 50
    attempts: int = 6
    v8_datetime: str = "utc_digits"
    allowed_hosts: tuple[str, ...] = ()
    connect_timeout: float = 10.0
    read_timeout: float = 120.0
    total_timeout: float = 300.0
    most_bytes: int = 128 * 1024 * 1024
    ca_file: str = ""

    @property
    def base(self) -> str:
        """The address without a slash at its end."""
        return self.address.rstrip("/")
