"""In what order: the flows, the schedule and the command line. Importing it prepares Prefect's environment, nothing more."""

from flows.prefect_setup import set_up_prefect

set_up_prefect()
