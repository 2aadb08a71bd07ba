"""SugarCRM REST v11 as the sandbox speaks it."""
