"""Optimizers that run outside of the graph (API: tf.contrib.opt.ExternalOptimizerInterface, ScipyOptimizerInterface).

The graph gives loss and gradients, a Python routine chooses the variables' next values: L-BFGS-B of SciPy for the
pictures of style transfer, say.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from convflow.autodiff.gradients import gradients
from convflow.core import dtypes, logging
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_default_session
from convflow.modeling.variables.resource import ResourceVariable
from convflow.modeling.variables.variable import trainable_variables
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import zeros_like
from convflow.ops.array.placeholder import placeholder
from convflow.ops.array.reshape import reshape

Values = np.ndarray
Function = Callable[[Values], Any]


class ExternalOptimizerInterface:
    """Minimizes a scalar of the graph by a routine that a subclass names in `_minimize`.

    Args:
        loss: the scalar to minimize.
        var_list: the variables to change; the trainable ones by default.
        equalities, inequalities: scalars of the graph that are to be zero, or not below zero, at the end.
        var_to_bounds: by variable, its (lower, upper) bound: numbers or arrays that broadcast to its shape.
        **optimizer_kwargs: for the routine.
    """

    def __init__(
        self,
        loss: Any,
        var_list: Sequence[Any] | None = None,
        equalities: Sequence[Any] | None = None,
        inequalities: Sequence[Any] | None = None,
        var_to_bounds: Any = None,
        **optimizer_kwargs: Any,
    ) -> None:
        self._loss = loss
        self._equalities = list(equalities or [])
        self._inequalities = list(inequalities or [])
        self._vars = list(trainable_variables() if var_list is None else var_list)
        if not self._vars:
            raise ValueError("There is nothing to optimize: var_list is empty, give variables or make trainable ones.")
        self.optimizer_kwargs = optimizer_kwargs
        sizes = [int(np.prod(_shape(variable))) for variable in self._vars]
        ends = np.cumsum([0, *sizes]).tolist()
        self._packing_slices = [slice(start, end) for start, end in itertools.pairwise(ends)]
        self._packed_var = self._pack(self._vars)
        self._packed_loss_grad = self._packed_gradients(loss)
        self._packed_equality_grads = [self._packed_gradients(each) for each in self._equalities]
        self._packed_inequality_grads = [self._packed_gradients(each) for each in self._inequalities]
        self._packed_bounds = self._bounds(var_to_bounds)
        self._update_placeholders = [
            placeholder(dtypes.as_dtype(each.dtype).base_dtype, _shape(each)) for each in self._vars
        ]
        self._var_updates = [
            variable.assign(value) for variable, value in zip(self._vars, self._update_placeholders, strict=True)
        ]

    def minimize(
        self,
        session: Any = None,
        feed_dict: Any = None,
        fetches: Any = None,
        step_callback: Callable[[Values], Any] | None = None,
        loss_callback: Callable[..., Any] | None = None,
        **run_kwargs: Any,
    ) -> None:
        """Runs the routine to its end, then writes what it found into the variables.

        Args:
            session: runs the graph; the default session if left out.
            feed_dict: fed in each run.
            fetches: more to fetch with each loss, for `loss_callback`.
            step_callback: called with all variables as one vector after each step of the routine.
            loss_callback: called with the values of `fetches` after each evaluation of the loss.
            **run_kwargs: for `Session.run`.

        Raises:
            ValueError: no session, and no default one.
        """
        running = session or get_default_session()
        if running is None:
            raise ValueError(
                "minimize needs a session to run the graph in: pass one, or call it inside `with session:`."
            )
        feeds, extra = dict(feed_dict or {}), list(fetches or [])
        evaluate = self._evaluation(running, feeds, run_kwargs)
        found = self._minimize(
            initial_val=running.run(self._packed_var, **run_kwargs),
            loss_grad_func=evaluate([self._loss, self._packed_loss_grad], extra, loss_callback),
            equality_funcs=[evaluate([each]) for each in self._equalities],
            equality_grad_funcs=[evaluate([each]) for each in self._packed_equality_grads],
            inequality_funcs=[evaluate([each]) for each in self._inequalities],
            inequality_grad_funcs=[evaluate([each]) for each in self._packed_inequality_grads],
            packed_bounds=self._packed_bounds,
            step_callback=step_callback,
            optimizer_kwargs=self.optimizer_kwargs,
        )
        self._assign(running, found, run_kwargs)

    def _minimize(
        self,
        initial_val: Values,
        loss_grad_func: Function,
        equality_funcs: list[Function],
        equality_grad_funcs: list[Function],
        inequality_funcs: list[Function],
        inequality_grad_funcs: list[Function],
        packed_bounds: list[tuple[float, float]] | None,
        step_callback: Callable[[Values], Any] | None,
        optimizer_kwargs: dict[str, Any],
    ) -> Values:
        raise NotImplementedError(
            f"{type(self).__name__} names no routine: minimize calls its method _minimize, which it does not have. "
            "Define it, or use tf.contrib.opt.ScipyOptimizerInterface."
        )

    def _parts(self, values: Values) -> list[Values]:
        return [values[part].reshape(_shape(each)) for each, part in zip(self._vars, self._packing_slices, strict=True)]

    def _assign(self, session: Any, values: Values, run_kwargs: dict[str, Any]) -> None:
        feeds = dict(zip(self._update_placeholders, self._parts(values), strict=True))
        session.run(self._var_updates, feeds, **run_kwargs)

    def _set(self, session: Any, values: Values, run_kwargs: dict[str, Any]) -> dict[Any, Any]:
        """Lets the graph see other values: by the feeds that are returned, or by assignment."""
        if any(isinstance(variable, ResourceVariable) for variable in self._vars):
            # A resource has many readers, which no single feed replaces.
            self._assign(session, values, run_kwargs)
            return {}
        return dict(zip(self._vars, self._parts(values), strict=True))

    @staticmethod
    def _pack(tensors: Sequence[Any]) -> Tensor:
        flat = [reshape(tensor, [-1]) for tensor in tensors]
        return flat[0] if len(flat) == 1 else concat(flat, 0)

    def _packed_gradients(self, of: Any) -> Tensor:
        slopes = gradients(of, self._vars)
        return self._pack(
            [
                zeros_like(variable) if slope is None else slope
                for slope, variable in zip(slopes, self._vars, strict=True)
            ]
        )

    def _bounds(self, given: Any) -> list[tuple[float, float]] | None:
        if given is None:
            return None
        lower, upper = [], []
        for variable in self._vars:
            shape = _shape(variable)
            low, high = given.get(variable, (-np.inf, np.inf))
            lower.append(np.broadcast_to(low, shape).ravel())
            upper.append(np.broadcast_to(high, shape).ravel())
        return list(zip(np.concatenate(lower).tolist(), np.concatenate(upper).tolist(), strict=True))

    def _evaluation(
        self, session: Any, feed_dict: dict[Any, Any], run_kwargs: dict[str, Any]
    ) -> Callable[..., Function]:
        def evaluation(tensors: list[Any], fetches: Sequence[Any] = (), callback: Any = None) -> Function:
            def evaluate(values: Values) -> Any:
                feeds = {**feed_dict, **self._set(session, values, run_kwargs)}
                results = session.run([*tensors, *fetches], feeds, **run_kwargs)
                if callback is not None:
                    callback(*results[len(tensors) :])
                found = results[: len(tensors)]
                return found[0] if len(found) == 1 else found

            return evaluate

        return evaluation


class ScipyOptimizerInterface(ExternalOptimizerInterface):
    """Minimizes a scalar of the graph by `scipy.optimize.minimize` (API: tf.contrib.opt.ScipyOptimizerInterface).

    The method is L-BFGS-B, or SLSQP where there are equalities or inequalities, unless `method` names another;
    `options` are those of the method, `{"maxiter": 100}` say.

    Args:
        loss: the scalar to minimize.
        var_list: the variables to change; the trainable ones by default.
        equalities, inequalities: scalars that are to be zero, or not below zero, at the end; of method SLSQP alone.
        var_to_bounds: by variable, its (lower, upper) bound.
        **optimizer_kwargs: `method`, `options`, `tol`, ... of `scipy.optimize.minimize`.
    """

    _DEFAULT_METHOD = "L-BFGS-B"

    def _minimize(
        self,
        initial_val: Values,
        loss_grad_func: Function,
        equality_funcs: list[Function],
        equality_grad_funcs: list[Function],
        inequality_funcs: list[Function],
        inequality_grad_funcs: list[Function],
        packed_bounds: list[tuple[float, float]] | None,
        step_callback: Callable[[Values], Any] | None,
        optimizer_kwargs: dict[str, Any],
    ) -> Values:
        optimize = _scipy_optimize()

        def loss_and_slope(values: Values) -> tuple[float, Values]:
            loss, slope = loss_grad_func(values)
            return float(loss), _doubles(slope)

        kinds = [
            *(("eq", *each) for each in zip(equality_funcs, equality_grad_funcs, strict=True)),
            *(("ineq", *each) for each in zip(inequality_funcs, inequality_grad_funcs, strict=True)),
        ]
        chosen = {key: value for key, value in optimizer_kwargs.items() if key != "method"}
        method = optimizer_kwargs.get("method", "SLSQP" if kinds else self._DEFAULT_METHOD)
        if kinds:
            if method != "SLSQP":
                raise ValueError(
                    f"The method is {method!r} and there are {len(kinds)} constraints: of SciPy's methods SLSQP takes "
                    "them with their gradients. Leave out method, or the equalities and inequalities."
                )
            chosen["constraints"] = [
                {"type": kind, "fun": _in_doubles(value), "jac": _in_doubles(slope)} for kind, value, slope in kinds
            ]
        result = optimize.minimize(
            loss_and_slope,
            _doubles(initial_val),
            jac=True,
            callback=step_callback,
            method=method,
            bounds=packed_bounds,
            **chosen,
        )
        logging.info(
            "Optimization terminated with:\n  Message: %s\n  Objective function value: %f\n"
            "  Number of iterations: %d\n  Number of functions evaluations: %d",
            result.message,
            result.fun,
            getattr(result, "nit", 0),
            result.nfev,
        )
        return result.x


# SciPy's routines that are written in C take doubles, whatever the variables' type is.
def _doubles(values: Any) -> Values:
    return np.asarray(values, np.float64)


def _in_doubles(function: Function) -> Function:
    return lambda values: _doubles(function(values))


def _shape(variable: Any) -> list[int]:
    return variable.get_shape().as_list()


def _scipy_optimize() -> ModuleType:
    try:
        return importlib.import_module("scipy.optimize")
    except ImportError as error:
        raise ImportError(
            "tf.contrib.opt.ScipyOptimizerInterface found no SciPy, whose routines it runs. Install it with "
            "`pip install scipy`."
        ) from error
