"""Which blind samples still count: an answer on what another policy decided is evidence of nothing today."""

from __future__ import annotations

from datetime import datetime

from connector.errors import ConnectorError
from connector.model.assurance import Sample
from connector.policy import Policies, Rulebook
from connector.wiring import House, RuleFiles


class Counting:
    """Tells which samples count by the policies of today; each route's files are read once, when first asked for."""

    def __init__(self, house: House) -> None:
        """Judge by the files and gates of *house*."""
        self._house = house
        self._policies: dict[str, Policies | None] = {}
        self._since: dict[tuple[str, str], datetime | None] = {}

    def book(self, sample: Sample) -> Rulebook | None:
        """The policy that decided, if the route still decides by it; None too where the files cannot be read."""
        policies = self._read(sample.route)
        book = policies.named(sample.policy) if policies is not None else None
        return book if book is not None and book.decides == sample.version else None

    def counts(self, sample: Sample) -> bool:
        """Whether an answer still says something of today's policy; files that cannot be read take nothing away."""
        if sample.route in self._house.config.routes and self._read(sample.route) is None:
            return True
        if self.book(sample) is None:
            return False
        since = self._opened(sample.policy, sample.version)
        return since is None or sample.decided_at >= since or not sample.verdict.converts

    def _read(self, route: str) -> Policies | None:
        if route not in self._policies:
            self._policies[route] = self._load(route)
        return self._policies[route]

    def _load(self, route: str) -> Policies | None:
        if route not in self._house.config.routes:
            return None
        try:
            return RuleFiles.of_route(self._house.config, self._house.config.route(route)).load_policies()
        except ConnectorError:
            return None

    def _opened(self, policy: str, version: str) -> datetime | None:
        """Since when answers count: from the day on which a person opened the gate again."""
        key = (policy, version)
        if key not in self._since:
            gate = self._house.store.samples.gate(policy, version)
            self._since[key] = gate.evidence_from or gate.since if gate is not None else None
        return self._since[key]
