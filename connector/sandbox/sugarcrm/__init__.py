"""SugarCRM's REST API v11 in front of one embedded CRM of the Sugar family."""
