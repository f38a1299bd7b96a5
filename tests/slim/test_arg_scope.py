"""Defaults of functions by scope."""

from __future__ import annotations

import pytest

from convflow.slim.arg_scope import (
    add_arg_scope,
    arg_scope,
    arg_scope_func_key,
    arg_scoped_arguments,
    current_arg_scope,
    has_arg_scope,
)


@add_arg_scope
def first(*args, a=None, **kwargs):
    return args, {"a": a, **kwargs} if a is not None else kwargs


@add_arg_scope
def second(x, b=1, c=2):
    return x, b, c


def plain(x):
    return x


def test_a_scope_gives_defaults_that_calls_overrule():
    with arg_scope([second], b=5):
        assert second(0) == (0, 5, 2)
        assert second(0, b=6) == (0, 6, 2)
    assert second(0) == (0, 1, 2)


def test_inner_scopes_add_to_outer_ones():
    with arg_scope([second, first], b=5), arg_scope([second], c=7):
        assert second(0) == (0, 5, 7)
        assert first(1) == ((1,), {"b": 5})


def test_a_scope_used_again_replaces_the_scopes_around():
    with arg_scope([second], b=5) as scope:
        pass
    assert scope[arg_scope_func_key(second)] == {"b": 5}
    with arg_scope([second], c=9), arg_scope(scope):
        assert second(0) == (0, 5, 2)
        assert current_arg_scope() == scope


def test_an_error_inside_ends_the_scope():
    with pytest.raises(KeyError), arg_scope([second], b=5):
        raise KeyError
    assert current_arg_scope() == {}


def test_what_is_known_of_functions():
    assert has_arg_scope(second) and not has_arg_scope(plain)
    assert arg_scoped_arguments(second) == ("b", "c")
    assert second.__name__ == "second"


def test_refusals():
    with pytest.raises(TypeError, match="must either be a list/tuple or reused scope"), arg_scope(second, b=1):
        pass
    with pytest.raises(ValueError, match=r"'plain'.*is not decorated with @add_arg_scope"), arg_scope([plain], b=1):
        pass
    with pytest.raises(ValueError, match="kwargs must be empty, got b"), arg_scope({}, b=1):
        pass
    with pytest.raises(ValueError, match="is not decorated"):
        arg_scoped_arguments(plain)
    with arg_scope([second], nothing=1), pytest.raises(TypeError, match="nothing"):
        second(0)
