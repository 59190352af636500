"""What should happen. Imports spaces only."""
