"""What must hold for every op of the registry."""

import csv
import os
import re
import sys
from pathlib import Path

import pytest

from convflow import api  # noqa: F401  # registers every op
from convflow.graph import opdef

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
sys.path.append(str(Path(__file__).resolve().parent))

import user_functions  # noqa: E402

SPEC = Path(os.environ.get("CONVFLOW_SPEC", ROOT.parent / "shared" / "spec")) / "ops.tsv"
OPS = list(opdef.all_ops())
MADE_BY = user_functions.user_functions(ROOT / "src" / "convflow")

# Attributes that TensorFlow 1.15 did not have; its files and programs never set them.
NEWER_THAN_1_15 = {
    "grad_a", "grad_b", "grad_x", "grad_y", "metadata", "bad_indices_policy", "buffer_size_min", "replicate_on_split",
    "is_files", "force_synchronous", "use_unbounded_threadpool", "debug_name",
    "allowed_devices",
}  # fmt: skip

# Ops that no function of the API makes by itself, and what makes them.
INTERNAL = {
    "GenerateVocabRemapping": "graphs of TensorFlow that begin with words of another vocabulary",
    "AccumulateNV2": "graphs of TensorFlow before 2.0",
    "AccumulatorApplyGradient": "graphs of TensorFlow before 1.15",
    "AccumulatorTakeGradient": "graphs of TensorFlow before 1.15",
    "ConditionalAccumulator": "graphs of TensorFlow before 1.15",
    "AvgPool3DGrad": "the gradient of AvgPool3D",
    "AvgPoolGrad": "the gradient of AvgPool",
    "BatchDatasetV2": "Dataset.batch",
    "BatchMatMul": "graphs of TensorFlow before 1.14",
    "BiasAddGrad": "the gradient of BiasAdd",
    "Bincount": "graphs of TensorFlow before 2.0",
    "CacheDataset": "Dataset.cache",
    "ConcatOffset": "the gradient of ConcatV2",
    "ConcatenateDataset": "Dataset.concatenate",
    "CropAndResizeGradBoxes": "the gradient of CropAndResize",
    "CropAndResizeGradImage": "the gradient of CropAndResize",
    "CudnnRNNBackprop": "the gradient of CudnnRNN",
    "CudnnRNNBackpropV3": "the gradient of CudnnRNNV3",
    "DatasetToSingleElement": "tf.data.experimental.get_single_element",
    "Dilation2DBackpropFilter": "the gradient of Dilation2D",
    "Dilation2DBackpropInput": "the gradient of Dilation2D",
    "DirectedInterleaveDataset": "tf.data.experimental.choose_from_datasets and sample_from_datasets",
    "Div": "graphs of TensorFlow before 1.0",
    "EluGrad": "the gradient of Elu",
    "FilterDataset": "Dataset.filter",
    "FixedLengthRecordDataset": "graphs of TensorFlow 1",
    "FlatMapDataset": "Dataset.flat_map",
    "FractionalAvgPoolGrad": "the gradient of FractionalAvgPool",
    "FractionalMaxPoolGrad": "the gradient of FractionalMaxPool",
    "FusedBatchNorm": "graphs of TensorFlow before 1.1",
    "FusedBatchNormGrad": "the gradient of FusedBatchNorm",
    "FusedBatchNormGradV2": "the gradient of FusedBatchNormV2",
    "FusedBatchNormGradV3": "the gradient of FusedBatchNormV3",
    "FusedBatchNormV2": "graphs of TensorFlow before 1.15",
    "GeneratorDataset": "Dataset.from_generator",
    "GroupByWindowDataset": "tf.data.experimental.group_by_window",
    "IgnoreErrorsDataset": "tf.data.experimental.ignore_errors",
    "InTopK": "graphs of TensorFlow 1",
    "InitializeTable": "graphs of TensorFlow before 1.0",
    "InitializeTableFromTextFile": "graphs of TensorFlow before 1.0",
    "InitializeTableV2": "tf.lookup.StaticHashTable",
    "InterleaveDataset": "Dataset.interleave",
    "Inv": "graphs of TensorFlow before 1.0",
    "InvGrad": "the gradient of Inv",
    "LRNGrad": "the gradient of LRN",
    "LeakyReluGrad": "the gradient of LeakyRelu",
    "LookupTableExport": "graphs of TensorFlow before 1.0",
    "LookupTableFind": "graphs of TensorFlow before 1.0",
    "LookupTableImport": "graphs of TensorFlow before 1.0",
    "LookupTableInsert": "graphs of TensorFlow before 1.0",
    "LookupTableInsertV2": "tf.contrib.lookup.MutableHashTable and its like",
    "LookupTableRemoveV2": "tf.contrib.lookup.MutableHashTable and its like",
    "LookupTableSize": "graphs of TensorFlow before 1.0",
    "MapAndBatchDataset": "tf.data.experimental.map_and_batch",
    "MapDataset": "Dataset.map",
    "MatrixDiag": "graphs of TensorFlow 1",
    "MatrixDiagPart": "graphs of TensorFlow 1",
    "MatrixDiagPartV2": "graphs of TensorFlow 1",
    "MatrixDiagV2": "graphs of TensorFlow 1",
    "MatrixSetDiag": "graphs of TensorFlow 1",
    "MatrixSetDiagV2": "graphs of TensorFlow 1",
    "MaxPool3DGrad": "the gradient of MaxPool3D",
    "MaxPool3DGradGrad": "the gradient of MaxPool3DGrad",
    "MaxPoolGrad": "the gradient of MaxPool",
    "MaxPoolGradGrad": "the gradient of MaxPoolGrad",
    "MaxPoolGradGradWithArgmax": "graphs made elsewhere: no gradient function of TensorFlow's own asks for it",
    "MaxPoolGradWithArgmax": "the gradient of MaxPoolWithArgmax",
    "MirrorPadGrad": "the gradient of MirrorPad",
    "Mod": "graphs of TensorFlow before 1.0",
    "MutableDenseHashTableV2": "tf.contrib.lookup.MutableHashTable and its like",
    "MutableHashTableOfTensors": "graphs of TensorFlow before 1.0",
    "MutableHashTableOfTensorsV2": "tf.contrib.lookup.MutableHashTable and its like",
    "MutableHashTableV2": "tf.contrib.lookup.MutableHashTable and its like",
    "NonMaxSuppression": "graphs of TensorFlow before 1.3",
    "NonMaxSuppressionV2": "graphs of TensorFlow before 1.10",
    "OnesLike": "the gradient of Pow",
    "PaddedBatchDatasetV2": "Dataset.padded_batch",
    "ParallelBatchDataset": "Dataset.batch with num_parallel_calls",
    "ParallelInterleaveDatasetV4": "Dataset.interleave with num_parallel_calls",
    "ParallelMapDatasetV2": "Dataset.map with num_parallel_calls",
    "PrefetchDataset": "Dataset.prefetch",
    "RandomDataset": "tf.data.experimental.RandomDataset",
    "RandomGammaGrad": "the gradient of RandomGamma",
    "RandomPoisson": "graphs of TensorFlow before 1.6",
    "ReciprocalGrad": "the gradient of Reciprocal",
    "ReduceDataset": "Dataset.reduce",
    "Relu6Grad": "the gradient of Relu6",
    "ReluGrad": "the gradient of Relu",
    "ResizeBicubicGrad": "the gradient of ResizeBicubic",
    "ResamplerGrad": "the gradient of Resampler",
    "ResizeBilinearGrad": "the gradient of ResizeBilinear",
    "ResizeNearestNeighborGrad": "the gradient of ResizeNearestNeighbor",
    "RsqrtGrad": "the gradient of Rsqrt",
    "SampleDistortedBoundingBox": "graphs of TensorFlow before 1.4",
    "ScanDataset": "tf.data.experimental.scan",
    "SeluGrad": "the gradient of Selu",
    "ShardDataset": "Dataset.shard",
    "ShuffleAndRepeatDataset": "tf.data.experimental.shuffle_and_repeat",
    "ShuffleDataset": "Dataset.shuffle",
    "SigmoidGrad": "the gradient of Sigmoid",
    "SoftplusGrad": "the gradient of Softplus",
    "SoftsignGrad": "the gradient of Softsign",
    "SparseAddGrad": "the gradient of SparseAdd",
    "SparseDenseCwiseAdd": "the gradient of SparseSoftmax",
    "SparseDenseCwiseDiv": "SparseTensor.__truediv__",
    "SparseDenseCwiseMul": "SparseTensor.__mul__",
    "SparseFillEmptyRowsGrad": "the gradient of SparseFillEmptyRows",
    "SparseSegmentMeanGrad": "the gradient of SparseSegmentMean",
    "SparseSegmentMeanWithNumSegments": "the function of SparseSegmentMean, given num_segments",
    "SparseSegmentSqrtNGrad": "the gradient of SparseSegmentSqrtN",
    "SparseSegmentSqrtNWithNumSegments": "the function of SparseSegmentSqrtN, given num_segments",
    "SparseSegmentSumGrad": "the gradient of SparseSegmentSum",
    "SparseSegmentSumWithNumSegments": "the function of SparseSegmentSum, given num_segments",
    "SparseSliceGrad": "the gradient of SparseSlice",
    "SqrtGrad": "the gradient of Sqrt",
    "StatelessRandomNormal": "tf.random.stateless_normal of 1.15",
    "StatelessRandomUniform": "tf.random.stateless_uniform of 1.15",
    "StatelessRandomUniformInt": "tf.random.stateless_uniform of 1.15",
    "StatelessTruncatedNormal": "tf.random.stateless_truncated_normal of 1.15",
    "StridedSliceGrad": "the gradient of StridedSlice",
    "TakeWhileDataset": "Dataset.take_while",
    "TanhGrad": "the gradient of Tanh",
    "ThreadUnsafeUnigramCandidateSampler": "LearnedUnigramCandidateSampler without a lock, in old graphs",
    "TopK": "graphs of TensorFlow before GraphDef 7",
    "UnbatchDataset": "Dataset.unbatch",
    "UniqueDataset": "tf.data.experimental.unique",
    "WriteRawProtoSummary": "summaries that TensorFlow 2 writes",
    "FusedPadConv2D": "graphs that optimize_for_inference writes",
    "FusedResizeAndPadConv2D": "graphs that optimize_for_inference writes",
}
GRADIENT_OF = "the gradient of "

# Ops of 1.15's tf.contrib libraries, which the registry of 2.x does not list.
CONTRIB = {
    "GatherTree": {
        "inputs": "step_ids: T; parent_ids: T; max_sequence_lengths: int32; end_token: T",
        "outputs": "beams: T",
        "attrs": "T: type in {int32}",
        "stateful": "false",
        "has_gradient": "no",
    },
    "Resampler": {
        "inputs": "data: T; warp: T",
        "outputs": "output: T",
        "attrs": "T: type in {half, bfloat16, float, double}",
        "stateful": "false",
        "has_gradient": "yes",
    },
    "ResamplerGrad": {
        "inputs": "data: T; warp: T; grad_output: T",
        "outputs": "grad_data: T; grad_warp: T",
        "attrs": "T: type in {half, bfloat16, float, double}",
        "stateful": "false",
        "has_gradient": "no",
    },
}

every_op = pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)


@pytest.fixture(scope="module")
def spec():
    if not SPEC.exists():
        pytest.skip(f"{SPEC} is not here; CONVFLOW_SPEC names its folder")
    with SPEC.open(encoding="utf-8", newline="") as file:
        return CONTRIB | {row["op"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def _attrs(text):
    # Defaults that are tensors are no Python literals: those of other attributes are compared.
    plain = re.sub(r"(\w+: tensor) = tensor\([^)]*\)", r"\1", text)
    return {attr.name: attr for attr in map(opdef._parse_attr, opdef._split(plain))}


@every_op
def test_signature_is_tensorflows(op, spec):
    row = spec[op.name]
    attrs = _attrs(row["attrs"])
    for name, mine in (("inputs", op.inputs), ("outputs", op.outputs)):
        assert mine == tuple(opdef._parse_arg(text, attrs) for text in opdef._split(row[name])), name
    assert attrs.keys() - op.attrs.keys() <= NEWER_THAN_1_15
    assert op.attrs.keys() <= attrs.keys()
    for name, attr in op.attrs.items():
        theirs = attrs[name]
        assert (attr.type, attr.minimum) == (theirs.type, theirs.minimum), name
        assert attr.type == "tensor" or attr.default == theirs.default, name
        assert theirs.allowed is None or set(attr.allowed) <= set(theirs.allowed), name
        assert theirs.allowed is not None or attr.allowed is None, name


@every_op
def test_statefulness_is_tensorflows(op, spec):
    assert op.stateful == (spec[op.name]["stateful"] == "true")


@every_op
def test_gradient_is_there_where_tensorflow_has_one(op, spec):
    expected = {"yes": None, "not_differentiable": opdef.NOT_DIFFERENTIABLE, "no": opdef.NO_GRADIENT}
    mark = expected[spec[op.name]["has_gradient"]]
    assert callable(op.gradient) if mark is None else op.gradient is mark


@every_op
def test_has_a_documented_function(op):
    assert MADE_BY.get(op.name) or op.name in INTERNAL, f"no documented function makes {op.name}"


@pytest.fixture(scope="module")
def words_of_tests():
    files = [path for path in TESTS.rglob("*") if path.suffix in (".py", ".json") and path != Path(__file__).resolve()]
    return {word for path in files for word in re.findall(r"\w+", path.read_text(encoding="utf-8", errors="ignore"))}


@every_op
def test_has_a_test(op, words_of_tests):
    names = {op.name, *MADE_BY.get(op.name, ())}
    if INTERNAL.get(op.name, "").startswith(GRADIENT_OF):
        # The tests of a function take its gradient too.
        names |= MADE_BY.get(INTERNAL[op.name].removeprefix(GRADIENT_OF), set())
    assert names & words_of_tests, f"no test names {op.name} or {', '.join(sorted(names))}"


def test_internal_ops_are_registered():
    assert INTERNAL.keys() <= {op.name for op in OPS}
