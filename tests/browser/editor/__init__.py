"""The editor by real pointer and key events: no script of the page acts, nothing touches its store."""
