"""Names from before TensorFlow 1.0, and the ones that 1.0 gave them; "" where it gave none.

Source: the list of changes of the release 1.0 and its converter's table.
"""

from __future__ import annotations

_LINEAR_ALGEBRA = (
    "cholesky",
    "cholesky_solve",
    "fft",
    "fft2d",
    "fft3d",
    "ifft",
    "ifft2d",
    "ifft3d",
    "matrix_band_part",
    "matrix_determinant",
    "matrix_diag",
    "matrix_diag_part",
    "matrix_inverse",
    "matrix_set_diag",
    "matrix_solve",
    "matrix_solve_ls",
    "matrix_transpose",
    "matrix_triangular_solve",
    "self_adjoint_eig",
    "self_adjoint_eigvals",
    "svd",
)

NEWER: dict[str, str] = {
    **{f"tf.batch_{name}": f"tf.{name}" for name in _LINEAR_ALGEBRA},
    "tf.audio_summary": "tf.summary.audio",
    "tf.batch_matmul": "tf.matmul",
    "tf.complex_abs": "tf.abs",
    "tf.histogram_summary": "tf.summary.histogram",
    "tf.image_summary": "tf.summary.image",
    "tf.inv": "tf.reciprocal",
    "tf.inverse_fft": "tf.ifft",
    "tf.inverse_fft2d": "tf.ifft2d",
    "tf.inverse_fft3d": "tf.ifft3d",
    "tf.listdiff": "tf.setdiff1d",
    "tf.merge_all_summaries": "tf.summary.merge_all",
    "tf.merge_summary": "tf.summary.merge",
    "tf.mul": "tf.multiply",
    "tf.neg": "tf.negative",
    "tf.op_scope": "tf.name_scope",
    "tf.pack": "tf.stack",
    "tf.scalar_summary": "tf.summary.scalar",
    "tf.select": "tf.where",
    "tf.sub": "tf.subtract",
    "tf.unpack": "tf.unstack",
    "tf.image.per_image_whitening": "tf.image.per_image_standardization",
    "tf.nn.bidirectional_rnn": "tf.nn.static_bidirectional_rnn",
    "tf.nn.deconv2d": "tf.nn.conv2d_transpose",
    "tf.nn.rnn": "tf.nn.static_rnn",
    "tf.nn.seq2seq": "tf.contrib.legacy_seq2seq",
    "tf.nn.state_saving_rnn": "tf.nn.static_state_saving_rnn",
    "tf.train.SummaryWriter": "tf.summary.FileWriter",
    "tf.train.summary_writer": "tf.summary.FileWriter",
}
