"""A secret that is named, never held. keyring is imported here alone."""

from __future__ import annotations

import os
from dataclasses import dataclass

from nbops.capture.secrets.redaction import learn_secret
from nbops.errors import ParameterError

PREFIX = "secret:"
SERVICE = "nbops"


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """The name of a secret; its value is looked up where it is used.

    In a notebook `api_key = nbops.Secret("API_KEY").value`; as a parameter `nbops.run(…, {"api_key": Secret("X")})` or
    `nbops run … -p api_key secret:X`. What is looked up is masked from then on in everything that nbops writes, if
    it has at least eight characters.

    Attributes:
        name: Of the environment variable, and of the entry in the keyring's service `nbops`.
    """

    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.removeprefix(PREFIX).strip():
            raise ParameterError(
                "a secret needs the name of the variable that holds it", hint='nbops.Secret("API_KEY")'
            )
        object.__setattr__(self, "name", self.name.removeprefix(PREFIX).strip())

    @property
    def reference(self) -> str:
        """How a parameter names it: `secret:NAME`."""
        return PREFIX + self.name

    @property
    def value(self) -> str:
        """Look it up: the environment variable, then the keyring's entry.

        Raises:
            ParameterError: Neither exists.
        """
        found = os.environ.get(self.name) or _from_keyring(self.name)
        if not found:
            raise ParameterError(
                f"there is no secret {self.name}: neither an environment variable nor an entry of the keyring",
                hint=f"export {self.name}=…, or: keyring set {SERVICE} {self.name}",
            )
        learn_secret(found, sure=True)
        return found

    def __repr__(self) -> str:
        return f"Secret({self.name!r})"

    def __str__(self) -> str:
        return repr(self)

    def __format__(self, _: str) -> str:
        return repr(self)


def as_secret(value: object) -> Secret | None:
    """Return the secret that *value* names, if it names one: a `Secret`, or text that begins with `secret:`."""
    if isinstance(value, Secret):
        return value
    if isinstance(value, str) and value.startswith(PREFIX) and value.removeprefix(PREFIX).strip():
        return Secret(value)
    return None


def _from_keyring(name: str) -> str:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return ""
    try:
        found: str | None = keyring.get_password(SERVICE, name)
    except keyring.errors.KeyringError:  # locked, or none on this machine
        return ""
    return found or ""
