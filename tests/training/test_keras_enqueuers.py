import itertools
import threading

import numpy as np
import pytest

import convflow as tf


class Squares(tf.keras.utils.Sequence):
    def __init__(self, count):
        self.count = count
        self.epochs = 0
        self.threads = set()

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        self.threads.add(threading.get_ident())
        return np.full(2, index**2)

    def on_epoch_end(self):
        self.epochs += 1


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_a_sequence_in_its_order(workers):
    data = Squares(5)
    enqueuer = tf.keras.utils.OrderedEnqueuer(data)
    assert not enqueuer.is_running()
    enqueuer.start(workers=workers, max_queue_size=2)
    assert enqueuer.is_running()
    found = [int(item[0]) for item in itertools.islice(enqueuer.get(), 12)]
    enqueuer.stop()
    assert not enqueuer.is_running()
    assert found == [0, 1, 4, 9, 16, 0, 1, 4, 9, 16, 0, 1]
    assert data.epochs >= 2
    assert threading.get_ident() not in data.threads


def test_a_sequence_shuffled():
    enqueuer = tf.keras.utils.OrderedEnqueuer(Squares(50), shuffle=True)
    enqueuer.start(workers=2)
    found = [int(item[0]) for item in itertools.islice(enqueuer.get(), 50)]
    enqueuer.stop(timeout=10)
    assert found != sorted(found) and sorted(found) == [number**2 for number in range(50)]


def test_a_generator_until_it_ends():
    enqueuer = tf.keras.utils.GeneratorEnqueuer(iter(range(7)))
    enqueuer.start(workers=3, max_queue_size=2)
    assert list(enqueuer.get()) == list(range(7))
    assert not enqueuer.is_running()


def test_what_fails_is_raised_where_items_are_taken():
    def items():
        yield 1
        raise KeyError("no more")

    enqueuer = tf.keras.utils.GeneratorEnqueuer(items())
    enqueuer.start()
    with pytest.raises(RuntimeError, match=r"The enqueuer is running. Call stop"):
        enqueuer.start()
    taken = enqueuer.get()
    assert next(taken) == 1
    with pytest.raises(KeyError, match="no more"):
        next(taken)
    assert not enqueuer.is_running()


def test_the_base_class_makes_nothing():
    with pytest.raises(NotImplementedError, match="SequenceEnqueuer does not say what it makes"):
        tf.keras.utils.SequenceEnqueuer(Squares(2))._tasks(threading.Event())
