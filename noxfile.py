"""Sessions for maintainers: `nox -s lint typing tests wheel`."""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "typing", "tests"]


@nox.session
def lint(session: nox.Session) -> None:
    """Style and the dependency rules."""
    session.install("ruff", "import-linter", "-e", ".")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def typing(session: nox.Session) -> None:
    """Strict types."""
    session.install("mypy", "-e", ".[test]")
    session.run("mypy")


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """The default set on each supported Python."""
    session.install("-e", ".[test]")
    session.run("pytest", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """What ships is what is tested: the wheel alone, without the sources beside it."""
    session.install("build")
    session.run("python", "-m", "build", "--wheel", "--outdir", session.create_tmp())
    session.install(f"{session.create_tmp()}/nbops-0.1.0-py3-none-any.whl[test]")
    session.run("pytest", "--import-mode=importlib", "tests", *session.posargs)
