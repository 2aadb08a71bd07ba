"""What `matching.yaml` may hold; the comparisons and levels that it must give points to are in `levels`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Sentence = Annotated[str, Field(min_length=3, max_length=300)]
Points = Annotated[float, Field(ge=-30, le=30, strict=False)]


class Part(BaseModel):
    """Every part refuses keys it does not know and converts nothing silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class LevelPart(Part):
    """The points of one level of evidence, and the sentence that explains it to people."""

    points: Points
    says: Sentence


class BandsPart(Part):
    """Where the bands begin. *start* is the score before any evidence: most pairs are not the same."""

    start: Points
    link_at: Points
    ask_at: Points
    tie: float = Field(ge=0, strict=False)


class PeoplePart(BandsPart):
    """A lead against a contact."""

    evidence: dict[str, dict[str, LevelPart]]


class CompaniesPart(BandsPart):
    """A lead's company against an account."""

    evidence: dict[str, dict[str, LevelPart]]


class ListsPart(Part):
    """What this organisation knows beyond the built-in lists."""

    free_mail_domains: list[str] = []
    own_domains: list[str] = []
    role_mailboxes: list[str] = []
    junk_emails: list[str] = []
    junk_names: list[str] = []
    junk_companies: list[str] = []
    junk_phones: list[str] = []


class KeyPart(Part):
    """A key under which records are looked up; weak ones only when the strong ones bring little."""

    says: Sentence
    strong: bool = True


class MatchingPart(Part):
    """The whole file."""

    lists: ListsPart = ListsPart()
    keys: dict[str, KeyPart]
    people: PeoplePart
    repeats: BandsPart
    companies: CompaniesPart
