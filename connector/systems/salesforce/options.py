"""How one Salesforce connection is set up."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from connector.systems.secret import Secret


class Grant(StrEnum):
    """How to log in (https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flows.htm)."""

    CLIENT_CREDENTIALS = "client_credentials"
    JWT = "jwt"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a grant
    PASSWORD = "password"  # noqa: S105 - the name of a grant


@dataclass(frozen=True, slots=True)
class SalesforceOptions:
    """Plain values of one connection; secrets are resolved and hide themselves.

    *address*: the org's My Domain (``https://acme.my.salesforce.com``) or a loopback sandbox. *login_host*:
    where tokens are asked for, the address itself when empty. *audience*: of the JWT, the usual login host
    when empty. *allowed_hosts*: further hosts that may answer. *key_field*: the unique external-id field that
    carries our key. *settle_after*: seconds that a write without an answer may still be at work.
    *overlap_seconds*: how far each pull looks back for rows committed late. *duplicate_rules*: ``respect`` or
    ``allow`` (save although an alerting rule objects). *auto_assign*: run assignment rules on our writes.
    """

    address: str
    grant: Grant = Grant.CLIENT_CREDENTIALS
    login_host: str = ""
    audience: str = ""
    allowed_hosts: tuple[str, ...] = ()
    client_id: str = ""
    client_secret: Secret = field(default_factory=Secret)
    username: str = ""
    password: Secret = field(default_factory=Secret)
    security_token: Secret = field(default_factory=Secret)
    private_key: Secret = field(default_factory=Secret)
    refresh_token: Secret = field(default_factory=Secret)
    api_version: str = "62.0"
    key_field: str = "Connector_Key__c"
    settle_after: float = 600.0
    overlap_seconds: float = 600.0
    query_batch: int = 2000
    convert_batch: int = 100
    collection_batch: int = 200
    collections_per_call: int = 5
    duplicate_rules: str = "respect"
    auto_assign: bool = False
    connect_timeout: float = 10.0
    read_timeout: float = 120.0
    total_timeout: float = 300.0
    convert_timeout: float = 600.0
    most_bytes: int = 128 * 1024 * 1024
    attempts: int = 6
    ca_file: str = ""
