"""What the code words mean to people, one module a language: en, fr, ar.

A module is plain dictionaries keyed by the words of codes.py; the firmware's console loads one of
them, the agent serves all three to its page.  Read en.py first: it explains each dictionary.
"""

LANGUAGES = ("en", "fr", "ar")

TABLES = (
    "STATES",
    "WHYS",
    "OWNERS",
    "FAULTS",
    "STOP_REASONS",
    "SESSION_PHASES",
    "EVENTS",
    "COMMANDS",
    "ANSWERS",
    "QUALITIES",
    "RCDS",
    "RESETS",
    "PHRASES",
)


def tables(language: str) -> "dict[str, dict[str, str | tuple[str, str]]]":
    """Every dictionary of one language, by its name in small letters.

    An unknown language gets English.  Only that one language is loaded: a board has no room for
    three.
    """
    if language == "fr":
        from . import fr  # noqa: PLC0415

        return _named(fr)
    if language == "ar":
        from . import ar  # noqa: PLC0415

        return _named(ar)
    from . import en  # noqa: PLC0415

    return _named(en)


def _named(words: object) -> "dict[str, dict[str, str | tuple[str, str]]]":
    return {name.lower(): getattr(words, name) for name in TABLES}
