"""The lead conversion connector.

It pulls leads from CRMs, says who each one already is, decides early and explainably what to do with it, and
carries the decision out: once, without losing a lead or undoing a person's work. Start reading at
`connector.pipeline` (the verbs in the order a lead meets them), then `connector.model` (the nouns).
"""

__version__ = "0.1.0"
