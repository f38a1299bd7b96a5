import pytest

from convflow.graph.device import DeviceSpec
from convflow.graph.scopes import device
from convflow.ops.array.identity import no_op


def test_parts_of_a_name():
    spec = DeviceSpec.from_string("/job:ps/replica:1/task:3/gpu:2")
    assert (spec.job, spec.replica, spec.task, spec.device_type, spec.device_index) == ("ps", 1, 3, "GPU", 2)
    assert spec.to_string() == "/job:ps/replica:1/task:3/device:GPU:2"
    assert DeviceSpec(job="w", device_type="cpu").to_string() == "/job:w/device:CPU:*"


def test_merging():
    spec = DeviceSpec(job="a", task=1)
    spec.merge_from(DeviceSpec.from_string("/task:2/cpu:0"))
    assert spec == DeviceSpec.from_string("/job:a/task:2/device:CPU:0")
    assert spec.replace(task=None).to_string() == "/job:a/device:CPU:0"
    assert hash(spec) == hash(DeviceSpec.from_string(spec.to_string()))


def test_a_spec_places_nodes():
    with device(DeviceSpec(device_type="GPU", device_index=1)):
        assert no_op().device == "/device:GPU:1"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/foo:0", r"Unknown attribute 'foo' .* device spec: '/foo:0'. '/device:CPU:0', '/gpu:0' and"),
        ("/task:x", r"'x' is not a number, in the device spec '/task:x'"),
        ("/cpu:0/gpu:0", r"Multiple device types are not allowed"),
    ],
)
def test_refused_names(name, message):
    with pytest.raises(ValueError, match=message), device(name):
        no_op()


def test_what_is_no_device():
    with pytest.raises(TypeError, match=r"a tf.DeviceSpec, a function of the node, or None; got 3"):
        device(3).__enter__()
