"""Ops against recorded TensorFlow results: values, types, static shapes, gradients, errors.

The cases are data (`tests/golden/ops/*.json`), recorded by `tests/golden/record_ops.py`; what a case holds is
said in `tests/golden/ops/cases.py`, which evaluates it here as it did there.
"""

from __future__ import annotations

import builtins
import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "ops"


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"golden_ops_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases = _load(GOLDEN / "cases.py")
CASES = [
    case for path in sorted(GOLDEN.glob("*.json")) for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
]
VALUED = [case for case in CASES if "raises" not in case]
DIFFERENTIABLE = [case for case in VALUED if case["differentiate"]]
FAILING = [case for case in CASES if "raises" in case]

# Relative tolerance of a float32 result by function: sums of products may be added in another order, and
# transcendental functions differ by a few units in the last place. Everything else is a matter of rounding once.
ROUNDED_ONCE = 3e-7
RELATIVE = {
    "nn.conv2d": 2e-5,
    **dict.fromkeys(
        ["nn.ctc_loss", "nn.ctc_loss_v2", "nn.ctc_beam_search_decoder", "nn.ctc_beam_search_decoder_v2"], 1e-5
    ),
    "nn.ctc_greedy_decoder": 1e-6,
    "matmul": 1e-5,
    "Tensor.__matmul__": 1e-5,
    "nn.fused_batch_norm": 2e-5,
    "nn.batch_normalization": 3e-6,
    "nn.batch_norm_with_global_normalization": 3e-6,
    "nn.moments": 3e-6,
    "nn.weighted_moments": 3e-6,
    "nn.sufficient_statistics": 3e-6,
    "nn.normalize_moments": 3e-6,
    "nn.lrn": 3e-6,
    "nn.local_response_normalization": 3e-6,
    "nn.l2_normalize": 3e-6,
    "math.l2_normalize": 3e-6,
    "nn.softmax": 3e-6,
    "nn.log_softmax": 3e-6,
    "nn.softmax_cross_entropy_with_logits": 3e-6,
    "nn.softmax_cross_entropy_with_logits_v2": 3e-6,
    "nn.sparse_softmax_cross_entropy_with_logits": 3e-6,
    "nn.sigmoid_cross_entropy_with_logits": 3e-6,
    "losses.softmax_cross_entropy": 3e-6,
    "losses.sparse_softmax_cross_entropy": 3e-6,
    "losses.mean_squared_error": 3e-6,
    "nn.l2_loss": 3e-6,
    "nn.crelu": 3e-6,
    "nn.selu": 3e-6,
    "nn.softsign": 3e-6,
    "nn.swish": 3e-6,
    "log_sigmoid": 3e-6,
    "math.softplus": 3e-6,
    "math.softsign": 3e-6,
    "math.log_sigmoid": 3e-6,
    "math.sigmoid": 3e-6,
    "math.softmax": 3e-6,
    "math.log_softmax": 3e-6,
    "nn.xw_plus_b": 3e-6,
    "nn.relu_layer": 3e-6,
    "nn.weighted_cross_entropy_with_logits": 3e-6,
    "nn.log_poisson_loss": 3e-6,
    "nn.bias_add": 3e-6,
    "nn.elu": 3e-6,
    "nn.softplus": 3e-6,
    "pow": 3e-6,
    "Tensor.__pow__": 3e-6,
    "Tensor.__rpow__": 3e-6,
    "mod": 3e-6,
    "floormod": 3e-6,
    "exp": 3e-6,
    "log": 3e-6,
    "log1p": 3e-6,
    "sigmoid": 3e-6,
    "nn.sigmoid": 3e-6,
    "tanh": 3e-6,
    "nn.tanh": 3e-6,
    "sin": 3e-6,
    "cos": 3e-6,
    "rsqrt": 3e-6,
    "reduce_sum": 3e-6,
    "reduce_mean": 3e-6,
    "reduce_prod": 3e-6,
    "reduce_logsumexp": 3e-6,
    "cumsum": 3e-6,
    "random_normal": 3e-6,
    "truncated_normal": 3e-6,
    "linspace": 1e-6,
    # Sums of transforms, and logarithms of frequencies whose differences are small.
    **dict.fromkeys(["signal.stft", "signal.inverse_stft", "signal.mfccs_from_log_mel_spectrograms"], 5e-6),
    "signal.linear_to_mel_weight_matrix": 3e-5,
    "signal.hann_window": 3e-6,
    "signal.hamming_window": 3e-6,
    "raw_ops.RandomGammaGrad": 3e-6,
    # Decompositions and iterations add up rounding over many steps.
    **dict.fromkeys(
        [
            "matrix_inverse",
            "linalg.inv",
            "matrix_determinant",
            "linalg.det",
            "linalg.slogdet",
            "linalg.logdet",
            "matrix_solve",
            "linalg.solve",
            "matrix_triangular_solve",
            "matrix_solve_ls",
            "linalg.lstsq",
            "svd",
            "cholesky",
            "linalg.cholesky",
            "cholesky_solve",
            "linalg.cholesky_solve",
            "self_adjoint_eigvals",
            "linalg.eigvalsh",
            "linalg.pinv",
            "linalg.sqrtm",
            "matrix_square_root",
            "linalg.expm",
            "linalg.logm",
            "linalg.lu",
            "norm",
            "linalg.norm",
            "linalg.normalize",
            "linalg.tridiagonal_matmul",
            "linalg.tridiagonal_solve",
            "linalg.triangular_solve",
        ],
        2e-5,
    ),
    # Sums of products, as matmul's.
    **dict.fromkeys(["einsum", "tensordot", "linalg.matmul", "linalg.matvec", "sparse_matmul"], 1e-5),
    # Series and expansions of another making than TensorFlow's; a float32 is exact to some units in its last place.
    **dict.fromkeys(
        [
            "tan",
            "asin",
            "acos",
            "atan",
            "atan2",
            "sinh",
            "cosh",
            "asinh",
            "acosh",
            "atanh",
            "expm1",
            "erf",
            "erfc",
            "lgamma",
            "digamma",
            "polygamma",
            "zeta",
            "igamma",
            "igammac",
            "betainc",
            "lbeta",
            "math.erfinv",
            "math.ndtri",
            "math.erfcinv",
            "math.bessel_i0",
            "math.bessel_i0e",
            "math.bessel_i1",
            "math.bessel_i1e",
            "math.xlogy",
            "math.xlog1py",
            "math.cumulative_logsumexp",
            "log_sigmoid",
            "math.softplus",
            "angle",
            "sqrt",
            "cumprod",
            "clip_by_norm",
            "clip_by_average_norm",
            "clip_by_global_norm",
            "global_norm",
            "math.reduce_variance",
            "math.reduce_std",
            "math.reduce_euclidean_norm",
            "math.polyval",
        ],
        3e-6,
    ),
    **dict.fromkeys(
        [
            f"{place}{kind}{axes}"
            for place in ("", "spectral.", "signal.")
            for kind in ("fft", "ifft", "rfft", "irfft")
            for axes in ("", "2d", "3d")
        ],
        3e-6,
    ),
    "spectral.dct": 3e-6,
    # Colours go through another space and back; similarities are quotients of small differences.
    **dict.fromkeys(
        [
            "image.adjust_contrast",
            "image.adjust_gamma",
            "image.adjust_hue",
            "image.adjust_saturation",
            "image.crop_and_resize",
            "image.per_image_standardization",
            "image.psnr",
            "image.random_contrast",
            "image.random_hue",
            "image.random_saturation",
            "image.resize_area",
            "image.rgb_to_hsv",
            "image.sobel_edges",
            "image.total_variation",
        ],
        3e-6,
    ),
    "image.ssim": 2e-5,
    "image.ssim_multiscale": 2e-5,
    "spectral.idct": 3e-6,
}
# A gradient is at least one product and, where an input was broadcast, a sum.
GRADIENT = 3e-6
# How much finer (or coarser) than float32 another type is.
SCALE = {"float16": 3000.0, "float32": 1.0, "float64": 1e-7, "complex64": 1.0, "complex128": 1e-7}


# Functions of which 2.21 knows less of a shape than 1.15 did (transposed convolutions: the batch size that
# output_shape says) or than follows (dilation of a batch of unknown size), or refuses what it could find out in running
# (filters of unknown size that are to be spread out).
KNOWN_BETTER = {
    "nn.atrous_conv2d",
    "nn.atrous_conv2d_transpose",
    "nn.conv1d_transpose",
    "nn.conv2d_backprop_input",
    "nn.conv2d_transpose",
    "nn.conv_transpose",
    "nn.convolution",
    "nn.depthwise_conv2d",
    "nn.dilation2d",
    "nn.erosion2d",
    "nn.separable_conv2d",
    "raw_ops.LowerBound",
    "raw_ops.UpperBound",
}

# Recorded ahead of the library: skipped as long as it lacks them. All other functions must be there.
LATER = {
    "losses.mean_squared_error",
    "losses.softmax_cross_entropy",
    "losses.sparse_softmax_cross_entropy",
}


@pytest.fixture(autouse=True)
def _has_the_function(request: pytest.FixtureRequest) -> None:
    case = request.node.callspec.params.get("case") if hasattr(request.node, "callspec") else None
    if case is None or case["call"] not in LATER:
        return
    owner: Any = tf
    for part in case["call"].split("."):
        owner = getattr(owner, part, None)
        if owner is None:
            pytest.skip(f"tf.{case['call']} is not there yet")


def close(ours: np.ndarray, recorded: dict[str, Any], relative: float, what: str) -> None:
    theirs = cases.decode(recorded)
    assert list(ours.shape) == recorded["shape"], f"{what}: shape"
    if recorded["dtype"] not in SCALE:
        np.testing.assert_array_equal(_text(ours), theirs, err_msg=what)
        return
    tolerance = relative * SCALE[recorded["dtype"]]
    # Sums may cancel, so a difference also counts in units of the largest value.
    finite = np.abs(theirs[np.isfinite(theirs)])
    largest = float(finite.max()) if finite.size else 0.0
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * largest, err_msg=what)


def _text(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind not in "OS":
        return values
    flat = [item.decode() if isinstance(item, bytes) else item for item in values.ravel().tolist()]
    return np.array(flat, object).reshape(values.shape)


def evaluate(case: dict[str, Any], knowledge: str, differentiate: bool) -> dict[str, Any]:
    wanted = case if differentiate else {**case, "differentiate": []}
    return cases.evaluate(tf, wanted, knowledge)


def knowledges(chosen: list[dict[str, Any]]) -> list[Any]:
    """Each case with shapes known, and with none known where TensorFlow can do without."""
    return [
        pytest.param(case, knowledge, id=f"{case['id']}-{knowledge}")
        for case in chosen
        for knowledge in ("full", "nothing")
        if knowledge == "full" or (case["inputs"] and not case.get("needs_shapes"))
    ]


@pytest.mark.parametrize(("case", "knowledge"), knowledges(VALUED))
def test_values(case: dict[str, Any], knowledge: str) -> None:
    found = evaluate(case, knowledge, differentiate=False)
    assert found["dtypes"] == case["dtypes"]
    relative = RELATIVE.get(case["call"], ROUNDED_ONCE)
    for number, (ours, theirs) in enumerate(zip(found["outputs"], case["outputs"], strict=True)):
        for index, (value, expected) in enumerate(zip(ours, theirs, strict=True)):
            close(value, expected, relative, f"run {number}, output {index}")


@pytest.mark.parametrize(("case", "knowledge"), knowledges(DIFFERENTIABLE))
def test_gradients(case: dict[str, Any], knowledge: str) -> None:
    found = evaluate(case, knowledge, differentiate=True)["gradients"]
    relative = max(RELATIVE.get(case["call"], 0.0), GRADIENT)
    for position, ours, theirs in zip(case["differentiate"], found, case["gradients"], strict=True):
        assert (ours is None) == (theirs is None), f"gradient by input {position}"
        if theirs is not None:
            close(ours, theirs, relative, f"gradient by input {position}")


@pytest.mark.parametrize("case", VALUED, ids=[case["id"] for case in VALUED])
def test_static_shapes(case: dict[str, Any]) -> None:
    found = {knowledge: cases.static_shapes(tf, case, knowledge) for knowledge in case["static"]}
    if case["call"] in KNOWN_BETTER:
        for knowledge, theirs in case["static"].items():
            assert _refines(found[knowledge], theirs), f"{knowledge}: {found[knowledge]}, TensorFlow: {theirs}"
        return
    assert _errors_alike(found) == _errors_alike(case["static"])


def _refines(ours: Any, theirs: Any) -> bool:
    """Whether each of our sizes is theirs where they know it; where they refuse, we may go on."""
    if isinstance(theirs, dict):
        return True
    return len(ours) == len(theirs) and all(
        their is None
        or (
            our is not None
            and len(our) == len(their)
            and all(size in (None, known) for size, known in zip(their, our, strict=True))
        )
        for our, their in zip(ours, theirs, strict=True)
    )


def _errors_alike(shapes: dict[str, Any]) -> dict[str, Any]:
    """That nothing can be built is compared, not the class: TensorFlow stumbles where it could say no."""
    return {k: "refused" if isinstance(shape, dict) else shape for k, shape in shapes.items()}


@pytest.mark.parametrize("when", ["building", "shapes unknown"])
@pytest.mark.parametrize("case", FAILING, ids=[case["id"] for case in FAILING])
def test_errors(case: dict[str, Any], when: str) -> None:
    """TensorFlow's class of error, or one derived from it, with shapes known and found out in running."""
    name = case["raises"][when]
    if name is None:
        pytest.skip("TensorFlow raises no error here")
    expected = getattr(builtins, name, None) or getattr(tf.errors, name)
    with pytest.raises(expected):
        if when == "building":
            with cases.fresh_graph(tf):
                cases.build(tf, case, "full")
        else:
            cases.evaluate(tf, case, "nothing")


def test_there_are_hundreds_of_cases() -> None:
    assert len(CASES) >= 400
    assert len({case["id"] for case in CASES}) == len(CASES)
