"""The legacy service as a caller types it: methods with their arguments in order."""

from __future__ import annotations

from typing import Any

import requests

from tests.suite_caller import SuiteCaller

Values = dict[str, Any]


class Service:
    """One session. Text that comes back is as the service encodes it."""

    def __init__(self, caller: SuiteCaller, user_name: str = "", password: str = "") -> None:
        self.caller = caller
        self.session = caller.rest_session(user_name, password)

    def post(self, method: str, **arguments: Any) -> requests.Response:
        """One call with this session; the whole HTTP answer."""
        return self.caller.rest(method, {"session": self.session, **arguments})

    def ask(self, method: str, **arguments: Any) -> Any:
        """One call with this session that is answered in JSON with HTTP 200."""
        answer = self.post(method, **arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def save(self, module: str, **values: Any) -> str:
        """`set_entry`; answers the id."""
        return str(self.ask("set_entry", module_name=module, name_value_list=values)["id"])

    def read(self, module: str, record_id: str, *fields: str) -> Values:
        """`get_entry`: the values of a record by field."""
        answer = self.ask("get_entry", module_name=module, id=record_id, select_fields=list(fields))
        pairs = answer["entry_list"][0]["name_value_list"]
        return {name: pair["value"] for name, pair in pairs.items()} if isinstance(pairs, dict) else {}

    def list(self, module: str = "Leads", query: str = "", order_by: str = "", **more: Any) -> Any:
        """`get_entry_list` of names."""
        arguments = {
            "module_name": module, "query": query, "order_by": order_by, "offset": 0,
            "select_fields": ["id", "last_name"], "link_name_to_fields_array": [], "max_results": 20, "deleted": 0,
            **more,
        }  # fmt: skip
        return self.ask("get_entry_list", **arguments)

    def names(self, query: str = "", order_by: str = "", **more: Any) -> Any:
        """The last names of the leads that a query finds."""
        return [
            one["name_value_list"]["last_name"]["value"]
            for one in self.list("Leads", query, order_by, **more)["entry_list"]
        ]

    def relate(self, module: str, record_id: str, link: str, *others: str, delete: int = 0, **columns: Any) -> Any:
        """`set_relationship`."""
        pairs = [{"name": name, "value": value} for name, value in columns.items()]
        return self.ask(
            "set_relationship", module_name=module, module_id=record_id, link_field_name=link,
            related_ids=list(others), name_value_list=pairs, delete=delete,
        )  # fmt: skip

    def load(self, **records: Any) -> Any:
        """Load records by the control plane."""
        return self.caller.control("POST", "load", {"suitecrm": records})["suitecrm"]

    def dump(self, module: str) -> Any:
        """Every record of a module, raw."""
        return self.caller.control("GET", f"dump/suitecrm/{module}")

    def settle(self, **settings: Any) -> None:
        """Reset the sandbox with these switches of SuiteCRM, and log in anew."""
        self.caller.control("POST", "reset", {"world": {"suitecrm": {"settings": settings}}})
        self.session = self.caller.rest_session()
