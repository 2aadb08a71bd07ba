"""How one SugarCRM connection is set up."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from connector.systems.secret import Secret

SYNC_KEY = "sync_key"


@dataclass(frozen=True, slots=True)
class SugarOptions:
    """Plain values of one connection; secrets are resolved and hide themselves.

    *address*: where people open SugarCRM, a path included. *platform*: our own API platform; SugarCRM keeps one
    live login per user and platform, so no other program may use it. *version* is the REST version in the path.
    *token_file*: where processes of this connection share one login (made 0600 in a 0700 folder).
    *key_field*: the field that carries our key; ``sync_key`` uses SugarCRM's own upsert by key (10.2 and
    later), empty means client-chosen record ids. *convert*: ``endpoint`` (``/Leads/:id/convert``) or ``steps``.
    *overlap_seconds*: how far each pull looks back for rows committed late. *page_size*: rows asked for at
    once; the server may give fewer. *write_batch*: parts of one ``/bulk`` call. *requests_per_second*: 0 for no
    limit of our own.
    """

    address: str
    username: str
    password: Secret
    token_file: Path
    client_id: str = "sugar"
    client_secret: Secret = field(default_factory=Secret)
    platform: str = "lead_connector"
    version: str = "v11"
    key_field: str = "connector_key_c"
    convert: str = "endpoint"
    overlap_seconds: float = 600.0
    page_size: int = 1000
    write_batch: int = 20
    attempts: int = 6
    requests_per_second: float = 0.0
    connect_timeout: float = 10.0
    read_timeout: float = 300.0
    total_timeout: float = 600.0
    most_bytes: int = 128 * 1024 * 1024
    ca_file: str = ""

    @property
    def by_endpoint(self) -> bool:
        """Whether the CRM converts by itself; without a key field what it makes could not be found again."""
        return self.convert == "endpoint" and bool(self.key_field)
