"""No secret reaches the disk."""

from __future__ import annotations

import pytest

from nbops.capture.secrets.redaction import is_secret_name, redact, redact_value


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password = 'hunter2!'", "hunter2!"),
        ('os.environ["API_KEY"] = "abcd-1234"', "abcd-1234"),
        ("connect(user='me', passwd='s3cr3t')", "s3cr3t"),
        ("cfg = {'db_password': 'topsecret'}", "topsecret"),
        ("url = 'postgresql://me:pa55word@host/db'", "pa55word"),
        ("key = 'AKIAIOSFODNN7EXAMPLE'", "AKIAIOSFODNN7EXAMPLE"),
        ("t = 'ghp_" + "a1B2" * 9 + "'", "ghp_" + "a1B2" * 9),
        ("h = {'Authorization': 'Bearer abcdefghijklmnop'}", "abcdefghijklmnop"),
        ("jwt = 'eyJhbGciOiJI.eyJzdWIiOiIx.abc_def'", "eyJhbGciOiJI.eyJzdWIiOiIx.abc_def"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"),
        ("!curl -H token=abcdef123456 x", "abcdef123456"),
        ("ACCESS_TOKEN: str = 'zzzz9999'", "zzzz9999"),
    ],
)
def test_secrets_are_masked(text, secret):
    """By the name they are given, and by shape."""
    clean = redact(text)
    assert secret not in clean.text
    assert clean.masked >= 1


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens = '100k'",
        "tokenizer = 'bert-base'",
        "key = os.environ['API_KEY']",
        "password = getpass('Password')",
        "df.sort_values(key=len)",
        "C = 0.5",
        "pad_token = '[PAD]'",
        "author = 'someone else'",
        "url = 'https://example.org:8080/path'",
    ],
)
def test_ordinary_code_stays(text):
    """What only sounds like a secret is not touched."""
    assert redact(text).text == text


def test_values_of_the_environment_are_masked(monkeypatch):
    """The value of a secret-named variable is masked wherever it stands."""
    monkeypatch.setenv("MY_SERVICE_TOKEN", "plainlookingvalue")
    assert redact("x = 'plainlookingvalue'").text == "x = '[masked]'"


def test_values_are_masked_by_name():
    """Also inside configurations."""
    assert redact_value("cfg", {"password": "x", "lr": 0.1}) == ({"password": "[masked]", "lr": 0.1}, 1)
    assert is_secret_name("dbPassword")
    assert not is_secret_name("max_tokens")


def test_nothing_secret_is_in_the_journal(cells, monkeypatch):
    """Not in code, parameters, errors or tracebacks."""
    monkeypatch.setenv("SERVICE_SECRET", "from-the-environment")
    closed = cells.track(
        "password = 'hunter22'\nurl = 'https://me:hunter33@host'\nnote = 'from-the-environment'\n"
        "raise ValueError(f'cannot log in with {password} at {url} {note}')",
        fails=True,
    )
    written = cells.journal_text() + cells.blob(closed.error["traceback"]).decode()
    assert not any(secret in written for secret in ("hunter22", "hunter33", "from-the-environment"))
    assert closed.parameters["password"] == "[masked]"
    assert int(closed.tags["nbops.masked"]) >= 3


@pytest.mark.parametrize(
    "code",
    [
        'password = """S-12345678"""',
        'password = ("S-12"\n "345678")',
        'password, n = "S-12345678", 1',
        'connect(password=str("S-12345678"))',
        'token: bytes = b"S-12345678"',
        'tokens = {"a": "S-12345678"}',
        'def connect(api_key="S-12345678"): ...',
        'config["secret"] = "S-12345678"',
        'DB_PWD = "S-12345678"',
        '%%track\npassword = "it is S-12345678"',
        'url = "https://S-12345678@example.org/x.git"',
    ],
)
def test_a_secret_is_masked_however_the_code_spells_it(code):
    """The syntax tree finds what patterns over lines would miss."""
    clean = redact(code)
    assert "12345678" not in clean.text
    assert "345678" not in clean.text
    assert clean.masked


@pytest.mark.parametrize(
    "code", ['api_key = os.environ["API_KEY"]', 'password = getpass("Password: ")', 'max_tokens = "512"']
)
def test_where_a_secret_lies_is_no_secret(code):
    """Names of variables, prompts and numbers of tokens stay readable."""
    assert redact(code).text == code
