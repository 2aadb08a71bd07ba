"""Salesforce record ids: 15 case-sensitive characters, or 18 with a checksum that survives case folding.

The checksum rule: three groups of five characters; in each, bit i (lowest first) says whether character i is
an upper-case letter; the numbers 0-31 are written `A`-`Z`, `0`-`5` (Salesforce help, "record id" formats).
"""

import re
import string

_CHECK = string.ascii_uppercase + "012345"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_POD = "5g"
_COUNTER_WIDTH = 10
_FIRST_NUMBER = 10 * 62**4

PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "Opportunity": "006",
    "User": "005",
    "Lead": "00Q",
    "OpportunityContactRole": "00K",
    "Task": "00T",
    "Event": "00U",
    "Organization": "00D",
    "Group": "00G",
    "RecordType": "012",
    "OpportunityHistory": "008",
    "Campaign": "701",
    "CampaignMember": "00v",
    "LeadStatus": "01J",
    "OpportunityStage": "01J",
}


def checksum(fifteen: str) -> str:
    """The three characters that turn a 15-character id into an 18-character one."""
    groups = (fifteen[0:5], fifteen[5:10], fifteen[10:15])
    return "".join(_CHECK[sum(1 << i for i, c in enumerate(g) if "A" <= c <= "Z")] for g in groups)


def to_eighteen(value: object) -> str | None:
    """Normalise an id to 18 characters; None when it is not an id.

    An 18-character id whose letters lost their case is repaired from its checksum.
    """
    if not isinstance(value, str) or not _SHAPE.fullmatch(value):
        return None
    if len(value) == 15:
        return value + checksum(value)
    if checksum(value[:15]) == value[15:]:
        return value
    return _repaired(value)


def _repaired(value: str) -> str | None:
    """Give each letter the case that the checksum asks for; None when the checksum cannot be met."""
    letters: list[str] = []
    for group in range(3):
        mark = value[15 + group].upper()
        if mark not in _CHECK:
            return None
        bits = _CHECK.index(mark)
        for i, char in enumerate(value[group * 5 : group * 5 + 5]):
            upper = bool(bits & (1 << i))
            if upper and not char.isalpha():
                return None
            letters.append(char.upper() if upper else char.lower())
    fifteen = "".join(letters)
    return fifteen + checksum(fifteen)


def record_id(prefix: str, number: int) -> str:
    """The 18-character id number `number` (from 0) of the object with this key prefix."""
    digits = []
    rest = _FIRST_NUMBER + number
    while rest:
        rest, digit = divmod(rest, 62)
        digits.append(_DIGITS[digit])
    fifteen = prefix + _POD + "".join(reversed(digits)).rjust(_COUNTER_WIDTH, "0")
    return fifteen + checksum(fifteen)
