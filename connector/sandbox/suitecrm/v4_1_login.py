"""Logging in to the legacy service (`SugarWebServiceImplv4::login`, SuiteCRM 7.14.6)."""

from __future__ import annotations

from collections.abc import Mapping

from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.suitecrm.v4_1_sessions import Sessions
from connector.sandbox.suitecrm.v4_1_transport import invalid_login

BASE_VERSION = "6.5.25"
VERSION = "7.14.6"


def server_info(instance: SugarInstance) -> object:
    """The release; needs no session."""
    return {"flavor": "CE", "version": BASE_VERSION, "suitecrm_version": VERSION, "gmt_time": instance.now()}


def login(instance: SugarInstance, sessions: Sessions, arguments: Mapping[str, object]) -> tuple[str, object]:
    """A session and what the service says about its user. Raises Fault (10)."""
    given = arguments.get("user_auth")
    auth = given if isinstance(given, dict) else {}
    name, password = str(auth.get("user_name") or ""), str(auth.get("password") or "")
    if auth.get("encryption") == "PLAIN":
        user_id = instance.authenticate(name, password)
    else:
        user_id = instance.people.authenticate_digest(name, password.lower())
    user = instance.get("Users", user_id) if user_id else None
    if user is None or user["is_group"]:
        raise invalid_login()
    session = sessions.open(str(user["id"]))
    currency = instance.settings["user_currency_id"]
    about = {
        "user_id": user["id"],
        "user_name": user["user_name"],
        "user_language": "en_us",
        "user_currency_id": None if currency == "-99" else currency,
        "user_is_admin": bool(user["is_admin"]),
        "user_default_team_id": None,
        "user_default_dateformat": "m/d/Y",
        "user_default_timeformat": instance.settings["user_time_format"],
        "user_number_separator": instance.settings["user_number_separator"],
        "user_decimal_separator": instance.settings["user_decimal_separator"],
        "mobile_max_list_entries": None,
        "mobile_max_subpanel_entries": None,
        "user_currency_name": "US Dollar",
    }
    pairs = {key: {"name": key, "value": value} for key, value in about.items()}
    return session, {"id": session, "module_name": "Users", "name_value_list": pairs}
