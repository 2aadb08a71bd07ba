"""Embedded CRM servers on loopback, for the demo, for tests and for trying a mapping without a real org.

    with Sandbox(world="demo") as sandbox:
        requests.get(sandbox.base_url + "/services/data")

Importing this package is cheap: the web server is loaded when a sandbox starts.
"""

from connector.sandbox.server import Sandbox, SandboxError, serve

__all__ = ["Sandbox", "SandboxError", "serve"]
