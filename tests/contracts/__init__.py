"""What every system must keep, whoever it is: one suite per port."""
