"""Reports over what the state remembers. The summary of a run is told by the verb that ran it; more reports move in here."""
