"""The rules: what is sent, what is not and why. Pure; standard library only."""
