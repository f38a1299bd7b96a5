import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def scaled(x, scale=1.0):
    return x * tf.get_variable("w", [], initializer=tf.constant_initializer(3.0)) * scale


def test_calls_share_variables(session):
    template = tf.make_template("t", scaled, scale=2.0)
    assert template.variable_scope is None and template.variables == []
    results = [template(tf.constant(value)) for value in (1.0, 2.0)]
    assert [variable.name for variable in template.variables] == ["t/w:0"]
    assert template.trainable_variables == template.global_variables == template.weights
    assert template.local_variables == template.non_trainable_variables == []
    assert (template.name, template.variable_scope_name, template.var_scope.name) == ("t", "t", "t")
    session.run(tf.global_variables_initializer())
    assert session.run(results) == [6.0, 12.0]


def test_templates_do_not_share():
    first, second = tf.make_template("t", scaled), tf.make_template("t", scaled)
    first(tf.constant(1.0))
    second(tf.constant(1.0))
    assert [variable.name for variable in tf.global_variables()] == ["t/w:0", "t_1/w:0"]


def test_variables_belong_in_get_variable():
    template = tf.make_template("t", lambda x: x * tf.Variable(1.0))
    template(tf.constant(1.0))
    with pytest.raises(
        ValueError, match=r"(?s)perhaps you used tf.Variable when.*The template 't' was made.*test_temp"
    ):
        template(tf.constant(1.0))


def test_new_names_in_a_later_call():
    names = iter("ab")
    template = tf.make_template("t", lambda x: x * tf.get_variable(next(names), []))
    template(tf.constant(1.0))
    with pytest.raises(ValueError, match=r"(?s)Variable t/b does not exist.*The template 't' was"):
        template(tf.constant(1.0))


def test_a_template_wraps_a_function():
    with pytest.raises(TypeError, match="func_ must be a function, got 3"):
        tf.make_template("t", 3)
    with pytest.raises(ValueError, match="needs a name"):
        tf.make_template("", scaled)
