"""From passages to scored sentences: features, scores, contradictions, confidence, short answers. It composes no answer."""
