"""tensorflow.python.lib.io.file_io"""

from convflow.formats.file_io import (
    FileIO,
    copy,
    create_dir,
    delete_file,
    delete_recursively,
    file_exists,
    get_matching_files,
    is_directory,
    list_directory,
    read_file_to_string,
    recursive_create_dir,
    rename,
    stat,
    walk,
    write_string_to_file,
)
