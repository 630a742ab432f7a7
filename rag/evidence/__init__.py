"""From passages to scored sentences: features, scores, contradictions, confidence. It composes no answer."""
