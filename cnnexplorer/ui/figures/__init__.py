"""Figures: what is on screen taken away as a picture, with what is needed to understand it later."""
