"""CNN Explorer: see how a convolutional network works, step by step."""

__version__ = "0.1.0"
