"""What is disturbed: the CRMs at the ends of the routes, and three leads that come in at the first of them."""

from __future__ import annotations

from dataclasses import dataclass

from .families import SALESFORCE, SUGARCRM, SUITECRM, SUITECRM_V8, Family
from .judging import NewProject
from .project import Project
from .worlds import three_leads, write_file


@dataclass(frozen=True, slots=True)
class Scene:
    """Routes that run together, and what they find.

    *families* are the CRMs that it is judged by; each holds the same known account and contact. The leads come in at
    the first of them, or in a file of the folder *inbox*.
    """

    name: str
    families: tuple[Family, ...]
    routes: tuple[str, ...]
    inbox: str = ""

    @property
    def across(self) -> bool:
        """Whether records are made in two CRMs."""
        return len(self.families) > 1

    def set_up(self, new_project: NewProject) -> Project:
        """A fresh project with it."""
        project = new_project(*self.families)
        project.routes = self.routes
        records = three_leads()
        leads = records.pop("Lead")
        for family in self.families:
            project.load(records, family)
        if self.inbox:
            write_file(project, self.inbox, leads)
        else:
            project.load({"Lead": leads})
        return project


IN_PLACE = tuple(Scene(family.name, (family,), (family.route,)) for family in (SUGARCRM, SUITECRM, SUITECRM_V8))
ACROSS = (
    Scene("sugarcrm-to-salesforce", (SUGARCRM, SALESFORCE), ("sugarcrm-to-salesforce",)),
    Scene("salesforce-to-sugarcrm", (SALESFORCE, SUGARCRM), ("salesforce-to-sugarcrm",)),
)
LANDING = Scene("inbox-to-suitecrm", (SUITECRM,), ("inbox-to-suitecrm",), inbox="inbox-suitecrm")
SCENES = (*IN_PLACE, *ACROSS, LANDING)
