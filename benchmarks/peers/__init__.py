"""Other ways to find who a lead is, on the same data, by the same columns and graded by the same figures."""
