"""What several test modules use, and the programs beside them."""
