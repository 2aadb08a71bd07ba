"""What the doctor says to do next fits what it found."""

from __future__ import annotations

from .terminal import Folder
from .test_doctor import failures


def test_a_key_that_is_not_written_is_told(folder: Folder) -> None:
    """A mapping without our key is told where the CRM has the field for it; what is created could not be found."""
    path = folder.path / "mappings" / "sugarcrm" / "contact.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "external_key:" not in line), "utf-8")
    (found,) = failures(folder)
    assert found["name"] == "sugarcrm Contacts"
    assert "contact.yaml: external_key is not written, but key_field is `connector_key_c`" in found["detail"]
    assert found["next"] == "add `external_key: { from: connector_key_c, optional: true }` to its fields"


def test_fields_closed_to_the_login_are_named(folder: Folder) -> None:
    """Fields that a mapping writes and the login may not are a warning that names them, once per object."""
    folder.edit("mappings/sugarcrm/lead.yaml", "{ from: date_entered, direction: read }", "date_entered")
    folder.edit("mappings/sugarcrm/lead.yaml", "title: { from: title, cut: true }", "title: modified_user_id")
    folder.edit("mappings/sugarcrm/lead.yaml", "modified_user_id: who changed it last plays no part", "title: unused")
    answer = folder.type("doctor", "--json")
    (check,) = (each for each in answer.json["checks"] if each["level"] == "warn" and "sugarcrm L" in each["name"])
    assert check["name"] == "sugarcrm Leads"
    assert "the mapping writes fields that the login may not: modified_user_id, date_entered;" in check["detail"]
    assert (answer.code, failures(folder)) == (0, [])
