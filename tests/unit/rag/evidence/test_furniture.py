"""Lines that are no evidence."""

import pytest

from rag.evidence.furniture import is_furniture


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Photo: the new harbour of Lenkoran"),
        ("en", "File photo | The mayor in 2019"),
        ("en", "Image credit: Coast Daily"),
        ("en", "Photo by Rosa Vega"),
        ("en", "The harbour of Lenkoran in May (Reuters)"),
        ("en", "By Rosa Vega"),
        ("en", "By Rosa Vega and Tom Brook, Lenkoran"),
        ("en", "Read more: Who built the harbour of Lenkoran"),
        ("en", "Subscribe to our newsletter for more news of the harbour"),
        ("en", "Advertisement"),
        ("en", "a) In 1998"),
        ("en", "B. The harbour"),
        ("en", "## The harbour"),
        ("en", "When was the harbour opened?"),
        ("en", "“When was the harbour opened?”"),
        ("ru", "Фото: порт Ленкорани"),
        ("ru", "Читайте также: Когда открыли порт"),
        ("az", "Foto: Lənkəran limanı"),
        ("tr", "Fotoğraf: Lenkeran limanı"),
        ("fa", "بندر کی افتتاح شد؟"),
    ],
)
def test_what_says_nothing_of_the_subject_is_no_evidence(language, line):
    """Captions, bylines, advertisements, headings, quiz options and questions."""
    assert is_furniture(line, language)


@pytest.mark.parametrize(
    "line",
    [
        "Photos of the harbour were shown in Lenkoran.",
        "By 2019 the harbour was finished.",
        "By May Lenkoran had a harbour.",
        "Advertisements pay for the ferry, the company said.",
        "A. Vega opened the harbour.",
        "Length: 477 kilometres",
        "The harbour of Lenkoran",
        "“Who will pay?” asked the mayor.",
        "Reuters reported the opening.",
        "It was opened, Reuters reported, in May.",
        "",
    ],
)
def test_a_sentence_and_a_line_of_facts_are_evidence(line):
    """However they begin."""
    assert not is_furniture(line, "en")
