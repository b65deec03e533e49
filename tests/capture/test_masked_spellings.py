"""Secrets are masked however a file, a command or a log spells them, in time that grows with the text's length."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import quote

import pytest

from nbops.capture.secrets import redaction
from nbops.capture.secrets.redaction import learn_secret, redact


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch):
    monkeypatch.setattr(redaction, "_learned", set())


SPELLED = [
    # .env files, exports, and their lines in a diff
    ("DB_PASSWORD=hunter2x", "hunter2x"),
    ("OPENAI_API_KEY=abcdefgh", "abcdefgh"),
    ("export AWS_SECRET_ACCESS_KEY=wJalr/XUtn+FEMI", "wJalr/XUtn+FEMI"),
    ("+DB_PASSWORD=(abc", "(abc"),
    ("-DB_PASSWORD=p@ss,w0rd", "p@ss,w0rd"),
    ("+export DB_PASSWORD='p@ss w0rd'", "p@ss w0rd"),
    ("+DB_PASSWORD=correct horse battery", "horse"),
    ("DB_PASSWORD = correcthorse77", "correcthorse77"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPx", "K7MDENG"),
    ("ENV API_TOKEN=abcd1234", "abcd1234"),
    # YAML
    ("db_password: hunter2x", "hunter2x"),
    ("services:\n  db_password: it is(long)", "long"),
    ("+  api-key: abcd-1234", "abcd-1234"),
    ("- secret: s3cr3t!", "s3cr3t!"),
    ("secret: |\n  first-1\n  second-2\nname: x", "second-2"),
    ("+secret: >-\n+  first-1\n+\n+  second-2\n+name: x", "first-1"),
    ("passwords:\n  - hunter2x\n  - hunter3x\n", "hunter3x"),
    ("passwords: ['abcd', 'efgh']", "efgh"),
    ("passwords: [hunter2x, hunter3x]", "hunter3x"),
    # magics and commands
    ("%env DB_PASSWORD=hunter2x", "hunter2x"),
    ("%env DB_PASSWORD hunter2x", "hunter2x"),
    ("%env DB_PASSWORD = hunterxx", "hunterxx"),
    ("%set_env DB_PASSWORD hunter2x", "hunter2x"),
    ("get_ipython().run_line_magic('set_env', 'DB_PASSWORD hunter2x')", "hunter2x"),
    ("get_ipython().run_line_magic('env', 'DB_PASSWORD=hunterxx')", "hunterxx"),
    ("!curl -u bob:hunter2x https://example.org", "hunter2x"),
    ("get_ipython().system('curl -u bob:hunter2x https://example.org')", "hunter2x"),
    ("!mysql -phunter2x db", "hunter2x"),
    ("!sshpass -p hunter2x ssh me@host", "hunter2x"),
    ("!tool --password hunter2x", "hunter2x"),
    ("!tool --api-key=hunter2x", "hunter2x"),
    ("subprocess.run(['tool', '--password', 'hunter2x'])", "hunter2x"),
    ("!wget 'https://example.org/?access_token=hunter2x&n=1'", "hunter2x"),
    # code
    ("headers = {'X-Api-Key': 'abcd-efgh'}", "abcd-efgh"),
    ("creds = ('bob', 'hunter2x')", "hunter2x"),
    ("cred = 'hunter2x'", "hunter2x"),
    ("account_key = 'hunter2x'", "hunter2x"),
    ("signing_key = b'hunter2x'", "hunter2x"),
    ("encryption_key = 'hunter2x'", "hunter2x"),
    ("ssh_key = 'hunter2x'", "hunter2x"),
    ("openai_key = 'hunter2x'", "hunter2x"),
    ("passcode = 'hunter2x'", "hunter2x"),
    ("password = ''.join(['hun', 'ter2x'])", "ter2x"),
    ("# my password is hunter2x", "hunter2x"),
    ("x = 1  # token=hunter2x", "hunter2x"),
    ("given = 'correct horse'\nconnect(password=given)", "correct horse"),
    ('+password = "it\'s hunter2x"', "hunter2x"),
    ('+    "password = \\"hunter2x\\"\\n",', "hunter2x"),
    ('+    "DB_PASSWORD=hunterxx\\n",', "hunterxx"),
    ('{"auth": {"pass": "x"}, "api_key": "abcd"}', "abcd"),
    ('"{\\"token\\": \\"abcd-efgh\\"}"', "abcd-efgh"),
    # shapes
    ("DefaultEndpointsProtocol=https;AccountName=me;AccountKey=Zm9vYmFy+/Zm9v==;EndpointSuffix=x", "Zm9vYmFy"),
    ("x = 'sk_live_" + "a1B2" * 5 + "'", "a1B2a1B2"),
    ("x = 'https://hooks.slack.com/services/T000/B000/" + "a1B2" * 6 + "'", "a1B2a1B2"),
    ("Cookie: a=b; sessionid=abcd1234", "abcd1234"),
    ("Set-Cookie: sid=abcd1234; Path=/", "abcd1234"),
    ("GET / sessionid=abcd1234", "abcd1234"),
    ("mongodb+srv://bob:p@ssw0rd@host/db", "ssw0rd"),
    ("Authorization: Basic Ym9iOmh1bnRlcjI=", "Ym9iOmh1bnRlcjI"),
    ("curl -H 'Authorization: token abcd1234'", "abcd1234"),
]

ONLY_CODE = ("password = ''.join(['hun', 'ter2x'])", "given = 'correct horse'\nconnect(password=given)")


@pytest.mark.parametrize(("text", "secret"), SPELLED)
def test_a_secret_is_masked_in_every_spelling(text, secret):
    """In `.env` files, YAML, commands, magics, comments, JSON and differences, alone and in a long text."""
    clean = redact(text)
    assert secret not in clean.text
    assert clean.masked
    filler = "pass\n" * 800 if text in ONLY_CODE else "epoch 1: loss=0.25 accuracy 0.75\n" * 200
    assert secret not in redact(f"{filler}{text}\n{filler}").text


ORDINARY = [
    "max_tokens = 512",
    "keyboard = 'qwertz-ch'",
    "df.sort_values(by='a', key=len)",
    "primary_key='identifier'",
    "foreign_key = 'customer_id'",
    "sort_key: created_at",
    "token_count = 123456789",
    "author = 'someone else'",
    "author: someone else",
    "password = getpass()",
    "C=0.5",
    "x = df['passenger']",
    "passengers = df['passenger_count'].sum()",
    "def connect(host: str, password: str, token: Token | None = None) -> None: ...",
    "class Login:\n    password: SecretStr\n    api_key: str = Field(default=None)\n",
    "connect(user=user, password=password, token=self.token, auth=auth)",
    "token = tokens[0]",
    "+password = getpass()",
    "+    token = os.environ['API_TOKEN']",
    "+        password=password,",
    "password = None",
    "auth = HTTPBasicAuth(user, password)",
    "DB_PASSWORD=$DB_PASSWORD",
    "DB_PASSWORD=${DB_PASSWORD}",
    "export API_KEY=$(cat key.txt)",
    "loss 0.1 tokens: 5120 tokens/s: 91.5",
    "Bypass the cache; compass, passes, 3 passed",
    "the token is invalid. the password is required",
    "columns = ['token', 'label', 'n']",
    "keys = {'key': 'value', 'keys': [1, 2]}",
    "curl -X POST https://example.org",
    "docker run -u 1000:1000 image",
    "mysql -p database",
    "monkey = 'abcdefgh'",
    "donkey_key = 'abcdefgh'",
    "cookiecutter = 'abcdefgh'",
    "Accredited: something",
    "url = 'https://example.org/a@b'",
    "key=value pairs: accuracy=0.9123 seed=12345678",
    "tqdm: 100%|#####| 10/10 [00:00<00:00, 100.00it/s]",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays(text):
    """What only sounds like a secret, or says where one lies, is not touched."""
    assert redact(text).text == text


KNOWN = 'it\'s "a" sécret/7+ü?'


@pytest.mark.parametrize(
    "spelled",
    [
        KNOWN,
        json.dumps({"x": KNOWN}),
        json.dumps({"x": KNOWN}, ensure_ascii=False),
        json.dumps(json.dumps(KNOWN)),
        repr(KNOWN),
        quote(KNOWN),
        quote(KNOWN, safe=""),
        base64.b64encode(KNOWN.encode()).decode(),
        base64.b64encode(f"me:{KNOWN}".encode()).decode(),
        base64.urlsafe_b64encode(f"bob:{KNOWN}".encode()).decode(),
        " ".join(KNOWN),
    ],
)
def test_a_known_secret_is_masked_in_other_spellings(spelled):
    """Escaped, quoted, in base64 wherever it begins there, and spaced out."""
    learn_secret(KNOWN, sure=True)
    clean = redact(f"x {spelled} y")
    assert clean.masked
    core = spelled[len(spelled) // 3 : 2 * len(spelled) // 3]
    assert core not in clean.text


def test_each_long_line_of_a_known_secret_is_masked(monkeypatch):
    """Also without the rest of it, as when a log prints it line by line."""
    monkeypatch.setenv("SIGNING_KEY", "first-line-0123456789\nsecond-line-0123456789\n")
    assert redact("> second-line-0123456789\n> ok").text == "> [masked]\n> ok"


SHAPES = {
    "quotes": lambda n: '"token"' + "'" * n,
    "mixed quotes": lambda n: '"password ' + "\"'" * (n // 2),
    "json": lambda n: '{"token":{"a":[' + '""' * (n // 2),
    "words": lambda n: "token" * (n // 5),
    "spaces": lambda n: "token" + " " * n,
    "word and space": lambda n: "password " * (n // 9),
    "assigned": lambda n: "token='" * (n // 7),
    "assigned twice": lambda n: "token=\"'" * (n // 8),
    "brackets": lambda n: '"token":[' * (n // 9),
    "colons": lambda n: "token:" * (n // 6),
    "blocks": lambda n: "secret:\n " * (n // 9),
    "annotations": lambda n: "token: a" * (n // 8),
    "urls": lambda n: "a://" * (n // 4),
    "at signs": lambda n: "http://a:" + "@" * n,
    "jwt": lambda n: "-eyJ" * (n // 4),
    "sk": lambda n: "sk-" * (n // 3),
    "sk digits": lambda n: "-sk-" + "a" * n,
    "curl": lambda n: "curl -u" * (n // 7),
    "mysql": lambda n: "mysql -" * (n // 7),
    "key begin": lambda n: "-----BEGIN " * (n // 11),
    "dots": lambda n: "a." * (n // 2) + "token",
    "dashes": lambda n: "-" * n + "token=",
    "backslashes": lambda n: "token=" + "\\" * n,
    "lines": lambda n: "password\n" * (n // 9),
    "said": lambda n: "token is " * (n // 9),
    "cookies": lambda n: "cookie: " * (n // 8),
    "nested": lambda n: "token=(" * (n // 7),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_adversarial_text_takes_linear_time(shape):
    """Four times the text takes well under eight times as long, and 100 kB less than half a second of processor."""

    def seconds(size: int) -> float:
        best = 1e9
        for attempt in range(3):
            text = SHAPES[shape](size) + f"\n{attempt}"
            start = time.process_time()
            redact(text)
            best = min(best, time.process_time() - start)
        return best

    small, large = seconds(25_000), seconds(100_000)
    assert large < 0.75
    assert large < 8 * max(small, 0.002)


def test_ordinary_outputs_are_cheap(monkeypatch):
    """20 kB of a training log, with a few secrets in the environment, take about a millisecond."""
    for number in range(4):
        monkeypatch.setenv(f"SERVICE_{number}_TOKEN", f"abcdefgh-{number}-abcdefgh")
    lines = [f"2024-01-01 12:00:00 epoch {n}: loss=0.1234 lr=1e-3 https://example.org/{n}\n" for n in range(280)]
    lines[::40] = ["sorted by key, token 7 of 9\n"] * len(lines[::40])
    best = 1e9
    for attempt in range(20):
        text = "".join(lines) + str(attempt)
        start = time.process_time()
        assert redact(text).masked == 0
        best = min(best, time.process_time() - start)
    assert len(text) > 20_000
    assert best < 0.002  # 0.6 ms on a quiet machine
