from __future__ import annotations

import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.graph.graph import Graph
from convflow.ops.array.placeholder import placeholder
from convflow.ops.string import string_join
from convflow.runtime.session import Session


def test_strings_are_joined_element_by_element() -> None:
    with Graph().as_default():
        joined = string_join([["a", "b"], "-", ["c", "d"]])
        assert joined.shape.as_list() == [2]
        assert Session().run(joined).tolist() == [b"a-c", b"b-d"]


def test_a_separator_stands_between() -> None:
    with Graph().as_default():
        assert Session().run(string_join(["a", "b", "c"], separator="/")) == b"a/b/c"


def test_shapes_must_match() -> None:
    with Graph().as_default(), pytest.raises(ValueError, match=r"input 1 has shape \(3,\), another \(2,\)"):
        string_join([["a", "b"], ["c", "d", "e"]])


def test_shapes_must_match_when_it_runs() -> None:
    with Graph().as_default():
        unknown = placeholder(dtypes.string)
        joined = string_join([["a", "b"], unknown])
        with pytest.raises(errors.InvalidArgumentError, match=r"input 1 has shape \(3,\)"):
            Session().run(joined, {unknown: np.array(["c", "d", "e"])})
