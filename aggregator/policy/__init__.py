"""Judgement without input or output: when to come again, at which address, and what may be announced (pure)."""
