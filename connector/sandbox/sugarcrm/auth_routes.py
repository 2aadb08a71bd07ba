"""`oauth2/token`, `oauth2/logout`, `oauth2/sudo/:user_name`."""

from __future__ import annotations

from connector.sandbox.sugarcrm.answers import Answer, SugarError, ok
from connector.sandbox.sugarcrm.call import SugarCall, denied
from connector.sandbox.sugarcrm.tokens import PLATFORM

DEFAULT_PLATFORM = "base"
CLIENT_ID = "sugar"


def token(call: SugarCall) -> Answer:
    """Grant a token set for a password or a refresh token."""
    grant = str(call.arguments.get("grant_type") or "")
    if grant not in ("password", "refresh_token"):
        label = "unsupported_grant_type" if grant else "missing_parameter"
        raise SugarError(label, f"Invalid grant_type parameter or parameter missing: {grant}")
    if str(call.arguments.get("client_id") or "") != CLIENT_ID:
        raise SugarError("invalid_client", "The client credentials are invalid")
    platform = _platform(call)
    if grant == "refresh_token":
        issued = call.tokens.refresh(str(call.arguments.get("refresh_token") or ""), platform)
        if issued is None:
            raise SugarError("invalid_grant", "Invalid refresh token")
        return ok(call.tokens.answer(issued))
    name, password = (str(call.arguments.get(key) or "") for key in ("username", "password"))
    user_id = call.instance.authenticate(name, password)
    if user_id is None:
        raise SugarError(call.settings.wrong_password_error, "You must specify a valid username and password.")
    return ok(call.tokens.answer(call.tokens.log_in(user_id, platform)))


def logout(call: SugarCall) -> Answer:
    """End the token set of this call."""
    if call.session is not None:
        call.tokens.log_out(call.session.access)
    return ok({"success": True})


def sudo(call: SugarCall) -> Answer:
    """Let an administrator act as another user; the administrator's own token stays alive."""
    if not call.is_admin:
        raise denied("sudo")
    found = call.instance.user(call.segments[2])
    if found is None:
        raise SugarError("not_found", f"Could not find user: {call.segments[2]}")
    return ok(call.tokens.answer(call.tokens.log_in(str(found["id"]), _platform(call), sudo_by=call.user_id)))


def _platform(call: SugarCall) -> str:
    platform = str(call.arguments.get("platform") or DEFAULT_PLATFORM)
    if not PLATFORM.fullmatch(platform):
        raise SugarError("invalid_parameter", f"Invalid platform: {platform[:127]}")
    registered = call.settings.registered_platforms
    if registered and platform not in registered:
        raise SugarError("invalid_parameter", f"Unknown platform {platform}: an administrator has to register it")
    return platform
