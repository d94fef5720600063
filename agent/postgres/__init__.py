"""Several agents on one PostgreSQL: outbox, history, audit and picture of a fleet they share.

outbox.py stores a batch in one transaction, chains.py judges records over what all agents stored,
waiting.py hands rows to the uplink, feed.py tells what the others took in, roster.py says who does
what and whose work is left behind, shared_source.py splits the site broker's messages.  Only
stores.py and cluster.py are used from outside; without [postgres] nothing here is imported.
"""
