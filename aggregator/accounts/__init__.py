"""Who may come in, and how: passwords, one-time links, sign-in with its throttle, and what managers do with accounts.

Used by web and command line alike; what is decided here is written in one transaction with its event and its letter.
"""

from aggregator.accounts.access import Access

__all__ = ["Access"]
