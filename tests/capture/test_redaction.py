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
    assert "masked" not in closed.suggested_name
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


@pytest.fixture
def forgetful(monkeypatch):
    """What this test learns is forgotten."""
    from nbops.capture.secrets import redaction

    monkeypatch.setattr(redaction, "_learned", set())


ASKED = {
    "import getpass\nmine = getpass.getpass('Key: ')": "mine",
    "from getpass import getpass\nuser, mine = 'me', getpass()": "mine",
    "mine = input('Password: ')": "mine",
    "token = input()": "token",
    "import keyring\nmine = keyring.get_password('service', 'me')": "mine",
    "import os\nmine = os.environ['MY_API_KEY']": "mine",
    "import os\nmine = os.getenv('MY_API_KEY', '')": "mine",
    "import os\nmine = os.environ.get('MY_API_KEY')": "mine",
    "from dotenv import dotenv_values\nmine = dotenv_values()": "mine['DB_PASSWORD']",
    "db_password = fetch()": "db_password",
}


@pytest.mark.parametrize("source", ASKED)
def test_secrets_got_at_run_time_are_masked_everywhere(cells, monkeypatch, forgetful, source):
    """Whatever asked for it: not in outputs, parameters, metrics, tracebacks, or later cells."""
    import builtins
    import getpass
    import sys
    import types

    secret = "correct-horse-7"
    monkeypatch.setattr(getpass, "getpass", lambda *_a, **_k: secret)
    monkeypatch.setattr(builtins, "input", lambda *_a: secret)
    monkeypatch.setitem(sys.modules, "keyring", types.SimpleNamespace(get_password=lambda *_a: secret))
    monkeypatch.setitem(sys.modules, "dotenv", types.SimpleNamespace(dotenv_values=lambda: {"DB_PASSWORD": secret}))
    monkeypatch.setenv("MY_API_KEY", secret)
    cells.shell.user_ns["fetch"] = lambda: secret
    cells.run(source)
    monkeypatch.delenv("MY_API_KEY")
    held = ASKED[source]
    closed = cells.track(
        f"print('using', {held})\nnote = 'x'\nimport warnings; warnings.warn({held})\n"
        f"cfg = {{'user': 'me', 'n': 1}}\nurl = {held} + '@host'\nraise ValueError('refused ' + {held})",
        "%%track the correct-horse-7 run",
        fails=True,
    )
    written = cells.journal_text() + "".join(
        cells.blob(digest).decode() for digest in (closed.error["traceback"], closed.output["blob"])
    )
    assert secret not in written
    assert "[masked]" in cells.opened[-1].name
    assert closed.masked >= 3


def test_ordinary_answers_are_no_secrets(cells, monkeypatch, forgetful):
    """What `input` was asked without a word of secrets, and words under a secret-sounding name, stay readable."""
    import builtins

    monkeypatch.setattr(builtins, "input", lambda *_a: "Winterthur")
    cells.run("city = input('City: ')\npassword_field = 'username'[:8]")
    closed = cells.track("print(city, 'username')")
    assert cells.blob(closed.output["blob"]).decode() == "Winterthur username\n"


def test_names_experiments_tags_and_datasets_are_masked(cells, forgetful, monkeypatch):
    """Everything that a person can name."""
    from nbops.capture.runs.close_run import close_run
    from nbops.capture.runs.open_run import open_run

    monkeypatch.setenv("SERVICE_TOKEN", "abcdefgh-12345")
    run = open_run("block", "run abcdefgh-12345", experiment="of abcdefgh-12345", tags={"password": "x1", "a": "b"})
    closed = close_run(run, tags={"t": "is abcdefgh-12345"}, datasets=({"name": "frame.abcdefgh-12345"},))
    assert (run.opened.name, run.opened.experiment) == ("run [masked]", "of [masked]")
    assert run.opened.tags == {"password": "[masked]", "a": "b"}
    assert closed.tags["t"] == "is [masked]"
    assert closed.datasets[0]["name"] == "frame.[masked]"


def test_private_columns_are_not_profiled(flowers):
    """Values of columns that hold secrets or tell persons apart stay out of what leaves the kernel."""
    from nbops.profiles.profile import Profile

    flowers.run(
        "people = pd.DataFrame({'email': ['a@b.c', 'd@e.f'] * 20, 'api_token': ['t0p-secret', 'x'] * 20,\n"
        "                       'last_name': ['Muster', 'Meier'] * 20, 'city': ['Bern', 'Chur'] * 20, 'n': range(40)})"
    )
    closed = flowers.track("total = int(people['n'].sum())")
    text = flowers.blob(closed.datasets[0]["profile"]).decode()
    assert set(Profile.from_json(text).columns) == {"city", "n"}
    assert not any(word in text for word in ("a@b.c", "t0p-secret", "Muster"))
    assert "Bern" in text


def test_long_texts_are_searched_where_a_word_betrays_a_secret():
    """A secret in a long log is found, also one over several lines, and the rest is not touched."""
    import time

    filler = "".join(f"2024-01-01 12:00:00 epoch {number}: loss=0.1234 lr=1e-3 {'x' * 60}\n" for number in range(300))
    key = "-----BEGIN PRIVATE KEY-----\nMIIEabcdef\nMIIEghij\n-----END PRIVATE KEY-----\n"
    text = filler + "config password: 'hunter2222'\n" + filler + key + "curl https://me:pa55word@host\n" + filler
    clean = redact(text)
    assert not any(secret in clean.text for secret in ("hunter2222", "MIIE", "pa55word"))
    assert (clean.masked, clean.text.count(filler)) == (3, 3)
    start = time.process_time()
    redact(filler * 3 + "a")
    assert time.process_time() - start < 0.05
