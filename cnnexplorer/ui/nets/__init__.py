"""The Network workspace. Its modules import torch; only `entrance` does not, and loads them off the GUI thread."""
