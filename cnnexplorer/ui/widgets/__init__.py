"""Small widgets that any workspace can use."""
