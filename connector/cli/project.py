"""What ``connector init`` writes: a commented starter for real orgs, or a project wired to a sandbox."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from connector.errors import UsageError

_GITIGNORE = "secrets/\nstate/*\n!state/README.md\n"
_STATE_README = "# state\n\nThe connector keeps its SQLite file here. It holds people's data: do not commit it.\n"

_STARTER = """\
# The connector's configuration. Everything a person may change is in this file and in mappings/.
# Check it with `connector doctor`; see what a run would do with `connector sync --dry-run`.
version: 1

# Where the connector remembers what it did (SQLite). Keep it: it is what makes a second run safe.
state: state/connector.db

connections:
  # One entry per CRM. Secrets are references, never the secret itself:
  #   ${ENV_NAME}   file:secrets/name   cmd:program arguments
  salesforce:
    type: salesforce
    address: https://your-domain.my.salesforce.com   # the org's My Domain
    login:
      grant: client_credentials      # or jwt, refresh_token, password
      client_id: ${SALESFORCE_CLIENT_ID}
      client_secret: ${SALESFORCE_CLIENT_SECRET}
    key_field: Connector_Key__c      # deploy it with `connector init --salesforce-metadata DIR`

  # A CRM of the Sugar family; see docs/how-to-sugarcrm.md and docs/how-to-suitecrm.md for what to set up there.
  # sugarcrm:
  #   type: sugarcrm
  #   address: https://your-company.sugarondemand.com
  #   login:
  #     username: lead.connector       # a user of its own
  #     password: ${SUGARCRM_PASSWORD}
  #     platform: lead_connector       # registered in Admin, Configure API Platforms
  #   key_field: connector_key_c       # made in Studio; or sync_key
  # suitecrm:
  #   type: suitecrm
  #   address: https://crm.your-company.com   # SuiteCRM 8: with /legacy at the end
  #   api: v4_1                        # or v8 where v4_1 is switched off
  #   login:
  #     username: lead.connector
  #     password: ${SUITECRM_PASSWORD}

  # CSV files dropped into this folder become leads.
  inbox:
    type: csv
    path: inbox

routes:
  # Leads of the org, decided and converted where they are.
  salesforce:
    source: salesforce
    target: salesforce
    mapping: mappings
    policy: mappings/policy.yaml
    matching: mappings/matching.yaml
    schedule: every 15 minutes       # or a cron line: "*/15 * * * *"
    # owner: 005...                  # who gets a lead that a queue holds; without it such leads go to review
    limits:
      max_changes: 5000              # more changes in one run wait for --accept-mass-change
    enabled: true

  # Files from the inbox folder land as leads in the org.
  inbox-to-salesforce:
    source: inbox
    target: salesforce
    schedule: every 15 minutes
    land: all                        # or converted: only what converts at once reaches the org
    enabled: true

  # Leads of a CRM of the Sugar family, decided and converted where they are.
  # sugarcrm:
  #   source: sugarcrm
  #   target: sugarcrm
  #   schedule: every 15 minutes
  #   enabled: true
  # suitecrm:
  #   source: suitecrm
  #   target: suitecrm
  #   schedule: every 15 minutes
  #   enabled: true

  # From one CRM into another. Its leads are those of a route in place too: enable one of the two.
  # sugarcrm-to-salesforce:
  #   source: sugarcrm
  #   target: salesforce
  #   schedule: every 15 minutes
  #   land: converted                # or all: every lead of the source lands in the target
  #   push_back: links               # or records: what was made is made in the source too; or none
  #   enabled: true
"""

_SANDBOX = """\
# A project wired to the embedded sandbox at {base_url}.
version: 1
state: state/connector.db

connections:
{connections}
routes:
{routes}"""

_CONNECTIONS = {
    "salesforce": """\
  salesforce:
    type: salesforce
    address: {base_url}
    login:
      grant: client_credentials
      client_id: file:secrets/salesforce_client_id
      client_secret: file:secrets/salesforce_client_secret
    settle_after: 1                  # seconds before a write that cannot be found is believed lost; 600 for real orgs
""",
    "sugarcrm": """\
  sugarcrm:
    type: sugarcrm
    address: {base_url}
    login:
      username: {username}
      password: file:secrets/sugarcrm_password
      client_id: {client_id}
      platform: {platform}
    settle_after: 1
""",
    "suitecrm": """\
  suitecrm:
    type: suitecrm
    address: {base_url}
    api: v4_1                        # or v8, which wants the client too
    login:
      username: {username}
      password: file:secrets/suitecrm_password
      client_id: {client_id}
      client_secret: file:secrets/suitecrm_client_secret
    settle_after: 1
""",
}
_SECRETS = {
    "salesforce": ("client_id", "client_secret"),
    "sugarcrm": ("password",),
    "suitecrm": ("password", "client_secret"),
}
_FOLDERS = {"inbox": "salesforce", "inbox-suitecrm": "suitecrm"}

# source, target, enabled, what else the route says
_ROUTES = {
    "salesforce": ("salesforce", "salesforce", True, ""),
    "sugarcrm": ("sugarcrm", "sugarcrm", True, ""),
    "suitecrm": ("suitecrm", "suitecrm", True, ""),
    "inbox-to-salesforce": ("inbox", "salesforce", True, ""),
    "inbox-to-suitecrm": ("inbox-suitecrm", "suitecrm", False, ""),
    "sugarcrm-to-salesforce": ("sugarcrm", "salesforce", False, "records"),
    "suitecrm-to-salesforce": ("suitecrm", "salesforce", False, "records"),
    "salesforce-to-sugarcrm": ("salesforce", "sugarcrm", False, "records"),
}
_PUSH_BACK = {
    "": "",
    "records": "    push_back: records               # account, contact and opportunity are made there too\n",
}


def write_starter(folder: Path) -> None:
    """A commented starter project for real orgs; raises UsageError when *folder* is in use."""
    _begin(folder, ["inbox"])
    _write(folder / "connector.yaml", _STARTER)


def write_sandbox_project(folder: Path, info: Mapping[str, object], across: str = "") -> None:
    """A project wired to a running sandbox, from what its ``/__sandbox__/info`` answered: every CRM that it speaks for.

    The leads of the CRM named *across* go to Salesforce; those of the others are converted where they are.
    Raises UsageError when it speaks for none, or when *folder* is in use.
    """
    logins = {name: login for name in _CONNECTIONS if isinstance(login := info.get(name), dict)}
    if not logins:
        raise UsageError("the address does not answer as a sandbox with a CRM", next_command="connector sandbox serve")
    folders = [name for name, target in _FOLDERS.items() if target in logins]
    _begin(folder, folders)
    for name, login in logins.items():
        for secret in _SECRETS[name]:
            write_private(folder / "secrets" / f"{name}_{secret}", str(login[secret]))
    words = {name: {key: json.dumps(str(value)) for key, value in login.items()} for name, login in logins.items()}
    connections = [_CONNECTIONS[name].format(base_url=info["base_url"], **words[name]) for name in logins]
    connections += [f"  {name}:\n    type: csv\n    path: {name}\n" for name in folders]
    ends = {*logins, *folders}
    routes = [_route(name, *route) for name, route in _routes(across).items() if {route[0], route[1]} <= ends]
    text = _SANDBOX.format(base_url=info["base_url"], connections="".join(connections), routes="".join(routes))
    _write(folder / "connector.yaml", text)


def _routes(across: str) -> dict[str, tuple[str, str, bool, str]]:
    """The routes, with those of one CRM's leads switched from in place to Salesforce."""
    turned = {across, f"{across}-to-salesforce"} if across else set()
    return {
        name: (source, target, enabled is not (name in turned), back)
        for name, (source, target, enabled, back) in _ROUTES.items()
    }


def _route(name: str, source: str, target: str, enabled: bool, push_back: str) -> str:
    """One route; across CRMs it stands disabled, for its leads are those of a route in place."""
    note = "" if enabled else "                   # `true` here, and `false` in the other route of its source"
    return (
        f"  {name}:\n    source: {source}\n    target: {target}\n    schedule: every 15 minutes\n"
        f"{_PUSH_BACK[push_back]}    enabled: {'true' if enabled else 'false'}{note if push_back else ''}\n"
    )


def _begin(folder: Path, inboxes: Sequence[str]) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty; nothing was written", next_command="connector init NEW_FOLDER")
    for name in (*inboxes, "state"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "secrets").mkdir(exist_ok=True)
    for name in ("state", "secrets"):  # whatever the umask says
        (folder / name).chmod(0o700)
    _write(folder / ".gitignore", _GITIGNORE)
    _write(folder / "state" / "README.md", _STATE_README)
    _copy(starter_mappings(), folder / "mappings")


def starter_mappings() -> Traversable:
    """The shipped mapping files."""
    return files("connector") / "starter"


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _copy(entry, target / entry.name)
        elif entry.name.endswith(".yaml"):
            _write(target / entry.name, entry.read_text(encoding="utf-8"))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def write_private(path: Path, text: str) -> None:
    """A file that only its owner can read, from the first byte: a secret, or a plan with people's data."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


_FIELD = """\
<?xml version="1.0" encoding="UTF-8"?>
<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
    <fullName>Connector_Key__c</fullName>
    <label>Connector Key</label>
    <description>Key of the lead connector: tells which lead a record came from.</description>
    <type>Text</type>
    <length>255</length>
    <externalId>true</externalId>
    <unique>true</unique>
    <caseSensitive>false</caseSensitive>
    <required>false</required>
</CustomField>
"""

_PERMISSIONS_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
    <label>Lead Connector</label>
    <hasActivationRequired>false</hasActivationRequired>
"""

_PERMISSION = """\
    <fieldPermissions>
        <editable>true</editable>
        <field>{object}.Connector_Key__c</field>
        <readable>true</readable>
    </fieldPermissions>
"""

KEYED_OBJECTS = ("Lead", "Account", "Contact", "Opportunity")


def write_salesforce_metadata(folder: Path) -> list[Path]:
    """Deployable metadata (source format) of the key fields and a permission set; answers the files written.

    Format: https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/customfield.htm
    """
    root = folder / "force-app" / "main" / "default"
    project = {"packageDirectories": [{"path": "force-app", "default": True}], "sourceApiVersion": "62.0"}
    written = {folder / "sfdx-project.json": json.dumps(project, indent=2) + "\n"}
    for name in KEYED_OBJECTS:
        written[root / "objects" / name / "fields" / "Connector_Key__c.field-meta.xml"] = _FIELD
    permissions = "".join(_PERMISSION.format(object=name) for name in KEYED_OBJECTS)
    set_path = root / "permissionsets" / "Lead_Connector.permissionset-meta.xml"
    written[set_path] = f"{_PERMISSIONS_HEAD}{permissions}</PermissionSet>\n"
    taken = [str(path) for path in written if path.exists()]
    if taken:
        raise UsageError(f"would overwrite {', '.join(taken)}; nothing was written")
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, text)
    return list(written)
