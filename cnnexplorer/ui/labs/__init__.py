"""The Labs workspace: the list of labs, the player beside the live workspaces, reports, practice and the editor."""
