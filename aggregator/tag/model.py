"""A linear model over the features of an item: what it holds, its bytes, and its sums.

The bytes are one line of JSON and one compressed block: the names of the features, then five 32-bit weights each. No
pickle: nothing in them can run. A checksum covers both, so that what was cut or changed is refused.
"""

import json
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import exp
from operator import mul
from typing import Any

from aggregator.tag.certainty import Sampled
from aggregator.tag.features import Reading, units

FORMAT, VERSION = "aggregator-themes-model", 1
LARGEST = 64_000_000  # bytes of an unpacked block
CACHED_WORDS = 100_000

Vector = tuple[float, ...]
Parts = Sequence[Sequence[float]]  # by outcome: what each word and each fact of an item adds


class ModelError(ValueError):
    """Bytes that are no model which this program can use; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Training:
    """What a model has learned from."""

    hash: str  # sha256 of the examples
    count: int
    date: str  # ISO 8601
    rules: str  # sha256 of the rules' terms


@dataclass(frozen=True, kw_only=True)
class Model:
    """Weights by feature, one for each outcome in the order of `outcomes`; the last outcome is off-topic.

    `sampled` are decisions with known outcome, made out of fold, from which thresholds are computed.
    """

    outcomes: tuple[str, ...]
    weights: Mapping[str, Vector]
    bias: Vector
    temperature: float
    temperature_short: float  # of items that are hardly more than a title
    second_from: float  # support by the rules that makes another theme a second one
    training: Training
    sampled: tuple[Sampled, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    _words: dict[str, Vector] = field(default_factory=dict, init=False, repr=False, compare=False)

    def word(self, folded: str) -> Vector:
        """What a word weighs for each outcome."""
        found = self._words.get(folded)
        if found is None:
            if len(self._words) >= CACHED_WORDS:
                self._words.clear()
            found = self._words[folded] = self._sum(units(folded))
        return found

    def fact(self, key: str) -> Vector | None:
        """What a fact weighs for each outcome; None when the model does not know it."""
        return self.weights.get(key)

    def parts(self, reading: Reading) -> Parts:
        """What each word, and then each fact, adds to the log-odds of each outcome."""
        known, nothing = self._words, (0.0,) * len(self.outcomes)
        vectors = [known.get(word) or self.word(word) for word in reading.words]
        vectors += [self.weights.get(fact.key, nothing) for fact in reading.facts]
        values = [*reading.words.values(), *[fact.value for fact in reading.facts]]
        columns = zip(*vectors, strict=True) if vectors else [()] * len(self.outcomes)
        return [list(map(mul, values, column)) for column in columns]

    def sums(self, parts: Parts) -> list[float]:
        """The log-odds that these parts add up to."""
        return list(map(sum, parts, self.bias))

    def scores(self, reading: Reading) -> list[float]:
        """The log-odds of each outcome, up to a constant."""
        return self.sums(self.parts(reading))

    def _sum(self, features: Iterable[tuple[str, float]]) -> Vector:
        sums = [0.0] * len(self.outcomes)
        for name, share in features:
            found = self.weights.get(name)
            if found:
                for place, value in enumerate(found):
                    sums[place] += share * value
        return tuple(sums)


def softmax(scores: Iterable[float], temperature: float) -> list[float]:
    """Probabilities of log-odds; a higher temperature makes them less sure."""
    scaled = [score / temperature for score in scores]
    highest = max(scaled)
    raised = [exp(score - highest) for score in scaled]
    total = sum(raised)
    return [each / total for each in raised]


def dump(model: Model) -> bytes:
    """The bytes of a model; equal models have equal bytes."""
    names = sorted(model.weights)
    numbers = [value for name in names for value in model.weights[name]]
    listed = "\n".join(names).encode()
    block = zlib.compress(len(listed).to_bytes(4, "little") + listed + struct.pack(f"<{len(numbers)}f", *numbers), 9)
    training = model.training
    header = {
        "format": FORMAT,
        "version": VERSION,
        "outcomes": model.outcomes,
        "bias": model.bias,
        "temperature": model.temperature,
        "temperature_short": model.temperature_short,
        "second_from": model.second_from,
        "training": {name: getattr(training, name) for name in training.__slots__},
        "sampled": model.sampled,
        "figures": model.figures,
    }
    line = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    return line + sha256(line + block).hexdigest().encode() + b"\n" + block


def load(data: bytes) -> Model:
    """The model of `data`. Raises ModelError when they are damaged or of another version."""
    line, _, rest = data.partition(b"\n")
    checksum, _, block = rest.partition(b"\n")
    try:
        header = json.loads(line)
        kind, version = header["format"], header["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError("this is no model of themes: it does not begin with its description") from error
    if kind != FORMAT or version != VERSION:
        raise ModelError(f"this is a {kind} of version {version}; this program reads {FORMAT} of version {VERSION}")
    if checksum != sha256(line + b"\n" + block).hexdigest().encode():
        raise ModelError("the model is damaged: its checksum is not that of its bytes. Restore it or train it again")
    return _build(header, block)


def _build(header: dict[str, Any], block: bytes) -> Model:
    try:
        raw = zlib.decompressobj().decompress(block, LARGEST)
        end = 4 + int.from_bytes(raw[:4], "little")
        names = raw[4:end].decode().split("\n")
        numbers = struct.unpack(f"<{(len(raw) - end) // 4}f", raw[end:])
        outcomes = tuple(header["outcomes"])
        rows = zip(*[iter(numbers)] * len(outcomes), strict=True)
        return Model(
            outcomes=outcomes,
            weights=dict(zip(names, rows, strict=True)),
            bias=tuple(header["bias"]),
            temperature=float(header["temperature"]),
            temperature_short=float(header["temperature_short"]),
            second_from=float(header["second_from"]),
            training=Training(**header["training"]),
            sampled=tuple((float(sure), bool(right), str(verdict)) for sure, right, verdict in header["sampled"]),
            figures=header["figures"],
        )
    except (ValueError, KeyError, TypeError, struct.error, zlib.error) as error:
        raise ModelError(f"the model is not complete: {error}") from error
