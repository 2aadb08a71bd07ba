"""Pure normalisers, written once: how names, e-mails, phones, companies, countries and dates are read.

Nothing here knows a CRM or a lead; every function takes text and answers text or a small value, and
the same text always gets the same answer.
"""
