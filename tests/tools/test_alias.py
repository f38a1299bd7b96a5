from __future__ import annotations

import importlib
import pickle
import sys
from pathlib import Path
from types import ModuleType

import pytest

from convflow.tools import alias


@pytest.fixture(autouse=True)
def aliased(standin: str) -> object:
    with alias.installed(standin):
        yield


def load(name: str) -> ModuleType:
    return importlib.import_module(name)


@pytest.mark.parametrize("name", ["tensorflow", "tensorflow.compat.v1"])
def test_tensorflow_is_the_library_itself(name: str) -> None:
    assert load(name) is load("standin")
    assert load("standin").__spec__.name == "standin"


def test_compat_v1_is_there_without_an_import_of_its_own() -> None:
    tf = load("tensorflow")
    assert tf.compat.v1 is tf


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("tensorflow.contrib.slim", "standin.api.contrib.slim"),
        ("tensorflow.compat.v1.nn", "standin.api.nn"),
        ("tensorflow.python.ops.array_ops", "standin.api.python.ops.array_ops"),
        ("tensorflow.examples.tutorials.mnist.input_data", "standin.api.examples.tutorials.mnist.input_data"),
    ],
)
def test_modules_below_are_the_api_rooms(name: str, target: str) -> None:
    module = load(name)
    assert module is load(target)
    assert module.__name__ == module.__spec__.name == target


def test_the_statements_that_programs_use() -> None:
    names: dict[str, object] = {}
    exec(
        "import tensorflow as tf\n"
        "import tensorflow.compat.v1 as tf1\n"
        "import tensorflow.contrib.slim as slim\n"
        "import tensorflow.contrib.slim.nets\n"
        "from tensorflow.contrib.slim.nets import Net\n"
        "from tensorflow.examples.tutorials.mnist import input_data\n"
        "from tensorflow import nn, number\n"
        "import tensorflow.nn.rnn_cell as cells\n"
        "assert tf is tf1 and tf.contrib.slim is slim and tf.nn is nn and nn.rnn_cell is cells\n"
        "assert input_data.read_data_sets() == 'data' and number == 3\n"
        "assert tensorflow.contrib.slim.nets.Net is Net\n",
        names,
    )


def test_relative_imports_inside_an_aliased_module_still_work() -> None:
    assert load("tensorflow.contrib.slim").late() is load("standin.api.contrib.slim.nets")


def test_classes_pickle_under_the_librarys_name() -> None:
    net = load("tensorflow.contrib.slim.nets").Net
    assert net.__module__ == "standin.api.contrib.slim.nets"
    assert pickle.loads(pickle.dumps(net)) is net


def test_an_attribute_that_is_a_module_is_handed_out() -> None:
    assert load("tensorflow.flags") is load("standin").flags


@pytest.mark.parametrize("name", ["tensorflow.number", "tensorflow.core"])
def test_values_and_rooms_are_not_modules_of_tensorflow(name: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=f"standin does not have {name} "):
        load(name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("tensorflow.contrib.slin", "Close to it: tensorflow.contrib.slim"),
        ("tensorflow.compat.v1.contrib.slin", "Close to it: tensorflow.contrib.slim"),
        ("tensorflow.python.array_ops", "tensorflow.python.ops.array_ops"),
    ],
)
def test_a_missing_module_is_named_with_what_is_close(name: str, hint: str) -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        load(name)
    assert f"standin does not have {name} (yet)." in str(caught.value)
    assert hint in str(caught.value)
    assert caught.value.name == name


def test_nothing_close_gives_no_hint() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"does not have tensorflow.zzz \(yet\).$"):
        load("tensorflow.zzz")


def test_a_fault_inside_an_api_module_is_not_hidden() -> None:
    with pytest.raises(ModuleNotFoundError, match="a_package_that_is_not_there"):
        load("tensorflow.broken")


def test_an_installed_tensorflow_is_never_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("raise SystemExit('the real one')")
    (tmp_path / "tensorflow" / "keras.py").write_text("raise SystemExit('the real one')")
    monkeypatch.syspath_prepend(tmp_path)
    assert load("tensorflow") is load("standin")
    with pytest.raises(ModuleNotFoundError):
        load("tensorflow.keras")


def test_a_loaded_tensorflow_is_set_aside_and_put_back(standin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ModuleType("tensorflow")
    monkeypatch.setitem(sys.modules, "tensorflow", real)
    with alias.installed(standin):
        assert load("tensorflow") is load("standin")
    assert sys.modules["tensorflow"] is real


def test_other_packages_are_left_alone() -> None:
    assert load("json").__name__ == "json"
    with pytest.raises(ModuleNotFoundError, match="No module named 'tensorflow_hub'"):
        load("tensorflow_hub")


def test_tensorboard_does_not_take_the_alias_for_tensorflow() -> None:
    compat = pytest.importorskip("tensorboard.compat")
    assert load("tensorboard.compat.notf")
    assert compat.tf.__version__ == "stub"


def test_tf_slim_is_contrib_slim() -> None:
    assert load("tf_slim") is load("tensorflow.contrib.slim")
    assert load("tf_slim.nets") is load("tensorflow.contrib.slim.nets")
    with pytest.raises(ModuleNotFoundError, match=r"standin does not have tf_slim\.netz .*contrib.slim.nets"):
        load("tf_slim.netz")


def test_packages_of_the_research_models_are_slims() -> None:
    names: dict[str, object] = {}
    exec("from nets import vgg\nimport nets.vgg\nfrom datasets import dataset_utils\n", names)
    assert names["vgg"] is load("standin.slim.nets.vgg")
    assert load("nets.vgg") is names["vgg"]
    with pytest.raises(ModuleNotFoundError, match=r"nets\.resnext"):
        load("nets.resnext")


def test_a_programs_own_packages_come_before_slims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "vgg.py").write_text("own = True")
    monkeypatch.syspath_prepend(tmp_path)
    assert load("nets.vgg").own
    monkeypatch.delitem(sys.modules, "nets")
    monkeypatch.delitem(sys.modules, "nets.vgg")


def test_uninstall_leaves_no_trace() -> None:
    with alias.installed("standin"):
        load("tensorflow.contrib.slim")
        count = len(sys.meta_path)
    assert len(sys.meta_path) == count - 2
    assert not [name for name in sys.modules if name.startswith("tensorflow.")]
