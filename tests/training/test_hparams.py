"""Hyperparameters: types, text, JSON and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from convflow.training.hparams import HParams, parse_values


def test_values_are_attributes() -> None:
    params = HParams(rate=0.1, sizes=[3, 5], name="net", wide=False)
    assert (params.rate, params.sizes, params.name, params.wide) == (0.1, [3, 5], "net", False)
    assert "rate" in params and "depth" not in params
    assert params.values() == {"rate": 0.1, "sizes": [3, 5], "name": "net", "wide": False}
    assert str(params) == "[('name', 'net'), ('rate', 0.1), ('sizes', [3, 5]), ('wide', False)]"
    params.del_hparam("rate")
    assert not hasattr(params, "rate")


def test_text() -> None:
    params = HParams(rate=0.1, sizes=[3, 5], name="net", wide=False)
    assert params.parse("rate=1, sizes=[7,8], name=a b,wide=True").values() == {
        "rate": 1.0,
        "sizes": [7, 8],
        "name": "a b",
        "wide": True,
    }
    assert params.parse("sizes[1]=9").sizes == [7, 9]
    assert params.parse("").rate == 1.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("depth=3", "Unknown hyperparameter type for depth"),
        ("rate", "Malformed hyperparameter value: rate"),
        ("rate=x", "Could not parse hparam 'rate' of type 'float' with value 'x'"),
        ("wide=2", "Could not parse hparam 'wide' of type 'bool'"),
        ("rate=1,rate=2", "Multiple assignments to variable 'rate'"),
        ("rate=[1,2]", "Must not pass a multi-valued value for single-valued parameter: rate"),
        ("sizes=1", "Must not pass a single-valued value for multi-valued parameter: sizes"),
        ("sizes[5]=1", r"sizes\[5\] is set. Expected an index into \[3, 5\]"),
        ("rate[0]=1", r"rate\[0\] is set"),
    ],
)
def test_refused_text(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        HParams(rate=0.1, sizes=[3, 5], wide=False).parse(text)


def test_types_stay() -> None:
    params = HParams(rate=0.1, steps=3, name="a", wide=True, nothing=None)
    params.set_hparam("rate", 2)
    params.override_from_dict({"steps": np.int64(4), "nothing": "anything"})
    assert (params.rate, params.steps, params.nothing) == (2.0, 4, "anything")
    assert isinstance(params.rate, float)
    for name, value in (("steps", 1.5), ("name", 3), ("wide", 1), ("steps", True)):
        with pytest.raises(ValueError, match=f"Could not cast hparam '{name}'"):
            params.set_hparam(name, value)
    with pytest.raises(KeyError):
        params.set_hparam("depth", 1)


def test_reserved_names_and_empty_lists() -> None:
    with pytest.raises(ValueError, match="Hyperparameter name is reserved: values"):
        HParams(values=3)
    with pytest.raises(ValueError, match="Multi-valued hyperparameters cannot be empty: sizes"):
        HParams(sizes=[])


def test_json_and_get() -> None:
    params = HParams(rate=0.5, sizes=[1])
    assert params.to_json(sort_keys=True) == '{"rate": 0.5, "sizes": [1]}'
    assert params.parse_json('{"rate": 2}').rate == 2.0
    assert (params.get("rate"), params.get("depth", 7), params.get("sizes", [2])) == (2.0, 7, [1])
    with pytest.raises(ValueError, match="sizes is a list, its default 3 is not"):
        params.get("sizes", 3)
    params.set_model_structure("s")
    assert params.get_model_structure() == "s"


def test_parse_values() -> None:
    types = {"a": int, "b": float}
    assert parse_values("a=1,b=[1,2.5]", types) == {"a": 1, "b": [1.0, 2.5]}
    assert parse_values("a[2]=1,a[0]=3", types) == {"a": {2: 1, 0: 3}}
    assert parse_values("a=1,c=2", types, ignore_unknown=True) == {"a": 1}
