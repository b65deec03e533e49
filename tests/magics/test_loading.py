"""What `%load_ext nbops` hangs on a shell, and that it comes off again."""

from __future__ import annotations

WORDS = {"track", "runs", "snapshot", "promote", "drift", "performance", "register", "assign", "nbops"}


def test_the_fixed_words_are_there(shell):
    """Every promised magic exists, `%%track` as a cell magic too, and each explains itself."""
    magics = shell.magics_manager.magics
    assert set(magics["line"]) >= WORDS
    assert "track" in magics["cell"]
    for word in WORDS:
        assert len(magics["line"][word].__doc__ or "") > 40, word


def test_loading_twice_is_harmless(shell):
    """A second load changes nothing: one transformer, one hook each."""
    before = (len(shell.input_transformers_cleanup), {k: len(v) for k, v in shell.events.callbacks.items()})
    shell.run("%load_ext nbops")
    import nbops

    nbops.load_ipython_extension(shell)
    assert before == (len(shell.input_transformers_cleanup), {k: len(v) for k, v in shell.events.callbacks.items()})


def test_unloading_leaves_nothing(shell):
    """Transformers, hooks, magics and displays are as before loading."""
    loaded = {kind: len(found) for kind, found in shell.events.callbacks.items()}
    shell.run("%unload_ext nbops")
    try:
        assert not WORDS & set(shell.magics_manager.magics["line"])
        assert "track" not in shell.magics_manager.magics["cell"]
        assert not [t for t in shell.input_transformers_cleanup if t.__module__.startswith("nbops")]
        assert sum(map(len, shell.events.callbacks.values())) < sum(loaded.values())
        assert not [
            key
            for formatter in shell.display_formatter.formatters.values()
            for key in formatter.deferred_printers
            if key[0].startswith("nbops")
        ]
    finally:
        shell.run("%load_ext nbops")


def test_loading_in_mid_session_says_what_was_not_seen(shell, capsys):
    """One line names the cells that ran before."""
    shell.run("%unload_ext nbops")
    shell.run("a = 1")
    shell.run("b = 2")
    capsys.readouterr()
    shell.run("%load_ext nbops")
    assert f"In [1] to In [{shell.execution_count - 2}]" in capsys.readouterr().out
