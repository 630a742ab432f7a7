"""Measuring the assistant on collections of questions whose answers are known."""
