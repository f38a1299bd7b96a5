import numpy as np
import pytest

from convflow.core import errors
from convflow.graph.scopes import control_dependencies
from convflow.ops.array.identity import identity
from convflow.ops.array.placeholder import placeholder
from convflow.ops.assert_compare import assert_equal
from convflow.ops.assertion import assert_


def test_shows_the_first_elements_when_it_fails(run):
    ok, data = placeholder("bool", []), placeholder("float32")
    check = assert_(ok, ["too large:", data])
    run(check, {ok: True, data: [1.0]})
    with pytest.raises(errors.InvalidArgumentError, match=r"assertion failed: \[too large:\] \[1.0 2.5 3.0\.\.\.\]"):
        run(check, {ok: False, data: [1, 2.5, 3, 4]})
    with pytest.raises(errors.InvalidArgumentError, match=r"\[1.0 2.5 3.0 4.0\]"):
        run(assert_(ok, [data], summarize=-1), {ok: False, data: [1, 2.5, 3, 4]})


def test_guards_what_depends_on_it(run):
    x = placeholder("int32", [None])
    with control_dependencies([assert_equal(x, [1, 2], message="wrong pair")]):
        y = identity(x)
    np.testing.assert_array_equal(run(y, {x: [1, 2]}), [1, 2])
    with pytest.raises(errors.InvalidArgumentError, match=r"\[wrong pair\] \[Condition x == y.*\] \[1 3\] .* \[1 2\]"):
        run(y, {x: [1, 3]})


def test_constants_are_compared_at_once():
    with pytest.raises(errors.InvalidArgumentError, match=r"(?s)Condition x == y did not hold.*\[1 2\].*\[1 3\]"):
        assert_equal([1, 2], [1, 3])


def test_condition_is_a_scalar():
    with pytest.raises(ValueError, match="condition must be rank 0 but is rank 1"):
        assert_([True, True], ["text"])
