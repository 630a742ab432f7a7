"""The learned weights of sentence scores and of confidence, and the weighted sum of features."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

Features = dict[str, float]  # by name, each in [-2, 2]


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by feature name.

    `sentence` ranks the sentences of one question. `confidence` is a logistic regression, with an "intercept", of
    whether the best sentences answer. `look` chooses the sentences that are embedded where there is no reader; the
    other weights were learned from sentences that it chose. `multilingual` are the weights for a question and sentences
    in a language other than English, and `across` those for a question in another language than its sentences, which
    share few words with it; None where these are the same.
    """

    sentence: Mapping[str, float]
    confidence: Mapping[str, float]
    look: Mapping[str, float] = field(default_factory=dict)
    multilingual: "Weights | None" = None
    across: "Weights | None" = None


@cache
def shipped_headline_weights() -> Mapping[str, float]:
    """The weights in weights.json of whether a short answer is right: a logistic regression, with an "intercept"."""
    weights: Mapping[str, float] = json.loads(files("rag.evidence").joinpath("weights.json").read_text())["headline"]
    return weights


@cache
def shipped_weights(*, reading: bool) -> Weights:
    """The weights in weights.json, which `rag.training.fit` wrote: those for use with a reader, or without one."""
    sets = json.loads(files("rag.evidence").joinpath("weights.json").read_text())
    stored = sets["reader" if reading else "fast"]
    others = {
        name: Weights(sets[name]["sentence"], sets[name]["confidence"])
        for name in ("multilingual", "across")
        if reading and name in sets
    }
    return Weights(stored["sentence"], stored["confidence"], stored.get("look", {}), **others)


def log_odds(features: Features, weights: Mapping[str, float]) -> float:
    """The weighted sum of the features, plus the intercept where the weights have one."""
    return weights.get("intercept", 0.0) + sum(value * weights[name] for name, value in features.items())
