"""How many keys a weekly round asks for, and how long they take (keystroke-level model, Card, Moran and Newell 1983).

    python bench/round.py [--items 60] [--retag 0.2] [--reject 0.25]

One key decides and moves on: tests/web/editors/test_queue_browser.py holds the screen to that. Counted are the keys of
a round in which an editor retags and rejects so many, takes two decisions back, and begins and ends the round.
"""

import argparse
import json
import random

KEY, THINK, POINT = 0.28, 1.35, 1.10  # seconds: a key of an average typist, a decision, the mouse to a button
UNDONE = 2  # decisions of a round that are taken back and taken again
ROUND = 2  # buttons: begin and close


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument("--retag", type=float, default=0.2)
    parser.add_argument("--reject", type=float, default=0.25)
    asked = parser.parse_args()
    keys = pressed(asked.items, asked.retag, asked.reject)
    seconds = len(keys) * KEY + asked.items * THINK + ROUND * (POINT + KEY)
    told = {
        "items": asked.items,
        "keys": len(keys),
        "by_key": {key: keys.count(key) for key in sorted(set(keys))},
        "keys_per_100": round(100 * len(keys) / asked.items, 1),
        "seconds_per_100": round(100 * seconds / asked.items),
    }
    print(json.dumps(told))


def pressed(items: int, retag: float, reject: float) -> list[str]:
    """The keys of a round, in order."""
    chance = random.Random(20261127)
    outcomes = ["retag"] * round(items * retag) + ["reject"] * round(items * reject)
    outcomes += ["approve"] * (items - len(outcomes))
    chance.shuffle(outcomes)
    keys = {"reject": "d", "approve": "a"}
    found = [keys.get(each) or chance.choice("1234") for each in outcomes]
    return found + [key for each in found[:UNDONE] for key in ("z", each)]


if __name__ == "__main__":
    main()
