"""Who, where, and the outside world. Imports neither workflows nor runs."""
