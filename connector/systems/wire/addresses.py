"""Which hosts may be spoken to, and how."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit, urlunsplit

from connector.errors import ConfigError, SafetyStop


def host_of(address: str) -> str:
    """The host name of a URL, lower case; empty when it has none."""
    return (urlsplit(address).hostname or "").lower()


def origin_of(address: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL, the port filled in."""
    parts = urlsplit(address)
    port = parts.port or (80 if parts.scheme == "http" else 443)
    return parts.scheme.lower(), (parts.hostname or "").lower(), port


def is_loopback(host: str) -> bool:
    """Whether *host* names this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class AllowedHosts:
    """The hosts of one connection: the configured address, the login host, and what the login adds.

    *suffixes* are domain endings (``.salesforce.com``) that the CRM's owner alone gives out; a host under one
    of them may be added by a login when the configured address is under it too.
    """

    def __init__(self, address: str, others: tuple[str, ...] = (), suffixes: tuple[str, ...] = ()) -> None:
        """Start with the configured *address* and *others* (hosts or URLs). Raises ConfigError."""
        scheme, host, _ = origin_of(address)
        if scheme not in ("http", "https") or not host:
            raise ConfigError(f"the address {address!r} is not an http or https URL")
        if scheme == "http" and not is_loopback(host):
            raise ConfigError(f"plain http is only allowed to this machine itself, not to {host}")
        self._base = origin_of(address)
        self._local = is_loopback(host)
        self._suffixes = tuple(suffix for suffix in suffixes if host.endswith(suffix))
        named = (host_of(other) if "//" in other else other.lower() for other in others)
        self._hosts = {host, *(name for name in named if name)}

    @property
    def names(self) -> frozenset[str]:
        """The hosts as they stand."""
        return frozenset(self._hosts)

    def add(self, address: str) -> None:
        """Accept the instance host that a login names. Raises SafetyStop when it is a stranger."""
        scheme, host, _ = origin_of(address)
        known = host in self._hosts or any(host.endswith(suffix) for suffix in self._suffixes)
        near = self._local and is_loopback(host)
        if not (near or (known and scheme == "https")):
            raise SafetyStop(f"the login points to {host or 'no host'}, which this connection may not speak to")
        self._hosts.add(host)

    def admit(self, url: str) -> str:
        """The URL to really call. Raises SafetyStop for a host that is not on the list, and for plain http.

        simple-salesforce writes ``https`` into every URL; where the configured address is plain http on
        loopback (the embedded sandbox), the scheme is put back.
        """
        scheme, host, port = origin_of(url)
        if host not in self._hosts and not (self._local and is_loopback(host)):
            raise SafetyStop(f"refused to call {host or 'a URL without a host'}: it is not a host of this connection")
        if self._local and scheme == "https" and (host, port) == self._base[1:] and self._base[0] == "http":
            return urlunsplit(("http", *urlsplit(url)[1:]))
        if scheme == "http" and not is_loopback(host):
            raise SafetyStop(f"refused to call {host} without TLS")
        return url
