"""What came of restoring objects (API: what tf.train.Checkpoint.restore returns)."""

from __future__ import annotations

from typing import Any

from convflow.graph.scopes import executing_eagerly, get_default_session
from convflow.modeling.variables.variable import EagerVariable, variables_initializer
from convflow.training.objects import object_graph
from convflow.training.objects.restoration import Restoration


def session_of(given: Any) -> Any:
    """The session given, or the default one; RuntimeError if there is none."""
    session = get_default_session() if given is None else given
    if session is None:
        raise RuntimeError(
            "Saving and restoring variables of a graph needs a session: pass session=, or call inside `with "
            "tf.Session():`."
        )
    return session


class LoadStatus:
    """Of a checkpoint that was restored."""

    def __init__(self, restoration: Restoration) -> None:
        self._restoration = restoration

    def assert_consumed(self) -> LoadStatus:
        """AssertionError unless each value has its variable, and each variable its value."""
        unused = self._restoration.unused()
        if unused:
            raise AssertionError(
                f"Unresolved object in checkpoint {self._restoration.prefix}: {', '.join(unused[:5])}. The program has "
                "no object of that name; make it before, or leave this assertion out."
            )
        return self.assert_existing_objects_matched()

    def assert_existing_objects_matched(self) -> LoadStatus:
        """AssertionError unless each variable made so far has its value."""
        missing = self._restoration.unmatched()
        if missing:
            raise AssertionError(
                f"Some Python objects were not bound to checkpointed values in {self._restoration.prefix}, likely due "
                f"to changes in the Python program: {', '.join(missing[:5])}."
            )
        return self

    def assert_nontrivial_match(self) -> LoadStatus:
        """AssertionError if no variable found a value."""
        if not self._restoration.keys():
            raise AssertionError(
                f"Nothing except the root object matched a checkpointed value in {self._restoration.prefix}: the "
                "program's objects have other names."
            )
        return self

    def expect_partial(self) -> LoadStatus:
        """Say that values without a variable are no mistake."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """In a graph: give the variables their values in a session."""
        if not executing_eagerly():
            self._restoration.restore(session_of(session))

    def initialize_or_restore(self, session: Any = None) -> None:
        """In a graph: give each variable its value, of the checkpoint or its first one."""
        if executing_eagerly():
            return
        session = session_of(session)
        restored = {id(variable) for variable in self._restoration.restore(session)}
        _initialize(self._restoration.root, restored, session)


class InitializationStatus(LoadStatus):
    """Where there was nothing to restore: the path was None."""

    def __init__(self, root: Any) -> None:
        self._root = root

    def _refuse(self, *args: Any) -> Any:
        raise AssertionError("No checkpoint specified (save_path=None); nothing is being restored.")

    assert_consumed = assert_existing_objects_matched = assert_nontrivial_match = _refuse
    run_restore_ops = _refuse  # type: ignore[assignment]

    def initialize_or_restore(self, session: Any = None) -> None:
        if not executing_eagerly():
            _initialize(self._root, set(), session_of(session))


def _initialize(root: Any, done: set[int], session: Any) -> None:
    variables = object_graph.described(root).variables.values()
    left = [value for value in variables if id(value) not in done and not isinstance(value, EagerVariable)]
    if left:
        with session.graph.as_default():
            session.run(variables_initializer(left))
