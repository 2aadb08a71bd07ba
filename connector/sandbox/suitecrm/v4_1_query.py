"""The `query` argument: the body of an SQL WHERE, checked and said anew for the engine's database.

Nothing of the text reaches the database: a small grammar is read, names are looked up in the schema, every literal
becomes a parameter. What SuiteCRM's validator (`include/SugarSQLValidate.php`, 7.14.6) refuses is refused with "Access
Denied"; what its database would stumble over is a database failure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.words import Where
from connector.sandbox.suitecrm.v4_1_query_words import Kind, Word, forbidden, split_words
from connector.sandbox.suitecrm.v4_1_transport import Broken, no_access

_COMPARISONS = {"=": "=", "!=": "<>", "<>": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "<=>": "IS"}
_FUNCTIONS = {
    "LOWER": "lowered", "LCASE": "lowered", "UPPER": "upper", "UCASE": "upper", "TRIM": "trim", "LENGTH": "length",
    "CHAR_LENGTH": "length", "COALESCE": "coalesce", "IFNULL": "ifnull", "SUBSTRING": "substr", "SUBSTR": "substr",
    "REPLACE": "replace", "DATE": "date", "ABS": "abs",
}  # fmt: skip
_JOIN_COLUMNS = {
    "email_addr_bean_rel": frozenset(
        {"id", "email_address_id", "bean_id", "bean_module", "primary_address", "reply_to_address", "date_modified",
         "deleted"}
    ),
    "email_addresses": frozenset(
        {"id", "email_address", "email_address_caps", "invalid_email", "opt_out", "date_created", "date_modified",
         "deleted"}
    ),
}  # fmt: skip
_READABLE = frozenset(
    {"email_addr_bean_rel", "email_addresses", "emails", "emails_beans", "emails_text", "teams", "team_sets_teams"}
)
# Functions that the validator knows and refuses; what else is unknown is the database's to refuse.
_BAD_FUNCTIONS = frozenset(
    {"benchmark", "encode", "sleep", "generate_series", "load_file", "sys_eval", "user_name", "xp_cmdshell", "sys_exec",
     "sp_replwritetovarbin"}
)  # fmt: skip
_CLAUSES = ("WHERE", "JOIN", "LEFT", "INNER", "ON", "AND", "OR")
_MAX_DEPTH = 40
_MANY = 500
_EXACT = 2**53

Scope = Mapping[str, Mapping[str, str]]


def translate(instance: SugarInstance, module: str, query: str) -> Where:
    """The condition that `query` states on a module.

    An OR on the outermost level stays without parentheses, as SuiteCRM leaves it. Raises Fault (40) for what the
    validator refuses, Broken for what the database would not understand.
    """
    if not query.strip():
        return Where()
    if forbidden(query):
        raise no_access()
    words = split_words(query)
    known = instance.module(module)
    columns = {one.name: f'"{known.table}"."{one.name}"' for one in known.stored() if not one.custom}
    custom = {one.name: f'"{known.table}"."{one.name}"' for one in known.stored() if one.custom}
    custom["id_c"] = f'"{known.table}"."id"'
    reader = _Reader(words, instance.now(), {known.table: columns, f"{known.table}_cstm": custom})
    try:
        sql = reader.condition()
    except RecursionError:
        raise Broken("too deep") from None
    reader.finish()
    return Where(sql, tuple(reader.params))


class _Reader:
    """Reads words from left to right and writes SQL; `scopes` name the tables in reach, the innermost last."""

    def __init__(self, words: Sequence[Word], now: str, scope: Scope) -> None:
        self._words = words
        self._now = now
        self._scopes = [scope]
        self._at = 0
        self._depth = 0
        self._aliases = 0
        self.params: list[object] = []

    def condition(self) -> str:
        """One condition: comparisons joined by OR."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise Broken("too deep")
        parts = [self._all_of()]
        while self._take("OR", "||"):
            parts.append(self._all_of())
        self._depth -= 1
        return " OR ".join(parts)

    def finish(self) -> None:
        """Raises Broken when words are left over."""
        if self._at < len(self._words):
            raise Broken(f"syntax error near {self._words[self._at].value}")

    def _all_of(self) -> str:
        parts = [self._negated()]
        while self._take("AND", "&&"):
            parts.append(self._negated())
        return " AND ".join(parts)

    def _negated(self) -> str:
        if self._take("NOT"):
            return f"NOT {self._negated()}"
        return self._test()

    def _test(self) -> str:
        if self._take("EXISTS"):
            self._need("(")
            inner = self._subselect()
            self._need(")")
            return f"EXISTS ({inner})"
        if self._peek("(") and not self._is_subselect():
            return self._grouped()
        left = self._operand()
        return self._rest_of_test(left)

    def _grouped(self) -> str:
        self._need("(")
        inner = self.condition()
        self._need(")")
        if self._ends_operand():
            return f"({inner})"
        return self._rest_of_test(f"({inner})")

    def _ends_operand(self) -> bool:
        return self._at >= len(self._words) or self._peek("AND", "OR", "&&", "||", ")")

    def _rest_of_test(self, left: str) -> str:
        if self._take("IS"):
            negation = " NOT" if self._take("NOT") else ""
            self._need("NULL")
            return f"{left} IS{negation} NULL"
        negation = "NOT " if self._take("NOT") else ""
        if self._take("IN"):
            return f"{left} {negation}IN ({self._members()})"
        if self._take("LIKE"):
            return f"{left} {negation}LIKE {self._operand()} ESCAPE '\\'"
        if self._take("BETWEEN"):
            low = self._operand()
            self._need("AND")
            return f"{left} {negation}BETWEEN {low} AND {self._operand()}"
        if negation:
            raise Broken("syntax error near NOT")
        for sign, spoken in _COMPARISONS.items():
            if self._take(sign):
                return f"{left} {spoken} {self._operand()}"
        return left

    def _members(self) -> str:
        self._need("(")
        if self._peek("SELECT"):
            inner = self._subselect()
        else:
            before = len(self.params)
            parts = [self._operand()]
            while self._take(","):
                parts.append(self._operand())
            inner = ", ".join(parts)
            if len(parts) > _MANY and parts == ["?"] * len(parts):
                inner = self._as_one_parameter(before)
        self._need(")")
        return inner

    def _as_one_parameter(self, start: int) -> str:
        """A long list of literals as a single parameter: SQLite takes only so many."""
        members = self.params[start:]
        del self.params[start:]
        return f"SELECT value FROM json_each({self._parameter(json.dumps(members))})"  # noqa: S608

    def _operand(self) -> str:
        word = self._next()
        if word.kind is Kind.TEXT:
            return self._parameter(word.value)
        if word.kind is Kind.NUMBER:
            return self._parameter(_number(word.value))
        if word.says("-", "+"):
            # The space keeps two signs from beginning a comment.
            return f"{word.value} {self._operand()}"
        if word.says("("):
            inner = self._subselect() if self._peek("SELECT") else self.condition()
            self._need(")")
            return f"({inner})"
        if word.says("NULL"):
            return "NULL"
        if word.says("TRUE", "FALSE"):
            return self._parameter(int(word.value.upper() == "TRUE"))
        if word.kind is not Kind.NAME:
            raise Broken(f"syntax error near {word.value}")
        return self._call(word.value) if self._peek("(") else self._column(word.value)

    def _parameter(self, value: object) -> str:
        self.params.append(value)
        return "?"

    def _call(self, name: str) -> str:
        if name.lower() in _BAD_FUNCTIONS:
            raise no_access()
        self._need("(")
        if name.upper() in ("NOW", "UTC_TIMESTAMP", "SYSDATE"):
            self._need(")")
            return self._parameter(self._now)
        if name.upper() in ("CONCAT",):
            return f"({' || '.join(self._arguments())})"
        spoken = _FUNCTIONS.get(name.upper())
        if spoken is None:
            raise Broken(f"FUNCTION {name} does not exist")
        return f"{spoken}({', '.join(self._arguments())})"

    def _arguments(self) -> list[str]:
        parts = [self._operand()]
        while self._take(","):
            parts.append(self._operand())
        self._need(")")
        return parts

    def _column(self, name: str) -> str:
        if not self._take("."):
            for scope in reversed(self._scopes):
                found = [columns[name.lower()] for columns in scope.values() if name.lower() in columns]
                if found:
                    return found[0]
            raise Broken(f"Unknown column '{name}'")
        column = self._next()
        for scope in reversed(self._scopes):
            if name in scope:
                if column.value.lower() not in scope[name]:
                    break
                return scope[name][column.value.lower()]
        raise Broken(f"Unknown column '{name}.{column.value}'")

    def _is_subselect(self) -> bool:
        following = self._words[self._at + 1 : self._at + 2]
        return bool(following) and following[0].says("SELECT")

    def _subselect(self) -> str:
        """A sub-select as the validator lets it pass: columns alone, tables and a condition, and none within it."""
        self._need("SELECT")
        start, before = self._at, len(self.params)
        # The columns are named before the tables are: they are read again once the tables are known.
        while self._at < len(self._words) and not self._peek("FROM"):
            self._next()
        if len(self._scopes) > 1 or not self._peek("FROM"):
            raise no_access()
        scope: dict[str, Mapping[str, str]] = {}
        self._scopes.append(scope)
        tables = self._tables(scope)
        after, behind = self._at, self.params[before:]
        del self.params[before:]
        self._at = start
        columns = self._columns()
        self._at = after
        self.params += behind
        if not self._take("WHERE"):
            raise no_access()
        where = f" WHERE {self.condition()}"
        self._scopes.pop()
        return f"SELECT {columns} FROM {tables}{where}"  # noqa: S608 - names come from the schema

    def _columns(self) -> str:
        self._take("DISTINCT")
        parts = [self._selected()]
        while self._take(","):
            parts.append(self._selected())
        if not self._peek("FROM"):
            raise Broken("syntax error in the columns of a sub-select")
        return ", ".join(parts)

    def _selected(self) -> str:
        if self._take("*"):
            return "1"
        word = self._next()
        if word.kind is not Kind.NAME or self._peek("("):
            raise no_access()
        return self._column(word.value)

    def _tables(self, scope: dict[str, Mapping[str, str]]) -> str:
        self._need("FROM")
        sql = self._table(scope)
        while True:
            if self._take(","):
                sql += f", {self._table(scope)}"
                continue
            kind = "LEFT JOIN" if self._take("LEFT") else "JOIN"
            if kind == "JOIN":
                self._take("INNER")
            else:
                self._take("OUTER")
            if not self._take("JOIN"):
                return sql
            sql += f" {kind} {self._table(scope)}"
            if self._take("ON"):
                sql += f" ON {self.condition()}"

    def _table(self, scope: dict[str, Mapping[str, str]]) -> str:
        name = self._next().value.lower()
        if name not in _READABLE:
            raise no_access()
        if name not in _JOIN_COLUMNS:
            raise Broken(f"Table '{name}' doesn't exist")
        self._take("AS")
        spoken = name
        if self._at < len(self._words) and self._words[self._at].kind is Kind.NAME and not self._peek(*_CLAUSES):
            spoken = self._next().value
        self._aliases += 1
        alias = f"s{self._aliases}"
        scope[spoken] = {column: f"{alias}.{column}" for column in _JOIN_COLUMNS[name]}
        return f"{name} {alias}"

    def _peek(self, *words: str) -> bool:
        return self._at < len(self._words) and self._words[self._at].says(*words)

    def _take(self, *words: str) -> bool:
        if self._peek(*words):
            self._at += 1
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise Broken(f"syntax error, {word} expected")

    def _next(self) -> Word:
        if self._at >= len(self._words):
            raise Broken("syntax error at the end")
        self._at += 1
        return self._words[self._at - 1]


def _number(text: str) -> int | float:
    number = float(text)
    return int(text) if text.isdigit() and number < _EXACT else number
