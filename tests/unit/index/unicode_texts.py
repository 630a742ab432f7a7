"""Texts as hostile as the web's, for properties that hold of every text."""

from hypothesis import strategies as st

_HOSTILE = list("aB.!?،؟。।\n\t\x0b\x1c\u200b\u200f\u202e\u0301\U0001f642é\"'()[]“”") + [
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "Dr. ",
    "U.S. ",
    "e.g. ",
    "1.5 ",
    "\n\n",
    " \n \n",
    "مرحبا بالعالم. ",
    "Qarabağ ",
]
# No surrogates and no NUL: the parsers refuse both.
_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
any_text = st.text(_CHARACTERS, max_size=120) | st.lists(
    st.sampled_from([*_HOSTILE, "\xa0", "\u2028", "\u3000"]), max_size=60
).map("".join)

languages = st.sampled_from([None, "en", "ar", "az", "zh", "hi", "ur", "fr", "no-such-language"])
