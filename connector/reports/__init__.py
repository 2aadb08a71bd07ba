"""Reports over what the state remembers.

The summary of a run is told by the verb that ran it; further reports move in here.
"""
