"""The Convolution workspace."""
