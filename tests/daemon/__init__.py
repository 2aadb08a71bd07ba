"""The daemon, on a clock that tests hold."""
