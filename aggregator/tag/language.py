"""Whether a text is written in Dutch, by the small words that no text of its language can do without."""

from collections.abc import Iterable

_DUTCH = """
aan als bij dat de deze die dit door een en er geen het hij hun ik in is je kan maar meer met mensen naar niet nog nu of
om ook op over te tot uit van veel voor waar wat we werd wie willen worden wordt ze zich zij zijn zo
"""
_ENGLISH = """
and are as at be been by can for from has have how it its more not of on or our than that the their they this to was
were what when which who will with you your
"""
_FRISIAN = """
binne bliuwt fan foar fryske fryslan har hat hawwe jier mei mear net nij nije oan oer oft prate sa sille skoalle
skoallen stie troch ut wer wurde wurdt yn
"""
_GERMAN_AND_FRENCH = """
auf auch aux avec dans das dem den der des du ein eine est et fur ist la le les mit nicht par pas plus pour que qui sur
un und une von werden zu
"""
DUTCH = frozenset(_DUTCH.split())
ELSEWHERE = frozenset((_ENGLISH + _FRISIAN + _GERMAN_AND_FRENCH).split()) - DUTCH
FEWEST = 3  # of such words that tell anything


def is_foreign(words: Iterable[str]) -> bool:
    """Whether the different folded `words` of a text are not Dutch; few words are taken for Dutch."""
    words = list(words)
    elsewhere = len(ELSEWHERE.intersection(words))
    return elsewhere >= FEWEST and elsewhere > len(DUTCH.intersection(words))
