"""What is happening. Imports workflows and spaces."""
