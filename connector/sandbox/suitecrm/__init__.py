"""SuiteCRM in the sandbox: legacy REST v4_1 and V8 JSON:API over one instance."""
