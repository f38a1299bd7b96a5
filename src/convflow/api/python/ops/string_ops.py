"""tensorflow.python.ops.string_ops"""

from convflow.ops.string import reduce_join, string_join, string_lower, string_strip, string_upper, substr
from convflow.ops.string_convert import as_string, decode_base64, encode_base64, string_to_number
from convflow.ops.string_hash import string_to_hash_bucket, string_to_hash_bucket_fast, string_to_hash_bucket_strong
from convflow.ops.string_regex import regex_full_match, regex_replace
from convflow.ops.string_split import string_split
