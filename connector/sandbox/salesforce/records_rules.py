"""What the server works out by itself on a save, object by object: names, stages, periods, flags."""

from collections.abc import Callable
from datetime import date, timedelta

from connector.sandbox.salesforce.org_state import QUEUE_ID, OrgState
from connector.sandbox.salesforce.org_time import fiscal_period, parse_moment, stamp_text
from connector.sandbox.salesforce.validation import Draft

_FORECAST_NAMES = {"Omitted": "Omitted", "Pipeline": "Pipeline", "BestCase": "Best Case", "Forecast": "Commit",
                   "Closed": "Closed"}  # fmt: skip
_FORECAST_CODES = {name: code for code, name in _FORECAST_NAMES.items()}


def fill_defaults(draft: Draft) -> None:
    """Give a new record the values that the server supplies for what the caller left out."""
    for field in draft.definition.readable():
        if not field.stored or draft.values.get(field.name) is not None or field.is_id:
            continue
        if field.default is not None:
            draft.values[field.name] = int(field.default) if isinstance(field.default, bool) else field.default
    owner = draft.definition.find("OwnerId")
    if owner is not None and owner.defaulted and draft.values.get("OwnerId") is None:
        draft.values["OwnerId"] = draft.state.user_id


def assign(draft: Draft) -> None:
    """Let the assignment rule that the caller's header asks for choose the owner."""
    wanted = draft.options.auto_assign
    if wanted is False:
        return
    for rule in draft.state.settings.assignment_rules:
        if rule.object_name != draft.definition.name:
            continue
        if rule.active if wanted is True else rule.id[:15] == str(wanted)[:15]:
            for criteria, owner in rule.entries:
                if all(draft.current(name) == value for name, value in criteria.items()):
                    draft.values["OwnerId"] = _owner_id(draft.state, owner)
                    return


def _owner_id(state: OrgState, owner: str) -> str:
    """A rule's owner: an id, the name of a queue, or the org's own queue for `queue`."""
    found = state.live("Group", "Name = ? OR DeveloperName = ? OR Id = ?", (owner, owner, owner))
    if found:
        return str(found[0]["Id"])
    return QUEUE_ID if owner == "queue" else owner


def derive(draft: Draft) -> None:
    """Work out the fields that only the server writes, and note broken rules of the object."""
    rule = _RULES.get(draft.definition.name)
    if rule is not None:
        rule(draft)


def _person(draft: Draft) -> None:
    parts = (draft.current("FirstName"), draft.current("LastName"))
    draft.values["Name"] = " ".join(str(part) for part in parts if part) or None


def _contact(draft: Draft) -> None:
    _person(draft)
    draft.values["IsEmailBounced"] = int(draft.current("EmailBouncedReason") is not None)


def _opportunity(draft: Draft) -> None:
    if draft.changed("StageName"):
        _enter_stage(draft)
    elif draft.changed("ForecastCategoryName"):
        draft.values["ForecastCategory"] = _FORECAST_CODES.get(draft.values["ForecastCategoryName"], "Pipeline")
    amount, probability = draft.current("Amount"), draft.current("Probability")
    draft.values["ExpectedRevenue"] = _expected(amount, probability)
    close = draft.current("CloseDate")
    if close is not None:
        year, quarter = fiscal_period(date.fromisoformat(close), draft.state.fiscal_start())
        draft.values.update(FiscalYear=year, FiscalQuarter=quarter, Fiscal=f"{year} {quarter}")


def _expected(amount: float | None, probability: float | None) -> float | None:
    return None if amount is None else round(amount * (probability or 0) / 100, 2)


def _enter_stage(draft: Draft) -> None:
    """A new stage sets probability, forecast and the closed flags unless the caller sets the first two too."""
    stages = draft.state.live("OpportunityStage", "ApiName = ?", (draft.values["StageName"],))
    stage = stages[0] if stages else {"DefaultProbability": 0, "ForecastCategoryName": "Pipeline"}
    if draft.values.get("Probability") is None:
        draft.values["Probability"] = stage["DefaultProbability"]
    if draft.values.get("ForecastCategoryName") is None:
        draft.values["ForecastCategoryName"] = stage["ForecastCategoryName"]
    draft.values["ForecastCategory"] = _FORECAST_CODES.get(draft.values["ForecastCategoryName"], "Pipeline")
    draft.values["IsClosed"] = int(bool(stage.get("IsClosed")))
    draft.values["IsWon"] = int(bool(stage.get("IsWon")))
    if not draft.creating:
        draft.values["LastStageChangeDate"] = draft.state.stamp()


def _task(draft: Draft) -> None:
    _activity(draft)
    closed = draft.current("Status") == "Completed"
    draft.values["IsClosed"] = int(closed)
    draft.values["IsHighPriority"] = int(draft.current("Priority") == "High")
    if draft.changed("Status"):
        done = draft.values.get("LastModifiedDate") or draft.state.stamp()
        draft.values["CompletedDateTime"] = done if closed else None


def _event(draft: Draft) -> None:
    _activity(draft)
    start = draft.current("StartDateTime") or draft.current("ActivityDateTime")
    minutes = draft.current("DurationInMinutes")
    moment = parse_moment(start) if start else None
    if moment is None:
        return
    draft.values.update(StartDateTime=start, ActivityDateTime=start, ActivityDate=start[:10])
    if minutes is not None:
        draft.values["EndDateTime"] = stamp_text(moment + timedelta(minutes=minutes))


def _activity(draft: Draft) -> None:
    who, what = draft.current("WhoId"), draft.current("WhatId")
    if who is not None and who.startswith("00Q") and what is not None:
        text = "Related To ID: a lead cannot be combined with a related record"
        draft.refuse("FIELD_INTEGRITY_EXCEPTION", text, "WhatId")
    draft.values["AccountId"] = _account_of(draft.state, who, what)


def _account_of(state: OrgState, who: str | None, what: str | None) -> str | None:
    """The account that an activity belongs to through what or whom it is about."""
    if what is not None and what.startswith("001"):
        return what
    for object_name, record_id in (("Opportunity", what), ("Contact", who)):
        found = state.read(state.definition(object_name), record_id) if record_id else None
        if found is not None and found.get("AccountId"):
            return str(found["AccountId"])
    return None


def _campaign_member(draft: Draft) -> None:
    if draft.creating:
        people = [name for name in ("LeadId", "ContactId") if draft.values.get(name) is not None]
        if len(people) != 1:
            draft.refuse("FIELD_INTEGRITY_EXCEPTION", "Either LeadId or ContactId is required, not both", *people)
        elif not draft.errors:
            _check_membership(draft, people[0])
    person = "ContactId" if draft.current("ContactId") else "LeadId"
    draft.values.update(LeadOrContactId=draft.current(person), Type=person.removesuffix("Id"))
    if not draft.changed("Status"):
        return
    responded = draft.current("Status") == "Responded"
    draft.values["HasResponded"] = int(responded)
    if responded and draft.current("FirstRespondedDate") is None:
        draft.values["FirstRespondedDate"] = (draft.values.get("LastModifiedDate") or draft.state.stamp())[:10]


def _history(draft: Draft) -> None:
    """A loaded row of stage history: what its stage implies."""
    stage = draft.current("StageName")
    found = draft.state.live("OpportunityStage", "ApiName = ?", (stage,)) if stage else []
    if found and draft.current("Probability") is None:
        draft.values["Probability"] = found[0]["DefaultProbability"]
    if found:
        draft.values["ForecastCategory"] = _FORECAST_CODES.get(found[0]["ForecastCategoryName"], "Pipeline")
    amount = draft.current("Amount")
    draft.values["ExpectedRevenue"] = _expected(amount, draft.current("Probability"))


def _check_membership(draft: Draft, person: str) -> None:
    where = f'CampaignId = ? AND "{person}" = ?'
    if draft.state.live("CampaignMember", where, (draft.values.get("CampaignId"), draft.values[person])):
        draft.refuse("DUPLICATE_VALUE", "Already a campaign member.", person)


_RULES: dict[str, Callable[[Draft], None]] = {
    "Lead": _person,
    "User": _person,
    "Contact": _contact,
    "Opportunity": _opportunity,
    "Task": _task,
    "Event": _event,
    "CampaignMember": _campaign_member,
    "OpportunityHistory": _history,
}
