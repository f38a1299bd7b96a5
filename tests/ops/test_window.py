import pytest

from convflow.ops.window import conv_window, either, padding_attrs, pool_window, spread


def attrs(**changed):
    values = {
        "strides": [1, 1, 1, 1], "dilations": [1, 1, 1, 1], "padding": "SAME", "explicit_paddings": [],
        "data_format": "NHWC", "ksize": [1, 2, 2, 1],
    } | changed  # fmt: skip
    return values.__getitem__


def same(size, window, stride):
    # By its definition: as many places as strides begin in the input, the padding split, the odd one after.
    places = len(range(0, size, stride))
    reach = (places - 1) * stride + window
    missing = max(reach - size, 0)
    return places, (missing // 2, missing - missing // 2)


@pytest.mark.parametrize("size", [1, 2, 5, 8, 13])
@pytest.mark.parametrize("ksize", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same(size, ksize, stride):
    window = pool_window("MaxPool", attrs(ksize=[1, ksize, 1, 1], strides=[1, stride, 1, 1]))
    places, paddings = same(size, ksize, stride)
    assert window.output_sizes((4, size, 7, 3)) == (places, 7)
    assert window.paddings((4, size, 7, 3)) == (paddings, (0, 0))


def test_valid_dilated_and_explicit():
    window = conv_window("Conv2D", attrs(padding="VALID", dilations=[1, 2, 3, 1], strides=[1, 2, 1, 1]))
    assert window.with_ksize((3, 3)).output_sizes((1, 9, 9, 3)) == (3, 3)
    assert window.with_ksize((3, 3)).paddings((1, 9, 9, 3)) == ((0, 0), (0, 0))
    explicit = conv_window("Conv2D", attrs(padding="EXPLICIT", explicit_paddings=[0, 0, 1, 2, 0, 3, 0, 0]))
    assert explicit.with_ksize((3, 3)).output_sizes((1, 4, 4, 3)) == (5, 5)
    assert explicit.with_ksize((3, 3)).paddings((1, 4, 4, 3)) == ((1, 2), (0, 3))


def test_nchw_reads_its_own_axes():
    window = pool_window("MaxPool", attrs(data_format="NCHW", ksize=[1, 1, 2, 3], strides=[1, 1, 2, 1]))
    assert window.ksize == (2, 3)
    assert window.output_sizes((1, 5, 4, 6)) == (2, 6)
    assert window.arranged("n", "hw", "c") == ("n", "c", "h", "w")


def test_unknown_sizes_pass_through():
    window = conv_window("Conv2D", attrs(padding="VALID", strides=[1, 2, 2, 1]))
    assert window.output_sizes((None, 7, None, 3)) == (None, None)
    assert window.with_ksize((None, 3)).output_sizes((None, 7, 7, 3)) == (None, 3)
    same_window = conv_window("Conv2D", attrs(strides=[1, 2, 2, 1]))
    assert same_window.output_sizes((None, 7, None, 3)) == (4, None)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"strides": [1, 0, 1, 1]}, r"Stride must be > 0, but got 0 in \[1, 0, 1, 1\] for Conv2D"),
        ({"strides": [1, 1, 1]}, "stride attribute to contain 4 values, but got: 3"),
        ({"dilations": [1, 1, 0, 1]}, "Dilation rate must be >= 1, but got 0"),
        ({"padding": "EXPLICIT", "explicit_paddings": [1, 1]}, "must contain 8 values"),
        ({"padding": "EXPLICIT", "explicit_paddings": [0, 0, 1, -1, 0, 0, 0, 0]}, "must be nonnegative"),
        ({"padding": "EXPLICIT", "explicit_paddings": [0, 1, 0, 0, 0, 0, 0, 0]}, "batch or depth dimensions"),
    ],
)
def test_refusals(changed, text):
    with pytest.raises(ValueError, match=text):
        conv_window("Conv2D", attrs(**changed))


def test_window_larger_than_input_names_both():
    window = pool_window("AvgPool", attrs(padding="VALID", ksize=[1, 3, 3, 1]))
    with pytest.raises(ValueError, match=r"subtracting 3 from 2: the window \[3,3\].* shape \[\?,2,8,1\] \(NHWC\)"):
        window.output_sizes((None, 2, 8, 1))


def test_user_forms():
    assert spread(2, "NHWC", "strides") == [1, 2, 2, 1]
    assert spread([2, 3], "NCHW", "strides") == [1, 1, 2, 3]
    assert spread((1, 2, 3, 1), "NHWC", "strides") == [1, 2, 3, 1]
    assert spread(None, "NHWC", "dilations") == [1, 1, 1, 1]
    with pytest.raises(ValueError, match=r"strides should be of length 1, 2 or 4.*of length 3"):
        spread([1, 2, 3], "NHWC", "strides")
    assert padding_attrs("SAME") == ("SAME", [])
    assert padding_attrs([[0, 0], [1, 2], (3, 4), [0, 0]]) == ("EXPLICIT", [0, 0, 1, 2, 3, 4, 0, 0])
    with pytest.raises(ValueError, match="of size 4"):
        padding_attrs([[1, 1]])
    with pytest.raises(ValueError, match="each element must be a list of size 2"):
        padding_attrs([[0, 0], 1, 1, [0, 0]])
    with pytest.raises(ValueError, match="must be a list"):
        padding_attrs("EXPLICIT")
    assert either("new", None, "old", 3) == 3
    with pytest.raises(ValueError, match="Cannot specify both 'old' and 'new'"):
        either("new", 1, "old", 2)
