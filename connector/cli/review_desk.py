"""What the review commands read of a project beside its state: each route's policy, and where its records live."""

from __future__ import annotations

from functools import cache

from connector.errors import InputError, UsageError
from connector.model.progress import Review
from connector.model.records import Kind
from connector.pipeline.review_order import ReviewTerms
from connector.pipeline.review_queue import TermsOf
from connector.pipeline.review_words import Find, finder
from connector.wiring import House, RuleFiles, read_mappings, read_rules


def terms_of(house: House) -> TermsOf:
    """What the policy of a route says of reviews; raises ConfigError where its files cannot be used.

    A route that the configuration has no more accepts no reason.
    """

    @cache
    def terms(route: str) -> ReviewTerms:
        if route not in house.config.routes:
            return ReviewTerms()
        return ReviewTerms.of(read_rules(house.config, house.config.route(route)).policies)

    return terms


def order_terms(house: House) -> TermsOf:
    """As `terms_of`, for looking at the queue: a policy that cannot be read changes the order, and stops nobody."""

    @cache
    def terms(route: str) -> ReviewTerms:
        if route not in house.config.routes:
            return ReviewTerms()
        try:
            return ReviewTerms.of(RuleFiles.of_route(house.config, house.config.route(route)).load_policies())
        except InputError:
            return ReviewTerms()

    return terms


def find_of(house: House, route: str) -> Find:
    """How a route's records are found by what people call them."""

    @cache
    def places() -> tuple[tuple[str, str], ...]:
        if route not in house.config.routes:
            return ()
        settings = house.config.route(route)
        mappings = read_mappings(house.config, settings)
        folder = house.config.connections[settings.target].type
        kinds = (Kind.CONTACT, Kind.ACCOUNT)
        return tuple((settings.target, mappings.object_mapping(folder, kind).object) for kind in kinds)

    return finder(house.store, places)


def known_review(house: House, review_id: int) -> Review:
    """The review with that number; raises UsageError when there is none."""
    review = house.store.reviews.get(review_id)
    if review is None:
        raise UsageError(f"there is no review {review_id}", next_command="connector review list")
    return review
