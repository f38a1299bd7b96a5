import pytest

import convflow as tf


def test_constants():
    assert (tf.CXX11_ABI_FLAG, tf.MONOLITHIC_BUILD, tf.sysconfig.CXX11_ABI_FLAG) == (0, 0, 0)
    assert tf.COMPILER_VERSION == tf.version.COMPILER_VERSION
    assert {kind.name for kind in tf.QUANTIZED_DTYPES if not kind._is_ref_dtype} == {
        "qint8",
        "quint8",
        "qint16",
        "quint16",
        "qint32",
    }
    assert tf.quint8._as_ref in tf.dtypes.QUANTIZED_DTYPES


@pytest.mark.parametrize("name", ["get_compile_flags", "get_include", "get_lib", "get_link_flags"])
def test_there_is_nothing_to_compile_against(name):
    with pytest.raises(NotImplementedError, match=rf"tf.sysconfig.{name} is not here: .* tf.py_func"):
        getattr(tf.sysconfig, name)()


def test_switches_of_later_releases():
    tf.enable_control_flow_v2()
    assert tf.control_flow_v2_enabled() is False
    for name in ("enable_tensor_equality", "enable_v2_tensorshape"):
        with pytest.raises(tf.errors.UnimplementedError, match=rf"tf.{name}\(\) asks for TensorFlow 2's behaviour"):
            getattr(tf, name)()


def test_a_status_that_is_not_ok():
    with tf.errors.raise_exception_on_not_ok_status() as status:
        pass
    with (
        pytest.raises(tf.errors.NotFoundError, match="no such file"),
        tf.errors.raise_exception_on_not_ok_status() as status,
    ):
        status.code, status.message = tf.errors.NOT_FOUND, "no such file"
    with pytest.raises(KeyError), tf.errors.raise_exception_on_not_ok_status() as status:
        status.code = tf.errors.NOT_FOUND
        raise KeyError("first")


def test_a_day_that_stands_for_today():
    assert tf.compat.forward_compatible(2019, 10, 1)
    with tf.compat.forward_compatibility_horizon(2019, 9, 1):
        assert not tf.compat.forward_compatible(2019, 10, 1)
        assert tf.compat.forward_compatible(2019, 8, 1)
    assert tf.compat.forward_compatible(2019, 10, 1)
    with pytest.raises(ValueError, match="day"), tf.compat.forward_compatibility_horizon(2019, 2, 30):
        pass
