"""Functions that share their variables between calls (API: tf.make_template)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.origin import describe, user_frames
from convflow.graph.scopes import get_default_graph
from convflow.modeling.variables.base import are_made_eagerly
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.modeling.variables.store import VariableStore, using_store


def make_template(
    name_: str,
    func_: Callable[..., Any],
    create_scope_now_: bool = False,
    unique_name_: str | None = None,
    custom_getter_: Any = None,
    **kwargs: Any,
) -> Template:
    """A function like `func_` whose `tf.get_variable`s make variables in its first call and find them in the others.

    (API: tf.make_template.)

    Args:
        name_: the name scope of the calls, made unique, and so the variables' prefix.
        func_: the function to wrap.
        create_scope_now_: fix the variables' prefix now, not where it is first called.
        unique_name_: the prefix as it is; two templates of one unique name clash.
        custom_getter_: a getter of variables, as for `tf.variable_scope`.
        kwargs: arguments that each call of `func_` gets.
    """
    if not callable(func_):
        raise TypeError(f"func_ must be a function, got {func_!r}.")
    function = functools.partial(func_, **kwargs) if kwargs else func_
    return Template(name_, function, create_scope_now_, unique_name_, custom_getter_)


class Template:
    """What `tf.make_template` returns: call it as the function it was made of.

    Args:
        name: the default name of its scope.
        func: the function.
        create_scope_now: whether the scope is fixed now.
        unique_name: the scope's name as it is.
        custom_getter: a getter of variables.
    """

    def __init__(
        self,
        name: str,
        func: Callable[..., Any],
        create_scope_now: bool = False,
        unique_name: str | None = None,
        custom_getter: Any = None,
    ) -> None:
        if not name:
            raise ValueError("A template needs a name: it prefixes its variables.")
        self._func = func
        self._name = name
        self._unique_name = unique_name
        self._custom_getter = custom_getter
        self._origin = user_frames()
        self._variables_created = False
        self._variable_scope: VariableScope | None = None
        # What eager mode finds the variables by, as it lists none.
        self._store = VariableStore()
        self._store.keeps_eager = True
        if create_scope_now:
            with self._new_scope(auxiliary_name_scope=False) as scope:
                self._variable_scope = scope

    def _new_scope(self, **options: Any) -> variable_scope:
        return variable_scope(self._unique_name, self._name, custom_getter=self._custom_getter, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._variable_scope is None:
            with self._new_scope() as scope:
                self._variable_scope = scope
                return self._called(args, kwargs)
        with variable_scope(self._variable_scope, reuse=self._variables_created):
            return self._called(args, kwargs)

    def _called(self, args: Any, kwargs: Any) -> Any:
        trained = get_default_graph().get_collection_ref(GraphKeys.TRAINABLE_VARIABLES)
        before = len(trained)
        try:
            with using_store(self._store) if are_made_eagerly() else nullcontext():
                result = self._func(*args, **kwargs)
        except ValueError as error:
            raise ValueError(f"{error}\nThe template {self._name!r} was {describe(self._origin)}") from error
        if self._variables_created and len(trained) != before:
            raise ValueError(
                "Trainable variable created when calling a template after the first time, perhaps you used tf.Variable "
                f"when you meant tf.get_variable: {trained[before:]}\nThe template {self._name!r} was "
                f"{describe(self._origin)}"
            )
        self._variables_created = True
        return result

    @property
    def name(self) -> str:
        return self._name

    @property
    def func(self) -> Callable[..., Any]:
        return self._func

    @property
    def variable_scope(self) -> VariableScope | None:
        """The scope of its variables, None before the first call if it is not fixed before."""
        return self._variable_scope

    # The name before TensorFlow 1.0.
    var_scope = variable_scope

    @property
    def variable_scope_name(self) -> str | None:
        name = None if self._variable_scope is None else self._variable_scope.name
        return name.removesuffix("/") if name else name

    @property
    def variables(self) -> list[Any]:
        """The global and local variables of its scope."""
        return self.global_variables + self.local_variables

    weights = variables

    @property
    def trainable_variables(self) -> list[Any]:
        return self._listed(GraphKeys.TRAINABLE_VARIABLES)

    trainable_weights = trainable_variables

    @property
    def non_trainable_variables(self) -> list[Any]:
        trained = set(map(id, self.trainable_variables))
        return [variable for variable in self.variables if id(variable) not in trained]

    non_trainable_weights = non_trainable_variables

    @property
    def global_variables(self) -> list[Any]:
        return self._listed(GraphKeys.GLOBAL_VARIABLES)

    @property
    def local_variables(self) -> list[Any]:
        return self._listed(GraphKeys.LOCAL_VARIABLES)

    def _listed(self, collection: str) -> list[Any]:
        if self._store.variables:
            found = list(self._store.variables.values()) if collection != GraphKeys.LOCAL_VARIABLES else []
            return [item for item in found if item.trainable or collection != GraphKeys.TRAINABLE_VARIABLES]
        return [] if self._variable_scope is None else self._variable_scope.get_collection(collection)
