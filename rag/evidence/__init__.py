"""From passages to scored sentences: features, scores, contradictions, what is over, confidence; no answers."""
