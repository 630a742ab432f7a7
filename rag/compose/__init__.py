"""From scored sentences to the text of an answer. Every quote is checked against its article here."""
