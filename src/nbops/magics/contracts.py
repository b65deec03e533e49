"""`%contract`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from nbops.magics.parse import parse
from nbops.magics.place import kernel_workspace
from nbops.magics.resolve import resolve

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbops.contracts.contract import Contract
    from nbops.contracts.violation import Checked


@magics_class
class ContractMagics(Magics):
    """Say what data are to be, and hold data against it."""

    shell: InteractiveShell

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="frame",
        help="frame, expression in quotes, snapshot or path; `check FRAME CONTRACT`; or `show CONTRACT`",
    )
    @argument("--name", help="name of the contract; the frame's, file's or snapshot's if omitted")
    @argument("--to", help="file to write; contracts/NAME.yaml of the project if omitted")
    @argument("--sensitive", action="append", default=[], help="column whose values are never shown; repeatable")
    @argument("--time", help="column that says when a row happened, to expect rows per window")
    @argument("--window", help="length of a window: 1D, 6h, 1W")
    def contract(self, line: str) -> Contract | Checked:
        """Infer a contract from a frame and write it; or hold a frame against one.

        A frame of the notebook that is called `check` is still a frame: names of the notebook win.
        """
        given = parse(self.contract, line)
        if not given.words:
            raise UsageError("%contract FRAME infers and writes one; %contract check FRAME CONTRACT; show CONTRACT")
        word, *rest = given.words
        if rest and word == "check":
            if len(rest) != 2:  # noqa: PLR2004 # a frame and a contract
                raise UsageError("%contract check FRAME CONTRACT")
            return self._check(*rest)
        if rest and word == "show" and len(rest) == 1:
            return _read(rest[0])
        if rest:
            raise UsageError(f"%contract takes one frame, not {len(given.words)}: quote it if it has spaces")
        from pathlib import Path

        from nbops.contracts.contract import contract
        from nbops.contracts.save_contract import save_contract

        name = given.name or (word if word.isidentifier() and word in self.shell.user_ns else None)
        made = contract(
            resolve(self.shell, word), name, time=given.time, window=given.window, sensitive=given.sensitive,
            workspace=kernel_workspace(),
        )  # fmt: skip
        saved = save_contract(made, Path(given.to) if given.to else None, kernel_workspace())
        print(saved.sentence)  # noqa: T201 # where the file lies is no part of the contract
        return saved.contract

    def _check(self, frame: str, ref: str) -> Checked:
        from dataclasses import replace

        from nbops.contracts.contract import Contract

        held = self.shell.user_ns.get(ref)
        against = held if isinstance(held, Contract) else _read(ref)
        checked = against.check(resolve(self.shell, frame), workspace=kernel_workspace())
        return checked if checked.dataset else replace(checked, dataset=frame)


def _read(ref: str) -> Contract:
    from nbops.contracts.contract import Contract
    from nbops.contracts.find_contract import find_contract

    return Contract.read(find_contract(ref, kernel_workspace()))
