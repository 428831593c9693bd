"""The interface, floor 3: Qt on top of the core."""
