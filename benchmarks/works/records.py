"""Reading 10,000 Examples with a JPEG of 224x224 each from a TFRecord file: parsed, decoded, in batches of 100."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.works.program import Action

EXAMPLES, SIZE, BATCH = 10_000, 224, 100
# Pictures that differ; each is written under many labels.
_PICTURES = 250


def _cached() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return home / "convflow" / "benchmarks" / f"jpeg_{EXAMPLES}x{SIZE}.tfrecord"


def _jpegs(tf: Any) -> list[bytes]:
    """Coarse colours with fine noise: about as many bytes a pixel as a photograph has."""
    random = np.random.RandomState(0)
    with tf.Graph().as_default(), tf.Session() as session:
        picture = tf.placeholder(tf.uint8, [SIZE, SIZE, 3])
        encoded = tf.image.encode_jpeg(picture, quality=90)
        jpegs = []
        for _ in range(_PICTURES):
            coarse = np.kron(random.randint(32, 224, size=(14, 14, 3)), np.ones((16, 16, 1)))
            pixels = (coarse + random.randint(-12, 12, size=(SIZE, SIZE, 3))).astype(np.uint8)
            jpegs.append(session.run(encoded, {picture: pixels}))
    return jpegs


def _make(tf: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    jpegs = _jpegs(tf)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with tf.python_io.TFRecordWriter(str(temporary)) as writer:
        for number in range(EXAMPLES):
            image = tf.train.Feature(bytes_list=tf.train.BytesList(value=[jpegs[number % _PICTURES]]))
            label = tf.train.Feature(int64_list=tf.train.Int64List(value=[number]))
            features = tf.train.Features(feature={"image": image, "label": label})
            writer.write(tf.train.Example(features=features).SerializeToString())
    os.replace(temporary, path)


def _parsed(tf: Any, record: Any) -> tuple[Any, Any]:
    wanted = {"image": tf.FixedLenFeature([], tf.string), "label": tf.FixedLenFeature([], tf.int64)}
    example = tf.parse_single_example(record, wanted)
    return tf.image.decode_jpeg(example["image"], channels=3), example["label"]


def build(tf: Any, slim: Any, batch: int, training: bool) -> Action:
    path = _cached()
    if not path.exists():
        _make(tf, path)
    threads = int(os.environ["OMP_NUM_THREADS"])
    records = tf.data.TFRecordDataset(str(path)).map(lambda record: _parsed(tf, record), num_parallel_calls=threads)
    iterator = tf.data.make_initializable_iterator(records.batch(BATCH).prefetch(1))
    images, labels = iterator.get_next()
    session = tf.Session()

    def step() -> None:
        """One pass over the file."""
        session.run(iterator.initializer)
        total = 0
        for _ in range(EXAMPLES // BATCH):
            pictures, numbers = session.run([images, labels])
            total += int(numbers.sum())
        if pictures.shape != (BATCH, SIZE, SIZE, 3) or total != EXAMPLES * (EXAMPLES - 1) // 2:
            raise RuntimeError(f"The pass read {pictures.shape} at its end and labels that add up to {total}.")

    return Action(step)
