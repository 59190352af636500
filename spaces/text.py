"""What is text to the database: everything but NUL and halves of surrogate pairs, which PostgreSQL cannot hold."""


def is_storable(text: str) -> bool:
    """Say whether the database can hold this text, or be asked for it."""
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
