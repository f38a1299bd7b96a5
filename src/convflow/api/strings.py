"""tf.strings"""

from convflow.ops.string import reduce_join, substr
from convflow.ops.string import string_join as join
from convflow.ops.string import string_length as length
from convflow.ops.string import string_lower as lower
from convflow.ops.string import string_strip as strip
from convflow.ops.string import string_upper as upper
from convflow.ops.string_convert import as_string
from convflow.ops.string_convert import string_to_number as to_number
from convflow.ops.string_format import string_format as format
from convflow.ops.string_hash import string_to_hash_bucket as to_hash_bucket
from convflow.ops.string_hash import string_to_hash_bucket_fast as to_hash_bucket_fast
from convflow.ops.string_hash import string_to_hash_bucket_strong as to_hash_bucket_strong
from convflow.ops.string_regex import regex_full_match, regex_replace
from convflow.ops.string_segment import unsorted_segment_join
from convflow.ops.string_split import strings_split as split
from convflow.ops.string_unicode import unicode_encode, unicode_transcode
