"""Training the weights that come with the program, on pictures that it draws itself. No Qt."""
