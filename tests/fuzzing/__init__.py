"""Inputs that nobody would write: for the readers, the claim checker and the HTTP service."""
