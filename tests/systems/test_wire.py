"""The one HTTP door: deadlines, limits, hosts, redirects, retries, and what it counts."""

from __future__ import annotations

import gzip
import random
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from connector.errors import Applied, ConfigError, RemoteError, SafetyStop, Unavailable, Unreadable
from connector.systems.salesforce.faults import judge
from connector.systems.wire import AllowedHosts, Ask, Busy, Patience, ServerTime, WireOptions, WireSession, redact
from tests.contracts.subjects import PatientClock

from .raw_server import RawServer, cut, drip, drip_head, hang_up, ok, self_signed

_BROKEN = {
    "cut": cut(),
    "hang-up": hang_up,
    "drip": drip,
    "half": ok(b'{"half":'),
    "page": ok(b"<html>Sorry</html>"),
}
READ, WRITE = Ask(reading=True), Ask(reading=False)


def wire(address: str, clock: PatientClock | None = None, **limits: float) -> WireSession:
    """A session to *address* with short limits."""
    known = {"connect_timeout": 2.0, "read_timeout": 2.0, "total_timeout": 5.0, **limits}
    options = WireOptions(**known)  # type: ignore[arg-type]
    return WireSession(AllowedHosts(address), judge, clock or PatientClock(), random.Random(3), options)


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.fault
def test_E01_no_connection_is_retried() -> None:  # noqa: N802
    """A refused connection is tried again, then told as unreachable; nothing left, so nothing is counted."""
    clock = PatientClock()
    session = wire(closed_port(), clock)
    with pytest.raises(Unavailable) as caught:
        session.request("POST", f"{closed_port()}/x", ask=WRITE)
    assert (caught.value.code, caught.value.applied) == ("no-connection", Applied.NEVER)
    assert (len(clock.waits), session.calls) == (5, 0)


@pytest.mark.fault
@pytest.mark.parametrize("slow", [drip, drip_head])
def test_E02_drip_feed_meets_deadline(slow: object) -> None:  # noqa: N802
    """A server that sends a byte now and then is given up when the whole call has taken too long."""
    with RawServer([slow]) as server:  # type: ignore[list-item]
        session = wire(server.address, total_timeout=0.3, attempts=1)
        began = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            session.request("GET", server.address)
    assert caught.value.code == "timeout"
    assert time.monotonic() - began < 2.0


@pytest.mark.fault
@pytest.mark.parametrize("broken", [cut(), hang_up, ok(b'{"half":')], ids=["cut", "hang-up", "half"])
def test_E03_cut_read_is_read_again(broken: object) -> None:  # noqa: N802
    """A read whose answer is cut is read again."""
    with RawServer([broken, ok()]) as server:  # type: ignore[list-item]
        session = wire(server.address)
        assert session.request("GET", server.address).json() == {"ok": True}
        assert session.calls == len(server.requests) == 2


@pytest.mark.fault
@pytest.mark.parametrize("broken", _BROKEN.values(), ids=_BROKEN)
def test_E06_cut_write_is_not_repeated(broken: object) -> None:  # noqa: N802
    """A write whose answer is cut, late or no answer at all is sent once, and whether it was applied is unknown."""
    with RawServer([broken]) as server:  # type: ignore[list-item]
        session = wire(server.address, total_timeout=0.5)
        with pytest.raises(Unavailable) as caught:
            session.request("POST", server.address, json={}, ask=WRITE)
        assert caught.value.applied is Applied.UNKNOWN
        assert session.calls == len(server.requests) == 1


@pytest.mark.fault
def test_E04_html_with_200_is_unavailable() -> None:  # noqa: N802
    """A maintenance page with status 200 is an outage; its text is in no message."""
    page = ok(b"<html>Be right back, ada@example.test</html>")
    with RawServer([page]) as server:
        session = wire(server.address)
        with pytest.raises(Unavailable) as caught:
            session.request("GET", server.address)
        assert len(server.requests) == 6
    assert "html" not in str(caught.value)
    assert "ada" not in str(caught.value)


@pytest.mark.fault
@pytest.mark.parametrize("status", [b"406 N", b"420 E", b"429 T", b"500 I", b"502 B", b"504 G"])
def test_E05_transient_status_is_retried(status: bytes) -> None:  # noqa: N802
    """Statuses that pass are tried again on reads."""
    with RawServer([ok(b"", status=status), ok()]) as server:
        assert wire(server.address).request("GET", server.address).status_code == 200


@pytest.mark.fault
@pytest.mark.parametrize("status", [b"500 I", b"502 B", b"503 S", b"504 G"])
def test_gateway_trouble_leaves_write_unknown(status: bytes) -> None:
    """A gateway's error says nothing about a write."""
    with RawServer([ok(b"", status=status)]) as server:
        session = wire(server.address)
        with pytest.raises(Unavailable) as caught:
            session.request("POST", server.address, ask=WRITE)
        assert (caught.value.applied, session.calls) == (Applied.UNKNOWN, 1)


@pytest.mark.fault
@pytest.mark.parametrize("status", [b"302 Found", b"307 Temporary"])
def test_E08_redirect_elsewhere_is_refused(status: bytes) -> None:  # noqa: N802
    """A redirect to another host is not followed: neither a body nor a token leaves."""
    with (
        RawServer([ok()]) as other,
        RawServer([ok(b"", b"Location: " + other.address.encode() + b"/\r\n", status)]) as server,
    ):
        for method, ask in (("GET", READ), ("POST", WRITE)):
            with pytest.raises(Unreadable):
                wire(server.address).request(method, server.address, ask=ask)
        assert other.requests == []


@pytest.mark.fault
def test_E08_redirected_write_is_not_followed() -> None:  # noqa: N802
    """A redirect of a write is never followed, not even on the same host, and never becomes a read."""
    with RawServer([ok(b"", b"Location: /elsewhere\r\n", b"302 Found"), ok()]) as server:
        with pytest.raises(Unreadable) as caught:
            wire(server.address).request("POST", server.address, ask=WRITE)
        assert caught.value.applied is Applied.UNKNOWN
        assert len(server.requests) == 1


def test_redirected_read_is_followed_at_home() -> None:
    """A read is followed on the same host, port and scheme, and every hop is counted."""
    with RawServer([ok(b"", b"Location: /new?a=b\r\n", b"301 Moved"), ok()]) as server:
        session = wire(server.address)
        assert session.request("GET", f"{server.address}/old", params={"q": "1"}).json() == {"ok": True}
        assert session.calls == 2
        assert server.requests[1].startswith(b"GET /new?a=b HTTP")


@pytest.mark.fault
def test_E10_unfolding_body_is_bounded() -> None:  # noqa: N802
    """A small answer that unfolds into a huge one is given up at the limit."""
    bomb = gzip.compress(b"0" * 20_000_000)
    with RawServer([ok(bomb, b"Content-Encoding: gzip\r\n")]) as server:
        with pytest.raises(Unreadable) as caught:
            wire(server.address, most_bytes=1_000_000).request("GET", server.address)
        assert caught.value.code == "too-long"
        assert len(server.requests) == 1


@pytest.mark.fault
@pytest.mark.parametrize("dated", [False, True])
def test_C03_retry_after_is_honoured(dated: bool) -> None:  # noqa: N802
    """Retry-After is waited for in both forms, up to a minute."""
    date, later = b"Sat, 21 Nov 2026 10:00:00 GMT", b"Sat, 21 Nov 2026 10:00:20 GMT"
    head = b"Date: " + date + b"\r\nRetry-After: " + (later if dated else b"20") + b"\r\n"
    endless = b"Retry-After: 86400\r\n"
    clock = PatientClock()
    with RawServer([ok(b"", head, b"503 S"), ok(b"", endless, b"429 T"), ok()]) as server:
        wire(server.address, clock).request("GET", server.address)
    assert clock.waits == [20.0, 60.0]


@pytest.mark.fault
def test_C04_outage_is_not_hammered() -> None:  # noqa: N802
    """When the tries are spent, further calls fail unsent, but for one probe per half minute."""
    clock = PatientClock()
    with RawServer([ok(b"", status=b"503 S")]) as server:
        session = wire(server.address, clock)
        for _ in range(50):
            with pytest.raises(Unavailable):
                session.request("GET", server.address)
        assert len(server.requests) == 6
        for probes in (1, 2):
            clock.sleep(31)
            for _ in range(50):
                with pytest.raises(Unavailable):
                    session.request("GET", server.address)
            assert len(server.requests) == 6 + probes


def test_breaker_closes_after_answer() -> None:
    """A probe that is answered opens the way again."""
    clock = PatientClock()
    answers = [ok(b"", status=b"503 S")] * 6
    with RawServer([*answers, ok()]) as server:
        session = wire(server.address, clock)
        with pytest.raises(Unavailable):
            session.request("GET", server.address)
        clock.sleep(31)
        assert session.request("GET", server.address).ok
        assert session.request("GET", server.address).ok


def test_refused_probe_closes_breaker_too() -> None:
    """A probe that is answered with a refusal shows that the CRM is back."""
    clock = PatientClock()
    refusal = ok(b'[{"errorCode":"MALFORMED_QUERY","message":"x"}]', status=b"400 B")
    with RawServer([*[ok(b"", status=b"503 S")] * 6, refusal, ok()]) as server:
        session = wire(server.address, clock)
        with pytest.raises(Unavailable):
            session.request("GET", server.address)
        clock.sleep(31)
        with pytest.raises(Unreadable):
            session.request("GET", server.address)
        assert session.request("GET", server.address).ok


def test_backoff_is_jittered_and_bounded() -> None:
    """Waits are spread over the whole interval, which doubles up to a minute."""
    patience = Patience(PatientClock(), random.Random(1))
    waits = [[patience.backoff(attempt) for _ in range(200)] for attempt in (1, 3, 20)]
    assert [max(each) <= top for each, top in zip(waits, (1.0, 4.0, 60.0), strict=True)] == [True, True, True]
    assert all(max(each) > 0.9 * top for each, top in zip(waits, (1.0, 4.0, 60.0), strict=True))
    assert all(min(each) < 0.1 * top for each, top in zip(waits, (1.0, 4.0, 60.0), strict=True))


def test_busy_write_may_be_repeated() -> None:
    """A write refused with 429 was not looked at; it is sent again."""
    with RawServer([ok(b"", status=b"429 T"), ok()]) as server:
        assert wire(server.address).request("POST", server.address, ask=WRITE).ok
    with RawServer([ok(b"", status=b"429 T")]) as server, pytest.raises(Busy):
        wire(server.address).request("POST", server.address, ask=WRITE)


@pytest.mark.parametrize("url", ["https://evil.example/", "http://10.0.0.1/", "http://169.254.169.254/latest"])
def test_stranger_host_is_refused(url: str) -> None:
    """Only the connection's own hosts are called."""
    session = WireSession(AllowedHosts("https://acme.my.salesforce.com"), judge, PatientClock(), random.Random(1))
    with pytest.raises(SafetyStop):
        session.request("GET", url)
    with pytest.raises(SafetyStop):
        session.request("GET", "http://acme.my.salesforce.com/")
    assert session.calls == 0


def test_loopback_only_for_loopback() -> None:
    """A connection to the internet may not be sent to this machine, and plain http stays on this machine."""
    hosts = AllowedHosts("https://acme.my.salesforce.com", (), (".salesforce.com",))
    for stranger in ("http://127.0.0.1:8000", "https://localhost", "https://acme.my.salesforce.com.evil.example"):
        with pytest.raises(SafetyStop):
            hosts.add(stranger)
    hosts.add("https://acme--uat.sandbox.my.salesforce.com")
    assert "acme--uat.sandbox.my.salesforce.com" in hosts.names
    with pytest.raises(ConfigError):
        AllowedHosts("http://acme.my.salesforce.com")
    with pytest.raises(SafetyStop):
        AllowedHosts("http://127.0.0.1:1", (), (".salesforce.com",)).add("https://acme.my.salesforce.com")


def test_scheme_is_put_back_on_loopback() -> None:
    """A library that writes https into every URL still reaches a plain loopback server, and only that port."""
    hosts = AllowedHosts("http://127.0.0.1:8123")
    assert hosts.admit("https://127.0.0.1:8123/a?b=c") == "http://127.0.0.1:8123/a?b=c"
    assert hosts.admit("https://127.0.0.1:9999/") == "https://127.0.0.1:9999/"


def test_environment_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxy settings and netrc of the environment do not reach the wire."""
    monkeypatch.setenv("HTTP_PROXY", closed_port())
    monkeypatch.setenv("NO_PROXY", "")
    with RawServer([ok()]) as server:
        assert wire(server.address).request("GET", server.address).ok


def test_certificate_is_verified(tmp_path: Path) -> None:
    """TLS that nobody vouches for is refused before a byte of the request leaves, and not tried again."""
    tls, trusted = self_signed(tmp_path)
    with RawServer([ok()], tls) as server:
        session = wire(server.address)
        with pytest.raises(Unavailable) as caught:
            session.request("POST", server.address, ask=WRITE)
        assert (caught.value.code, caught.value.applied) == ("tls", Applied.NEVER)
        assert (session.calls, server.requests) == (0, [])
        vouched = WireOptions(ca_file=str(trusted))
        safe = WireSession(AllowedHosts(server.address), judge, PatientClock(), random.Random(3), vouched)
        assert safe.request("GET", server.address).ok


def test_server_time_goes_on() -> None:
    """The server's clock is its last Date plus what this machine's steady clock measured since."""
    ticks = iter([100.0, 107.5, 200.0])
    clock = ServerTime(lambda: next(ticks))
    assert clock.now() is None
    clock.note("Sat, 21 Nov 2026 10:00:00 GMT")
    assert clock.now() == datetime(2026, 11, 21, 10, 0, 7, 500_000, tzinfo=UTC)
    clock.note("nonsense")
    assert clock.now() == datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC) + timedelta(seconds=100)


@pytest.mark.parametrize(
    "secret",
    [
        "00D5g000000AbCd!AQ0AQExampleNotARealTokenAbC.dEf_123",
        "Authorization: Bearer abc.DEF-123",
        '"refresh_token": "5Aep861xyz"',
        "password=hunter2&x=1",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln",
        "ada.okafor@example.test",
        "q=Email%20%3D%20ada%40example.test",
    ],
)
def test_messages_hold_no_secret(secret: str) -> None:
    """Tokens, passwords and e-mail addresses are taken out of a message."""
    shown = redact(f"it failed: {secret}")
    for word in ("AQ0AQExample", "abc.DEF", "5Aep861xyz", "hunter2", "eyJpc3Mi", "okafor", "ada%40"):
        assert word not in shown
    assert shown.startswith("it failed")


def test_error_names_no_url() -> None:
    """The sentence of a wire error holds neither the URL nor the query."""
    with pytest.raises(RemoteError) as caught:
        wire(closed_port()).request("GET", f"{closed_port()}/query?q=ada")
    error = caught.value
    assert "ada" not in f"{error!r} {error} {error.__cause__!r}"
    assert error.__suppress_context__


def test_plain_requests_would_follow() -> None:
    """The guard matters: requests by itself follows a redirect of a POST to another host as a GET."""
    with (
        RawServer([ok()]) as other,
        RawServer([ok(b"", b"Location: " + other.address.encode() + b"/\r\n", b"302 F")]) as server,
    ):
        requests.post(server.address, json={}, timeout=5)
        assert other.requests
