"""What every system must keep, whoever it is: one suite per port.

To put a system under it: a class like `salesforce_subject.SalesforceSubject` (base `SandboxSubject`: give
`dialect`, `words`, `fields`, `traits`, `system`, `fresh`, `update`, `refused`, `seen`), and its line in `subjects`.
"""
