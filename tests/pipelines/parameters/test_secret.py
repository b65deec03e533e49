"""A secret is named, looked up where it is used, and masked from then on."""

from __future__ import annotations

import copy
import pickle

import pytest

import nbops
from nbops.capture.secrets.redaction import redact
from nbops.errors import ParameterError
from nbops.pipelines.parameters.known_secrets import known_secrets

VALUE = "kx-rather-hidden-5519"


def test_no_spelling_of_it_holds_the_value(monkeypatch):
    """`repr`, `str`, formats, copies and pickles show the name."""
    monkeypatch.setenv("A_NAMED_ONE", VALUE)
    secret = nbops.Secret("A_NAMED_ONE")
    assert secret.value == VALUE
    told = f"{secret!r} {secret} {secret:>30} %s {{}}" % secret
    assert VALUE not in told
    assert told.startswith("Secret('A_NAMED_ONE')")
    assert VALUE.encode() not in pickle.dumps(secret)
    assert copy.deepcopy(secret) == pickle.loads(pickle.dumps(secret)) == secret


def test_what_was_looked_up_is_masked_afterwards(monkeypatch):
    """Also where nothing beside it says that it is a secret."""
    monkeypatch.setenv("PLAIN", "qq-never-guessed-7731")
    assert "qq-never-guessed-7731" in redact("saw qq-never-guessed-7731").text
    assert nbops.Secret("PLAIN").value
    assert "qq-never-guessed-7731" not in redact("saw qq-never-guessed-7731!").text


def test_one_that_is_nowhere_says_both_ways(monkeypatch):
    """The environment variable and the keyring's entry are in the hint."""
    monkeypatch.delenv("NOT_THERE_AT_ALL", raising=False)
    with pytest.raises(ParameterError, match="NOT_THERE_AT_ALL") as missing:
        nbops.Secret("NOT_THERE_AT_ALL").value  # noqa: B018
    assert "export NOT_THERE_AT_ALL" in missing.value.hint
    assert "keyring set nbops NOT_THERE_AT_ALL" in missing.value.hint
    with pytest.raises(ParameterError):
        nbops.Secret(" ")


def test_the_keyring_is_asked_second(monkeypatch):
    """An environment variable wins over the entry of the service `nbops`."""
    keyring = pytest.importorskip("keyring")
    from keyring.backend import KeyringBackend

    class Held(KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return "from-the-keyring-1" if (service, username) == ("nbops", "KEPT") else None

        def set_password(self, service, username, password):
            raise NotImplementedError

    old = keyring.get_keyring()
    keyring.set_keyring(Held())
    try:
        monkeypatch.delenv("KEPT", raising=False)
        assert nbops.Secret("KEPT").value == "from-the-keyring-1"
        monkeypatch.setenv("KEPT", "from-the-environment")
        assert nbops.Secret("KEPT").value == "from-the-environment"
    finally:
        keyring.set_keyring(old)


def test_who_writes_outputs_learns_what_the_kernel_will_look_up(monkeypatch):
    """Given references and defaults that are not given; one that is nowhere is passed over."""
    monkeypatch.setenv("ONE_KEY", "value-number-one")
    monkeypatch.setenv("TWO_KEY", "value-two")
    schema = [
        {"name": "a", "default": "secret:ONE_KEY", "secret": True},
        {"name": "b", "default": "secret:GONE_KEY", "secret": True},
        {"name": "c", "default": "secret:NOT_MEANT"},
    ]
    assert known_secrets({"d": nbops.Secret("TWO_KEY"), "e": 3}, schema) == ("value-number-one", "value-two")
    assert known_secrets({"a": "secret:TWO_KEY"}, schema) == ("value-two",)
