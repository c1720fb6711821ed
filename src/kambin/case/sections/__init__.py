"""The typed sections of a case, one module each."""
