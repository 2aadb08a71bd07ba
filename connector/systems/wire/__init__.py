"""The one HTTP door of the house: every byte to and from a CRM goes through `WireSession`.

It adds to requests what a program left alone needs: a total deadline, a body limit, an allow-list of hosts,
no redirects off the host, TLS off loopback, one place that retries, and errors sorted by what to do next.
"""

from connector.systems.wire.addresses import AllowedHosts, host_of, is_loopback, origin_of
from connector.systems.wire.door import NOWHERE, Ask, Judge, WireOptions, WireSession
from connector.systems.wire.patience import Away, Busy, Patience
from connector.systems.wire.redaction import quieten_libraries, redact
from connector.systems.wire.server_time import ServerTime, retry_after

__all__ = [
    "NOWHERE",
    "AllowedHosts",
    "Ask",
    "Away",
    "Busy",
    "Judge",
    "Patience",
    "ServerTime",
    "WireOptions",
    "WireSession",
    "host_of",
    "is_loopback",
    "origin_of",
    "quieten_libraries",
    "redact",
    "retry_after",
]
