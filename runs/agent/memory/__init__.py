"""What of a long conversation is sent to the model, and the summary that stands for the rest. Pure."""
