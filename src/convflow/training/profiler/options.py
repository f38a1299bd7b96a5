"""What tf.profiler is asked (API: tf.profiler.ProfileOptionBuilder)."""

from __future__ import annotations

import copy
from typing import Any

_LEAST = ("bytes", "peak_bytes", "residual_bytes", "output_bytes", "micros", "accelerator_micros", "cpu_micros")


def _options(order_by: str, select: list[str], types: str = ".*", **limits: int) -> dict[str, Any]:
    return {
        "max_depth": 10000,
        **{f"min_{what}": 0 for what in (*_LEAST, "params", "float_ops", "occurrence")},
        **limits,
        "order_by": order_by,
        "account_type_regexes": [types],
        "start_name_regexes": [".*"],
        "trim_name_regexes": [],
        "show_name_regexes": [".*"],
        "hide_name_regexes": [],
        "account_displayed_op_only": True,
        "select": select,
        "step": -1,
        "output": "stdout",
    }


class ProfileOptionBuilder:
    """Options for `tf.profiler.profile`: a ready set and changes (API: tf.profiler.ProfileOptionBuilder).

    Args:
        options: where to begin; parameters of trainable variables by default.
    """

    def __init__(self, options: dict[str, Any] | None = None) -> None:
        given = self.trainable_variables_parameter() if options is None else options
        self._options = copy.deepcopy(given)

    @staticmethod
    def trainable_variables_parameter() -> dict[str, Any]:
        """The sizes of trainable variables, by scope."""
        return _options("name", ["params"], "_trainable_variables")

    @staticmethod
    def float_operation() -> dict[str, Any]:
        """The floating-point operations of nodes, by scope. Shapes must be known."""
        return _options("float_ops", ["float_ops"], min_float_ops=1)

    @staticmethod
    def time_and_memory(
        min_micros: int = 1,
        min_bytes: int = 1,
        min_accelerator_micros: int = 0,
        min_cpu_micros: int = 0,
        min_peak_bytes: int = 0,
        min_residual_bytes: int = 0,
        min_output_bytes: int = 0,
    ) -> dict[str, Any]:
        """The times (microseconds) and memory (bytes) of nodes in a traced run, those that have at least these."""
        return _options(
            "micros",
            ["micros", "bytes"],
            min_micros=min_micros,
            min_bytes=min_bytes,
            min_accelerator_micros=min_accelerator_micros,
            min_cpu_micros=min_cpu_micros,
            min_peak_bytes=min_peak_bytes,
            min_residual_bytes=min_residual_bytes,
            min_output_bytes=min_output_bytes,
        )

    def build(self) -> dict[str, Any]:
        """The options."""
        return copy.deepcopy(self._options)

    def _with(self, **changes: Any) -> ProfileOptionBuilder:
        self._options.update(changes)
        return self

    def with_max_depth(self, max_depth: int) -> ProfileOptionBuilder:
        """Show so many levels."""
        return self._with(max_depth=max_depth)

    def with_min_memory(
        self, min_bytes: int = 0, min_peak_bytes: int = 0, min_residual_bytes: int = 0, min_output_bytes: int = 0
    ) -> ProfileOptionBuilder:
        """Show nodes with at least so many bytes."""
        return self._with(
            min_bytes=min_bytes,
            min_peak_bytes=min_peak_bytes,
            min_residual_bytes=min_residual_bytes,
            min_output_bytes=min_output_bytes,
        )

    def with_min_execution_time(
        self, min_micros: int = 0, min_accelerator_micros: int = 0, min_cpu_micros: int = 0
    ) -> ProfileOptionBuilder:
        """Show nodes that took at least so many microseconds."""
        return self._with(
            min_micros=min_micros, min_accelerator_micros=min_accelerator_micros, min_cpu_micros=min_cpu_micros
        )

    def with_min_parameters(self, min_params: int) -> ProfileOptionBuilder:
        """Show nodes with at least so many parameters."""
        return self._with(min_params=min_params)

    def with_min_occurrence(self, min_occurrence: int) -> ProfileOptionBuilder:
        """Show op types with at least so many nodes."""
        return self._with(min_occurrence=min_occurrence)

    def with_min_float_operations(self, min_float_ops: int) -> ProfileOptionBuilder:
        """Show nodes with at least so many floating-point operations."""
        return self._with(min_float_ops=min_float_ops)

    def with_accounted_types(self, account_type_regexes: list[str]) -> ProfileOptionBuilder:
        """Count nodes of these op types; "_trainable_variables" is one."""
        return self._with(account_type_regexes=list(account_type_regexes))

    def with_node_names(
        self,
        start_name_regexes: list[str] | None = None,
        show_name_regexes: list[str] | None = None,
        hide_name_regexes: list[str] | None = None,
        trim_name_regexes: list[str] | None = None,
    ) -> ProfileOptionBuilder:
        """Begin at, show, hide, and cut below nodes whose names match."""
        given = {
            "start_name_regexes": start_name_regexes,
            "show_name_regexes": show_name_regexes,
            "hide_name_regexes": hide_name_regexes,
            "trim_name_regexes": trim_name_regexes,
        }
        return self._with(**{name: list(value) for name, value in given.items() if value is not None})

    def account_displayed_op_only(self, is_true: bool) -> ProfileOptionBuilder:
        """Sums are of the nodes shown alone."""
        return self._with(account_displayed_op_only=is_true)

    def with_empty_output(self) -> ProfileOptionBuilder:
        """Print nothing."""
        return self._with(output="none")

    def with_stdout_output(self) -> ProfileOptionBuilder:
        """Print the report."""
        return self._with(output="stdout")

    def with_file_output(self, outfile: str) -> ProfileOptionBuilder:
        """Write the report to a file."""
        return self._with(output=f"file:outfile={outfile}")

    def with_timeline_output(self, timeline_file: str) -> ProfileOptionBuilder:
        """Not here: `tensorflow.python.client.timeline.Timeline` draws a traced run."""
        raise NotImplementedError(
            "ProfileOptionBuilder.with_timeline_output is not here: give run_metadata.step_stats to "
            "tensorflow.python.client.timeline.Timeline."
        )

    def with_pprof_output(self, pprof_file: str) -> ProfileOptionBuilder:
        """Not here: profiles are not written for pprof."""
        raise NotImplementedError(
            "ProfileOptionBuilder.with_pprof_output is not here: use with_file_output or with_stdout_output."
        )

    def order_by(self, attribute: str) -> ProfileOptionBuilder:
        """Show the largest first, of "float_ops", "params", "micros", "bytes", "occurrence"; or by "name"."""
        return self._with(order_by=attribute)

    def select(self, attributes: list[str]) -> ProfileOptionBuilder:
        """Show these, of "float_ops", "params", "micros", "bytes", "occurrence"."""
        return self._with(select=list(attributes))

    def with_step(self, step: int) -> ProfileOptionBuilder:
        """Of a `Profiler`'s steps, this one."""
        return self._with(step=step)
