"""slim.evaluation and slim.training.evaluation: checkpoints judged once and as they come."""

import pytest

import convflow as tf

slim = tf.contrib.slim


def _saved(folder, value, step):
    with tf.Graph().as_default():
        weight = tf.get_variable("weight", initializer=float(value))
        tf.train.get_or_create_global_step()
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            session.run(tf.train.get_global_step().assign(step))
            del weight
            return tf.train.Saver().save(session, str(folder / "model.ckpt"), global_step=step)


def _metric():
    """The mean of the weight's value over the evaluations, and its update."""
    weight = tf.get_variable("weight", initializer=0.0)
    tf.train.get_or_create_global_step()
    return tf.metrics.mean(weight)


def _summaries(folder):
    [path] = list(folder.glob("*tfevents*"))
    return {
        value.tag: (value.simple_value, event.step)
        for event in tf.train.summary_iterator(str(path))
        for value in event.summary.value
    }


def test_one_checkpoint(tmp_path):
    path = _saved(tmp_path, 4.0, 3)
    value, update = _metric()
    tf.summary.scalar("weight_mean", value)
    logdir = tmp_path / "eval"
    result = slim.evaluation.evaluate_once("", path, str(logdir), num_evals=5, eval_op=update, final_op=value)
    assert result == 4.0
    assert _summaries(logdir) == {"weight_mean": (4.0, 3)}


def test_evaluations_are_counted():
    counted = tf.get_variable("n", initializer=0.0, collections=[tf.GraphKeys.LOCAL_VARIABLES], trainable=False)
    hooks = [slim.train_eval.StopAfterNEvalsHook(6)]
    final = slim.train_eval.evaluate_once(
        None, eval_ops=[tf.assign_add(counted, 1.0)], final_ops={"n": tf.identity(counted)}, hooks=hooks
    )
    assert final == {"n": 6.0}


def test_the_end_of_the_input_ends_the_evaluation(tmp_path):
    path = _saved(tmp_path, 2.0, 1)
    value, update = _metric()
    limited = tf.train.limit_epochs(update, num_epochs=3)
    assert slim.evaluation.evaluate_once("", path, str(tmp_path / "e"), 100, eval_op=limited, final_op=value) == 2.0


def test_a_loop_takes_each_new_checkpoint(tmp_path):
    _saved(tmp_path, 1.0, 1)
    value, update = _metric()
    seen = []

    def more():
        if len(seen) == 2:
            return True
        seen.append(len(seen))
        _saved(tmp_path, 1.0 + len(seen), 1 + len(seen))
        return False

    result = slim.evaluation.evaluation_loop(
        "", str(tmp_path), str(tmp_path / "e"), eval_op=update, final_op=value, eval_interval_secs=0, timeout=0,
        timeout_fn=more,
    )  # fmt: skip
    assert result == 3.0
    assert len(seen) == 2


def test_a_loop_ends_after_so_many(tmp_path):
    _saved(tmp_path, 1.0, 1)
    value, update = _metric()
    arguments = {"eval_op": update, "final_op": value, "max_number_of_evaluations": 1}
    assert slim.evaluation.evaluation_loop("", str(tmp_path), str(tmp_path / "e"), **arguments) == 1.0


def test_nothing_comes(tmp_path):
    assert slim.evaluation.wait_for_new_checkpoint(str(tmp_path), timeout=0) is None
    assert list(slim.evaluation.checkpoints_iterator(str(tmp_path), timeout=0)) == []
    assert slim.train_eval.evaluate_repeatedly(str(tmp_path), timeout=0) is None


def test_a_checkpoint_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"There is no checkpoint .*nothing\.ckpt"):
        slim.evaluation.evaluate_once("", str(tmp_path / "nothing.ckpt"), str(tmp_path))


def test_a_summary_hook_needs_a_place():
    with pytest.raises(ValueError, match="log_dir and summary_writer are both None"):
        slim.evaluation.SummaryAtEndHook()
