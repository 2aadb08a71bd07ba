"""Points and thresholds of fit, worked out from what became of leads: proposed and measured, never put in force."""
