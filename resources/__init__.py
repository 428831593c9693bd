"""Data files of CNN Explorer, read through importlib.resources."""
