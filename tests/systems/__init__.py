"""The systems themselves: what each of them does beyond the contract."""
