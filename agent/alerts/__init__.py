"""Telling people what is wrong: once, with cause and remedy, and once more when it is over.

rules.py says what is wrong now, watch.py when that is news, words.py how to say it, channels.py
whom.  bell.py is the thread that goes round.
"""
