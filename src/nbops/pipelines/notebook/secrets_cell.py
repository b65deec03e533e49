"""The cell that looks up the secrets which a pipeline's parameters name; it works with and without nbops."""

from __future__ import annotations

from collections.abc import Sequence

SECRETS = "nbops-secrets"
_LOOK_UP = """\
# Secrets are named above and looked up here: in the environment or, where nbops is installed, also in the keyring.
def _look_up(reference):
    import os

    name = reference.removeprefix("secret:")
    try:
        from nbops import Secret
    except ImportError:
        if not os.environ.get(name):
            raise KeyError(f"the secret {name} is not there: set the environment variable {name}") from None
        return os.environ[name]
    return Secret(name).value"""


def secrets_cell(names: Sequence[str]) -> str:
    """Return the code that turns the references of the parameters *names* into values."""
    return "\n".join([_LOOK_UP, "\n", *(f"{name} = _look_up({name})" for name in names)])
