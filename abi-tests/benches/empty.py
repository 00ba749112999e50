"""Does nothing: what is timed is the process."""
