import numpy as np
import pytest

from convflow.formats import crc


def test_masked_crc_of_a_known_record(golden_folder):
    # The length and its checksum as they begin the recorded event file.
    start = (golden_folder / "events.out.tfevents").read_bytes()[:12]
    assert crc.masked_crc32c(start[:8]) == int.from_bytes(start[8:], "little")
    assert crc.extend(0, b"123456789") == 0xE3069283  # the check value of CRC-32C


@pytest.mark.parametrize("data", [bytearray(b"abcd"), memoryview(b"abcd"), np.frombuffer(b"abcd", np.uint16), b"abcd"])
def test_any_buffer_counts_by_its_bytes(data):
    assert crc.masked_crc32c(data) == crc.masked_crc32c(b"abcd")


def test_extending_is_the_checksum_of_the_whole():
    assert crc.extend(crc.extend(0, b"conv"), b"flow") == crc.extend(0, b"convflow")
