"""tf.gfile"""

from convflow.formats.gfile import GFile
from convflow.formats.gfile import GFile as FastGFile
from convflow.formats.gfile import GFile as Open
from convflow.formats.gfile_v1 import (
    Copy,
    DeleteRecursively,
    Exists,
    Glob,
    IsDirectory,
    ListDirectory,
    MakeDirs,
    MkDir,
    Remove,
    Rename,
    Stat,
    Walk,
)
