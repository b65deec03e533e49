"""Values that stand beside the name of a secret, in any text: code, `.env` files, YAML, JSON, shell commands, prose.

Every pattern looks at a bounded stretch from where it starts, and what was masked is not looked at again, so that no
text, however odd, takes longer than its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbops.capture.secrets.secret_name import TELLING, is_secret_name

MASK = "[masked]"
ANCHORS = (*TELLING, "cookie", "sessid", "sessionid")
_SESSION = re.compile(r"(?:set-)?cookies?|(?:php|j|asp)?sess(?:ion)?id", re.IGNORECASE)
_FAR, _LONGEST, _MOST_LINES = 60, 4096, 200
_BEFORE = re.compile(r"[\w.\-]{0,60}")
_AFTER = re.compile(r"[\w\-]{0,60}")
_JOINT = re.compile(
    r"""[\\"'\])]{0,6}(?P<gap>[ \t]{0,20})
    (?P<sign>:[ \t]{0,8}[A-Za-z][\w.\[\]|\ ]{0,40}=[ \t]{0,8}(?=\(?[rbuf]{0,2}["'])|:=|=>|=(?!=)|:(?![:/])|,)
    (?P<space>[ \t]{0,20})""",
    re.VERBOSE,
)
_QUOTE = re.compile(r"(?:(?:str|bytes|SecretStr|Secret)?\()?[rbufRBUF]{0,2}(?P<quote>\"{3}|'{3}|\\{0,3}[\"'])")
_STRING = re.compile(r"([\"'])(?P<value>(?:(?!\1)[^\\\n]|\\.){3,400})\1(?!\s{0,9}:)")
_SCALAR = re.compile(r"[|>][+\-\d]{0,2}[ \t]{0,20}$")
_ESCAPED = re.compile(r"[|>][+\-\d]{0,2}(?:\\{1,3}n[ ]{0,20}){1,3}(?P<value>[^\"'\n\\]{3,4000})")
_FLAG = re.compile(r"[ \t]{1,5}[\"']?(?P<value>[^\s\"'\-][^\s\"']{2,400})")
_SAID = re.compile(r"[ \t]{1,5}(?:is|was|->)[ \t]{1,5}[\"'`]?(?P<value>[^\s\"'`]{4,400})")
_SET = re.compile(r"env(?:[\"'],\s?[\"']|[ \t]{1,5})[\w.\-]{0,60}$")
_WORD = re.compile(r"[^\s\"'&;<>]{1,4096}")
_LINE_START = re.compile(
    r"[\s+\-#>$!\"'*\\]{0,40}(?:(?:export|set|env|%?%env|%set_env|ENV|ARG|declare|local|-[xe])\s{1,5}){0,3}"
)
_LOOKUP = re.compile(
    r"secret:[A-Z_][A-Z0-9_]*(?![^\s\"'])|os\.|environ|getenv|getpass|self\.|<[^<>]*>$|\$[\w({]|\{[^{}]*\}|%\(|\[masked\]|%s$|\*+$|\.{3}|…"
)
_CALL = re.compile(r"[A-Za-z_][\w.]*(?:\(.*|\[.*)", re.DOTALL)
_CALLS = re.compile(r"[\w\]][(\[]|[*]")
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*")
_NUMBER = re.compile(r"[\d.,:/%]+")
_PLAIN = {"none", "null", "true", "false", "yes", "no", "on", "off", "str", "bytes", "int", "bool", "any", "string",
          "optional", "required", "invalid", "missing", "expired", "secretstr", "undefined", "default", "nan",
          "object", "float64", "int64", "category"}  # fmt: skip
_SCHEMES = {"basic", "bearer", "token", "digest"}
_SHORTEST, _SHORT, _LONG = 4, 6, 8

Span = tuple[int, int]


def mask_named_values(text: str, *, code: bool) -> tuple[str, list[str]]:
    """Replace the values that stand beside names of secrets; return the text and what was replaced.

    Args:
        text: Any.
        code: It is Python, so that a bare word is the name of an object rather than a value.
    """
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose lower case is two
        lower = "".join(letter.lower() if letter.isascii() else letter for letter in text)
    parts: list[str] = []
    values: list[str] = []
    done = seen = 0
    for place in _places(lower):
        if place < seen:
            continue
        start, seen = _name(text, place)
        name = text[start:seen]
        if not (is_secret_name(name) or _SESSION.fullmatch(name.lstrip("-."))):
            continue
        for first, last in _values(text, start, seen, code=code):
            if first < done or last <= first:
                continue
            parts += (text[done:first], MASK)
            values.append(text[first:last])
            done = last
        seen = max(seen, done)
    return ("".join([*parts, text[done:]]) if values else text), values


def _places(lower: str) -> list[int]:
    found: set[int] = set()
    for word in ANCHORS:
        place = lower.find(word)
        while place >= 0:
            found.add(place)
            place = lower.find(word, place + len(word))
    return sorted(found)


def _name(text: str, place: int) -> Span:
    before = _BEFORE.match(text[max(0, place - _FAR) : place][::-1])
    after = _AFTER.match(text, place)
    return place - (before.end() if before else 0), after.end() if after else place


def _values(text: str, start: int, end: int, *, code: bool) -> list[Span]:
    """Return where the values of the name at *start* to *end* stand; none where they are no secrets."""
    joint = _JOINT.match(text, end)
    if joint is None:
        return _unjoined(text, start, end)
    place, sign = joint.end(), joint["sign"][0]
    quoted = _QUOTE.match(text, place)
    if quoted is not None:
        span = _quoted(text, quoted)
        value = text[slice(*span)]
        telling = sign != "," or not value.replace("_", "").replace(" ", "").isalpha()
        return [span] if telling and span[1] - span[0] >= _SHORTEST - 1 and not _LOOKUP.match(value) else []
    if sign == ",":
        return []
    if text[place : place + 1] in {"[", "(", "{"}:
        spans = _bracketed(text, place)
        if spans:
            return spans
    line = text[place : _line_end(text, place)]
    if sign == ":" and (not line.strip() or _SCALAR.match(line)):
        return list(_below(text, start, place + len(line), listed=not line.strip()))
    escaped = _ESCAPED.match(text, place)  # a block in a text that code spells out
    return [escaped.span("value")] if escaped else _bare(text, start, end, joint, code=code)


def _quoted(text: str, opened: re.Match[str]) -> Span:
    quote, start = opened["quote"], opened.end()
    many = len(quote) == 3 and "\\" not in quote  # noqa: PLR2004 # a quote of three
    limit = min(len(text), start + _LONGEST) if many else _line_end(text, start)
    end = text.find(quote, start, limit)
    while end > 0 and "\\" not in quote and text[end - 1] == "\\" and text[end - 2 : end] != "\\\\":
        end = text.find(quote, end + 1, limit)
    return start, end if end >= 0 else limit


def _bracketed(text: str, place: int) -> list[Span]:
    """Return where the texts in a list, tuple or mapping stand."""
    limit = place + 500
    close = text.find({"[": "]", "(": ")", "{": "}"}[text[place]], place, limit)
    region = text[place : close if close >= 0 else limit]
    found = [match.span("value") for match in _STRING.finditer(region)]
    inner = region[1:].strip()
    if not found and text[place] == "[" and close >= 0 and inner and not re.search(r"[\"'\n(\[{=\\]", inner):
        found = [(1, len(region))] if any(letter.isdigit() for letter in inner) else []
    return [(place + first, place + last) for first, last in found if not _LOOKUP.match(region[first:last])]


def _below(text: str, start: int, place: int, *, listed: bool) -> Iterator[Span]:
    """Yield the lines of a YAML block under the name at *start*: a text, or a list of them."""
    begin = text.rfind("\n", max(0, start - 400), start) + 1
    sign = text[begin : begin + 1] if text[begin : begin + 1] in {"+", "-"} else ""
    depth = _indent(text[begin + len(sign) : start])
    for _ in range(_MOST_LINES):
        place += 1
        end = _line_end(text, place)
        line = text[place:end]
        inner = line[1:] if sign and line[:1] in {"+", "-", " "} else line
        content = inner.strip()
        if not content and end < len(text):
            place = end
            continue
        deep = _indent(inner)
        item = content.startswith("- ")
        if not content or deep < depth or (deep == depth and not (listed and item)) or (listed and not item):
            return
        shown = content[2:].strip() if listed else content
        if not (listed and (":" in shown or len(shown) < _SHORTEST)):
            yield end - len(line) + line.rfind(shown), end - len(line) + line.rfind(shown) + len(shown)
        place = end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _unjoined(text: str, start: int, end: int) -> list[Span]:
    """Return where a value stands that follows without a sign: `--password X`, `%env PASSWORD X`, `password is X`."""
    said = _SAID.match(text, end)
    if said is not None:
        first, last = said.start("value"), said.start("value") + len(said["value"].rstrip(".,;:!?)"))
        odd = not text[first:last].replace("-", "").isalpha() and last - first >= _SHORTEST
        return [(first, last)] if odd and not _LOOKUP.match(text[first:last]) else []
    flag = _FLAG.match(text, end)
    if flag is None or _LOOKUP.match(flag["value"]):
        return []
    given = text.startswith("--", start) and start and text[start - 1] in " \t\"'"
    return [flag.span("value")] if given or _SET.search(text[max(0, start - 20) : start]) else []


def _bare(text: str, start: int, end: int, joint: re.Match[str], *, code: bool) -> list[Span]:
    place, sign, name = joint.end(), joint["sign"][0], text[start:end]
    spaced = bool(joint["gap"] or joint["space"])
    begin = text.rfind("\n", max(0, start - 400), start) + 1
    line, before = text[begin : _line_end(text, place)], text[max(begin, start - _LONG * 8) : start]
    first = bool(_LINE_START.fullmatch(before))
    assigned = sign == "=" and (not spaced or "env" in before) and (name.isupper() or first)
    listed = sign == ":" and first and bool(joint["space"])
    code = code and line.lstrip()[:1] not in {"%", "!"} and "#" not in before
    word = _WORD.match(text, place)
    if word is None:
        return []
    value = word.group()
    if value.lower() in _SCHEMES:
        word = _WORD.match(text, word.end() + 1) or word
        value, place = word.group(), word.start()
    if (listed and not code) or (assigned and first and name.isupper()) or (sign == ":" and "ookie" in name):
        value = _rest(text, place, before)
    else:
        value = value.rstrip(").,]}:\\" if not assigned else ",")
        value = value.removesuffix("\\n") if "\\n" in value[-3:] else value
    if code and (listed or spaced) and not _is_odd(value):
        return []
    return [(place, place + len(value))] if _is_value(name, value, sure=assigned or listed, code=code) else []


def _is_odd(value: str) -> bool:
    """Say whether what looks like an expression is none that a person would write."""
    return len(value) >= _LONG and any(letter.isdigit() for letter in value) and not _CALLS.search(value)


def _rest(text: str, place: int, before: str) -> str:
    """Return what remains of the line; of one that is a string in JSON or code, up to its end."""
    rest = text[place : _line_end(text, place)].rstrip()
    for quote in ('"', "'"):
        if quote in before and quote in rest:
            return rest[: rest.find(quote)].removesuffix("\\n")
    return rest


def _is_value(name: str, value: str, *, sure: bool, code: bool) -> bool:  # noqa: PLR0911 # one return a kind of text
    """Say whether a bare *value* is one, rather than a reference to it, a type, a number or prose."""
    if MASK in value or value.lower().rstrip(",;") in _PLAIN or _LOOKUP.match(value):
        return False
    if _NUMBER.fullmatch(value):
        return len(value) >= (_SHORTEST if sure and "token" not in name.lower() else _LONG)
    if _IDENTIFIER.fullmatch(value):
        digits = any(letter.isdigit() for letter in value)
        if is_secret_name(value) or (code and not sure and not (name.isupper() and digits)):
            return False
        if not sure and not digits:
            return len(value) >= _LONG and "." not in value and any(one in name.lower() for one in ("pass", "pwd"))
        return len(value) >= (_SHORTEST if sure else _SHORT)
    if _CALL.fullmatch(value) and (value[-1:] in {")", "]", "(", "["} or not sure):
        return False
    return len(value) >= (_SHORTEST if sure else _SHORT)


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place, place + _LONGEST)
    return end if end >= 0 else min(len(text), place + _LONGEST)
