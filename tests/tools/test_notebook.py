from __future__ import annotations

import pytest

from convflow.tools.notebook import Cell, _cell


def plain(source: str) -> str:
    """The Python of a cell; it must compile."""
    cell = _cell(1, source)
    compile(cell.source, "cell", "exec")
    assert cell.source.count("\n") == max(1, len(source.splitlines()))
    return cell.source.removesuffix("\n")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install thing", "pass"),
        ("!pip install \\\n  thing\nx = 1", "pass\n\nx = 1"),
        ("if x:\n    %reset -f\n    y = 1", "if x:\n    pass\n    y = 1"),
        ("files = !ls", "pass"),
        ("where = %pwd", "pass"),
        ("tf.nn.conv2d?", "pass"),
        ("?print", "pass"),
        ("print??", "pass"),
        ("%time x = 3", "x = 3"),
        ("for i in y:\n    %time f(i)", "for i in y:\n    f(i)"),
        ("%timeit -n 3 f()", "pass"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%capture out\nx = 1", "\nx = 1"),
    ],
)
def test_what_is_no_python_is_skipped_in_place(source: str, expected: str) -> None:
    assert plain(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "x = 7\ny = (x\n  % 4)",
        "print('loss %f'\n      % 3)",
        "x = 7 \\\n  % 4",
        "text = '''\n%matplotlib inline\n!ls\n'''",
        "x = a % b",
        "x = y != z",
        "assert x == 1, 'really?'",
        "d = {'a': 1,\n     'b': 2}",
        "x = '!'",
        "# what?",
        "",
    ],
)
def test_python_is_left_alone(source: str) -> None:
    assert plain(source) == source


@pytest.mark.parametrize("source", ["%%bash\nls\nrm x", "%%writefile a.py\nx = ", "%%html\n<b>"])
def test_a_cell_of_another_language_is_skipped_whole(source: str) -> None:
    assert _cell(4, source) == Cell(4, "pass\n", ((1, source.splitlines()[0]),))


def test_only_what_has_an_effect_is_told() -> None:
    source = "%matplotlib inline\n!mkdir out\nfiles = !ls\nhelp?"
    assert _cell(1, source).skipped == ((2, "!mkdir out"), (3, "files = !ls"))
