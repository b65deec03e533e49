"""What a cell's text says that it does to the namespace: events in the order in which they happen.

Values are summaries: enough to tell which objects a new object may share state with.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

# Begins the name of what is passed for a parameter, which no name of the notebook can clash with.
PARAMETER = "·"


class FunctionFacts(NamedTuple):
    """What happens when a function or a class's methods are called.

    Attributes:
        events: On names of the notebook's namespace; everything local is left out.
        made: Calling it makes functions, generators or instances that live on.
        remembers: Using it changes the function itself (mutable default, `nonlocal`), or the instance (a property).
        keeps: It holds something that its callers or instances share and may change.
        wrapped: It is decorated, so that what is called is something else.
        yields: It runs when it is consumed or awaited, not when it is called.
        returns: What it returns, in terms of its own names.
        own: Its own names: parameters and locals.
    """

    events: tuple[Event, ...]
    made: bool = False
    remembers: bool = False
    keeps: bool = False
    wrapped: bool = False
    yields: bool = False
    returns: tuple[Value, ...] = ()
    own: frozenset[str] = frozenset()


class Named(NamedTuple):
    """The object of a name."""

    name: str


class Part(NamedTuple):
    """An attribute, an item or a view of an object."""

    of: Value


class Several(NamedTuple):
    """A container of objects, or one of several objects (then *contains* is false)."""

    of: tuple[Value, ...]
    contains: bool = False


class Called(NamedTuple):
    """What a call returned.

    Attributes:
        root: Name that the called expression begins with.
        path: Attributes from there to the function.
        receiver: Whose method is called; of anything that is no method and has no name, what is called.
        arguments: By position and keyword; what can never change is left out.
    """

    root: str | None
    path: tuple[str, ...]
    receiver: Value | None
    arguments: tuple[Value, ...]


class Made(NamedTuple):
    """A function, class or lazy generator of this cell, and the objects that it holds already (defaults, bases)."""

    function: FunctionFacts
    holds: Value
    lazy: bool = False


class Module(NamedTuple):
    """A module or something imported from one."""

    path: str


class Fresh(NamedTuple):
    """An object that shares nothing; *constant* when it can never change."""

    constant: bool = False


Value: TypeAlias = Named | Part | Several | Called | Made | Module | Fresh


class Read(NamedTuple):
    """A name is loaded. *inner*: the cell has certainly bound it before."""

    name: str
    line: int
    inner: bool = False


class Bind(NamedTuple):
    """A name is bound; *sure* unless a branch may pass it by."""

    name: str
    line: int
    value: Value
    sure: bool = True
    grows: bool = False


class Settle(NamedTuple):
    """Every branch has bound the name: what it was before the cell is gone."""

    name: str


class Delete(NamedTuple):
    """A name is deleted."""

    name: str
    line: int
    sure: bool = True


class Store(NamedTuple):
    """An attribute or item is set.

    Attributes:
        root: Name that the expression on the left begins with; None where it begins with anything else.
        path: Attributes and calls from there.
        line: Line in the code.
        owner: The object that it is set on, as far as it is known.
        value: What it is set to.
        deep: It is set on a part of what *root* stands for, not on that itself.
    """

    root: str | None
    path: tuple[str, ...]
    line: int
    owner: Value = Fresh()
    value: Value = Fresh()
    deep: bool = False


class Call(NamedTuple):
    """Something is called.

    Attributes:
        root: Name that the called expression begins with; None where it begins with another expression.
        path: Attributes from there to the function.
        line: Line in the code.
        passed: Names whose objects are passed, by position or keyword.
        texts: String literals among the arguments, in order.
        own_texts: String literals in the expression whose method is called.
        places: The string literal at each position, empty where another expression stands.
        receiver: As in `Called`.
        arguments: As in `Called`.
    """

    root: str | None
    path: tuple[str, ...]
    line: int
    passed: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    own_texts: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    receiver: Value | None = None
    arguments: tuple[Value, ...] = ()


class Import(NamedTuple):
    """A module is imported; *star* when all of its names are bound."""

    module: str
    line: int
    star: bool = False


class Touch(NamedTuple):
    """Something outside the namespace is set, changed or read, as the table of effects names it."""

    resource: str
    action: str
    line: int


class Opaque(NamedTuple):
    """The text does not tell what happens here; *why* is what hides it. *binds*: names may be bound."""

    line: int
    why: str
    binds: bool = False


Event: TypeAlias = Read | Bind | Settle | Delete | Store | Call | Import | Touch | Opaque


class CellFacts(NamedTuple):
    """Everything that one cell's text says.

    Attributes:
        events: In order.
        names: Every name that it mentions.
        only_imports: It consists of imports.
        shows: Its last statement is an expression: `always` shown, `perhaps` (a call, which may return None) or ``.
    """

    events: tuple[Event, ...]
    names: frozenset[str]
    only_imports: bool = False
    shows: str = ""
