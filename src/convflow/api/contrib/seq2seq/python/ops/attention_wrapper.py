"""tf.contrib.seq2seq.python.ops.attention_wrapper"""

from convflow.modeling.recurrent.seq2seq.attention import AttentionMechanism, BahdanauAttention, LuongAttention
from convflow.modeling.recurrent.seq2seq.attention import MemoryAttention as _BaseAttentionMechanism
from convflow.modeling.recurrent.seq2seq.attention import bahdanau_score as _bahdanau_score
from convflow.modeling.recurrent.seq2seq.attention import luong_score as _luong_score
from convflow.modeling.recurrent.seq2seq.attention_wrapper import AttentionWrapper, AttentionWrapperState
from convflow.modeling.recurrent.seq2seq.attention_wrapper import compute_attention as _compute_attention
from convflow.modeling.recurrent.seq2seq.memory import hardmax
from convflow.modeling.recurrent.seq2seq.memory import maybe_mask_score as _maybe_mask_score
from convflow.modeling.recurrent.seq2seq.memory import prepared as _prepare_memory
from convflow.modeling.recurrent.seq2seq.monotonic import (
    BahdanauMonotonicAttention,
    LuongMonotonicAttention,
    monotonic_attention,
    safe_cumprod,
)
from convflow.modeling.recurrent.seq2seq.monotonic import MonotonicAttention as _BaseMonotonicAttentionMechanism
from convflow.modeling.recurrent.seq2seq.monotonic import monotonic_probability_fn as _monotonic_probability_fn
