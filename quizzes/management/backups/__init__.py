"""Copies of the whole database: made while people answer, verified before they count, and put back.

`copies` makes and restores them, `verifying` looks whether one is whole, `keeping` says which may go, `notes` describes
one. `sqlite` and `postgresql` have the same verbs, each for its database.
"""
