"""SOQL that Salesforce refuses: codes and texts."""

from __future__ import annotations

import pytest

from connector.sandbox.salesforce.org import ApiError, Org

_APPEND = "be sure to append the '__c' after"


@pytest.mark.parametrize(
    ("soql", "code", "text"),
    [
        ("SELECT Id FORM Lead", "MALFORMED_QUERY", "unexpected token: 'FORM'"),
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Lead WHERE A = 1 AND B = 2 OR C = 3", "MALFORMED_QUERY", "unexpected token: 'OR'"),
        ("SELECT Id FROM Lead WHERE Email IN ()", "MALFORMED_QUERY", "unexpected token: ')'"),
        ("SELECT Id FROM Lead WHERE Email IS NULL", "MALFORMED_QUERY", "unexpected token: 'IS'"),
        ("SELECT * FROM Lead", "MALFORMED_QUERY", "no viable alternative at character '*'"),
        ("SELECT Id FROM Lead WHERE LastName = 'x", "MALFORMED_QUERY", "mismatched character '<EOF>'"),
        ("SELECT Id FROM Lead WHERE LastName = 'a\\qb'", "MALFORMED_QUERY", "Illegal character sequence '\\q'"),
        ("SELECT Id FROM Lead ALL ROWS", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id, Id FROM Lead", "MALFORMED_QUERY", "duplicate field selected: Id"),
        ("SELECT Id x FROM Lead", "MALFORMED_QUERY", "only aggregate expressions use field aliasing"),
        ("SELECT Name, COUNT(Id) FROM Lead", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("SELECT SUM(Name) FROM Lead", "MALFORMED_QUERY", "does not support aggregate operator SUM"),
        ("SELECT Id FROM Lead WHERE COUNT(Id) > 1", "MALFORMED_QUERY", "not allowed here"),
        ("SELECT FIELDS(ALL) FROM Lead", "MALFORMED_QUERY", "must have a LIMIT of at most 200"),
        ("SELECT FIELDS(CUSTOM) FROM Lead LIMIT 201", "MALFORMED_QUERY", "must have a LIMIT of at most 200"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        ("SELECT Id FROM XYZZY", "INVALID_TYPE", "sObject type 'XYZZY' is not supported."),
        ("SELECT Id, (SELECT Id FROM Nothings) FROM Account", "INVALID_TYPE", "relationship 'Nothings' in FROM"),
        ("SELECT Boss.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Boss' in field path"),
        ("SELECT Owner.Shoe FROM Lead", "INVALID_FIELD", "No such column 'Shoe' on entity 'Name'"),
        (
            "SELECT Id FROM Lead WHERE Description = 'x'",
            "INVALID_FIELD",
            "'Description' can not be filtered in a query",
        ),
        ("SELECT Id FROM Lead WHERE Address = 'x'", "INVALID_FIELD", "field 'Address' can not be filtered"),
        ("SELECT Id FROM Lead ORDER BY Description", "INVALID_FIELD", "'Description' can not be sorted"),
        ("SELECT Description FROM Lead GROUP BY Description", "INVALID_FIELD", "can not be grouped"),
        (
            "SELECT Id FROM Lead WHERE AnnualRevenue = '5'",
            "INVALID_FIELD",
            "value of filter criterion for field 'AnnualRevenue' must be of type double and should not be enclosed "
            "in quotes",
        ),
        (
            "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "must be of type dateTime and should not be enclosed in quotes",
        ),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Opportunity WHERE CloseDate > 2026-01-01T00:00:00Z", "INVALID_FIELD", "must be of type date "),
        ("SELECT Id FROM Lead WHERE IsConverted = 'true'", "INVALID_FIELD", "must be of type boolean"),
        ("SELECT Id FROM Lead WHERE Email = 5", "INVALID_FIELD", "must be of type string and should be enclosed"),
        ("SELECT Id FROM Lead WHERE Id = 'nope'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: nope"),
        ("SELECT Id FROM Lead WHERE Id LIKE '00Q%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on id field"),
        ("SELECT Id FROM Lead WHERE IsConverted > true", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator"),
        ("SELECT Id FROM Lead WHERE Id IN (SELECT Id FROM Nope)", "INVALID_TYPE", "sObject type 'Nope'"),
    ],
)
def test_bad_query_is_refused_by_name(org: Org, soql: str, code: str, text: str) -> None:
    """A bad query answers the code and the text that Salesforce gives."""
    with pytest.raises(ApiError) as refused:
        org.query(soql)
    assert refused.value.code == code
    assert text in refused.value.message
    assert refused.value.http_status == 400


def test_unknown_column_is_pointed_at(org: Org) -> None:
    """The message shows the query, a caret under the column, and the row and column numbers."""
    with pytest.raises(ApiError) as refused:
        org.query("SELECT Foo FROM Lead")
    expected = "\nSELECT Foo FROM Lead\n       ^\nERROR at Row:1:Column:8\nNo such column 'Foo' on entity 'Lead'. "
    assert refused.value.message.startswith(expected)
    assert _APPEND in refused.value.message


def test_withdrawn_field_is_unknown_to_queries(org: Org) -> None:
    """A field whose access was withdrawn answers like one that never was."""
    org.drop_field("Lead", "Phone")
    with pytest.raises(ApiError, match="No such column 'Phone' on entity 'Lead'"):
        org.query("SELECT Phone FROM Lead")


def test_overlong_query_is_refused(org: Org) -> None:
    """A query over 100,000 characters is malformed; a literal over 4,000 too."""
    with pytest.raises(ApiError, match="MALFORMED_QUERY"):
        org.query("SELECT Id FROM Lead WHERE Email IN ('" + "','".join(["x" * 95] * 1100) + "')")
    with pytest.raises(ApiError, match="MALFORMED_QUERY"):
        org.query(f"SELECT Id FROM Lead WHERE Email = '{'x' * 4001}'")


def test_third_semi_join_is_refused(org: Org) -> None:
    """A query may hold at most two semi-joins."""
    one = "OwnerId IN (SELECT Id FROM User)"
    org.query(f"SELECT Id FROM Lead WHERE {one} AND {one}")
    with pytest.raises(ApiError, match="MALFORMED_QUERY"):
        org.query(f"SELECT Id FROM Lead WHERE {one} AND {one} AND {one}")
