"""From a connection's settings to the system that speaks to it; secrets are resolved here, on first use."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from connector.config import Config, CrmConnection, SalesforceConnection, SugarConnection, SuiteConnection
from connector.ports import Clock, Source, Target

if TYPE_CHECKING:
    from connector.systems.secret import Secret

ATTEMPTS = 4  # tries of a call that was certainly not carried out; a person or a scheduler waits at the other end


def connect(name: str, config: Config, clock: Clock) -> Source:
    """The system behind the connection named *name*; no call is made yet. Raises ConfigError for a secret not there."""
    settings = config.connections[name]
    if isinstance(settings, CrmConnection):
        return connect_crm(name, settings, config, clock)
    from connector.systems.csvfile import CsvOptions, CsvSource

    return CsvSource(name, CsvOptions(config.resolve(settings.path)), clock)


def connect_crm(name: str, settings: CrmConnection, config: Config, clock: Clock) -> Target:
    """The CRM behind a connection's *settings*."""
    if isinstance(settings, SugarConnection):
        return _sugarcrm(name, settings, config, clock)
    if isinstance(settings, SuiteConnection):
        return _suitecrm(name, settings, config, clock)
    return _salesforce(name, settings, config, clock)


def _resolver(config: Config) -> Callable[[str], Secret]:
    from connector.systems.secret import Secret

    return lambda reference: Secret(config.secret(reference))


def _jitter() -> random.Random:
    return random.Random()  # noqa: S311 - spreads retries, hides nothing


def _salesforce(name: str, settings: SalesforceConnection, config: Config, clock: Clock) -> Target:
    from connector.systems.salesforce import Grant, SalesforceOptions, SalesforceSystem

    login, secret = settings.login, _resolver(config)
    options = SalesforceOptions(
        address=settings.address,
        login_host=login.login_host,
        audience=login.audience,
        grant=Grant(login.grant),
        client_id=config.secret(login.client_id),
        username=config.secret(login.username),
        api_version=settings.api_version,
        attempts=ATTEMPTS,
        key_field=settings.key_field,
        settle_after=settings.settle_after,
        overlap_seconds=settings.overlap_seconds,
        convert_batch=settings.convert_batch,
        collection_batch=min(settings.write_batch, 200),
        collections_per_call=max(1, settings.write_batch // 200),
        duplicate_rules=settings.duplicate_rules,
        auto_assign=settings.assignment_rules,
        client_secret=secret(login.client_secret),
        password=secret(login.password),
        security_token=secret(login.security_token),
        private_key=secret(login.private_key),
        refresh_token=secret(login.refresh_token),
    )
    return SalesforceSystem(name, options, clock, _jitter(), config.keeper(login.refresh_token))


def _sugarcrm(name: str, settings: SugarConnection, config: Config, clock: Clock) -> Target:
    from connector.systems.sugarcrm import SugarCrmSystem, SugarOptions

    login, secret = settings.login, _resolver(config)
    options = SugarOptions(
        address=settings.address,
        username=config.secret(login.username),
        password=secret(login.password),
        client_id=config.secret(login.client_id),
        client_secret=secret(login.client_secret),
        platform=login.platform,
        version=settings.version,
        key_field=settings.key_field,
        convert=settings.convert,
        overlap_seconds=settings.overlap_seconds,
        page_size=settings.page_size,
        write_batch=settings.write_batch,
        attempts=ATTEMPTS,
        token_file=config.token_file(name),
        requests_per_second=settings.requests_per_second,
    )
    return SugarCrmSystem(name, options, clock, _jitter())


def _suitecrm(name: str, settings: SuiteConnection, config: Config, clock: Clock) -> Target:
    from connector.systems.suitecrm import SuiteCrmSystem, SuiteOptions

    login, secret = settings.login, _resolver(config)
    options = SuiteOptions(
        address=settings.address,
        username=config.secret(login.username),
        password=secret(login.password),
        api=settings.api,
        grant=login.grant,
        client_id=config.secret(login.client_id),
        client_secret=secret(login.client_secret),
        key_field=settings.key_field,
        overlap_seconds=settings.overlap_seconds,
        page_size=settings.page_size,
        write_batch=settings.write_batch,
        attempts=ATTEMPTS,
        v8_datetime=settings.v8_datetime,
    )
    return SuiteCrmSystem(name, options, clock, _jitter())
