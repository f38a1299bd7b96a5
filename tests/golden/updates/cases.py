"""Cases of update nodes as data: op types, shapes, hyperparameters. Standard library and NumPy only.

A case is one node run twice on variables of given first values. What TensorFlow makes of them is recorded by
`record_updates.py` into `updates/values.npz`; the tests make the same nodes here.
"""

import zlib

import numpy as np

ROWS = 6
SCALARS = {
    "lr": 0.25, "alpha": 0.25, "rho": 0.75, "momentum": 0.5, "epsilon": 0.0625, "l1": 0.125, "l2": 0.25,
    "l2_shrinkage": 0.125, "lr_power": -0.5, "beta1_power": 0.5, "beta2_power": 0.75, "beta1": 0.75, "beta2": 0.875,
    "global_step": 3, "sign_decay": 0.5, "beta": 0.75, "logbase": 1.0,
}  # fmt: skip
# What is written, and what else is read, by the dense op's name. `grad` and `delta` have the variable's shape.
FAMILIES = {
    "GradientDescent": ("var", "alpha delta"),
    "ProximalGradientDescent": ("var", "alpha l1 l2 delta"),
    "Momentum": ("var accum", "lr grad momentum"),
    "KerasMomentum": ("var accum", "lr grad momentum"),
    "Adagrad": ("var accum", "lr grad"),
    "AdagradV2": ("var accum", "lr epsilon grad"),
    "AdagradDA": ("var gradient_accumulator gradient_squared_accumulator", "grad lr l1 l2 global_step"),
    "ProximalAdagrad": ("var accum", "lr l1 l2 grad"),
    "Adadelta": ("var accum accum_update", "lr rho epsilon grad"),
    "RMSProp": ("var ms mom", "lr rho momentum epsilon grad"),
    "CenteredRMSProp": ("var mg ms mom", "lr rho momentum epsilon grad"),
    "Adam": ("var m v", "beta1_power beta2_power lr beta1 beta2 epsilon grad"),
    "AdamWithAmsgrad": ("var m v vhat", "beta1_power beta2_power lr beta1 beta2 epsilon grad"),
    "AdaMax": ("var m v", "beta1_power lr beta1 beta2 epsilon grad"),
    "Ftrl": ("var accum linear", "grad lr l1 l2 lr_power"),
    "FtrlV2": ("var accum linear", "grad lr l1 l2 l2_shrinkage lr_power"),
    "AddSign": ("var m", "lr alpha sign_decay beta grad"),
    "PowerSign": ("var m", "lr logbase sign_decay beta grad"),
}
SPARSE = {
    "ProximalGradientDescent", "Momentum", "KerasMomentum", "Adagrad", "AdagradV2", "AdagradDA", "ProximalAdagrad",
    "Adadelta", "RMSProp", "CenteredRMSProp", "Ftrl", "FtrlV2",
}  # fmt: skip
# TensorFlow has no kernels of these for float16.
WITHOUT_HALF = {"ProximalGradientDescent", "ProximalAdagrad", "AdagradDA"}
WITHOUT_REFERENCES = {"KerasMomentum", "AdamWithAmsgrad"}
VARIANTS = {
    "Momentum": [{"use_nesterov": True}, {"momentum": 0.0}],
    "KerasMomentum": [{"use_nesterov": True}],
    "Adagrad": [{"update_slots": False}],
    "AdagradV2": [{"update_slots": False}],
    "Adam": [{"use_nesterov": True}, {"beta1": 1.0}, {"beta1": 0.0, "beta2": 0.0}],
    "ProximalGradientDescent": [{"l1": 0.0}],
    "ProximalAdagrad": [{"l1": 0.0}],
    "AdagradDA": [{"l1": 0.0}],
    "RMSProp": [{"momentum": 0.0}],
    "Ftrl": [{"l1": 0.0, "l2": 0.0}, {"lr_power": -0.25}, {"multiply_linear_by_lr": True}, {"l1": 2.0}],
    "FtrlV2": [{"l2_shrinkage": 0.0}, {"lr_power": -0.25}, {"multiply_linear_by_lr": True}],
}
INDICES = {"rows": [4, 0, 3], "twice": [1, 4, 1], "none": [], "int64": [5, 2]}


class Case:
    """One node: its op type, attributes and inputs."""

    def __init__(self, family, dtype, indices, changes, shape):
        self.family, self.dtype, self.indices = family, dtype, indices
        self.attrs = {name: value for name, value in changes.items() if isinstance(value, bool)}
        self.scalars = {**SCALARS, **{name: value for name, value in changes.items() if name not in self.attrs}}
        self.shape = shape
        self.variables = FAMILIES[family][0].split()
        notes = [indices or "dense", dtype, "x".join(map(str, shape)), *(f"{k}={v}" for k, v in changes.items())]
        self.id = " ".join([family, *notes])
        self._random = np.random.RandomState(zlib.crc32(self.id.encode()) % 2**31)
        # Accumulators of squares are positive, as they are in training.
        self.start = {name: self._draw(shape, name not in ("var", "m", "mom", "linear")) for name in self.variables}
        rows = () if indices is None else (len(INDICES[indices]),)
        self.gradients = [self._draw(shape if indices is None else (*rows, *shape[1:]), False) for _ in range(2)]
        if family == "CenteredRMSProp":
            self.start["ms"] = self.start["ms"] + self.start["mg"] ** 2

    def op_type(self, resource):
        return f"{'Resource' if resource else ''}{'Sparse' if self.indices else ''}Apply{self.family}"

    def inputs(self, gradient):
        """The inputs that are no variables, in the node's order, by name."""
        values = {}
        for name in FAMILIES[self.family][1].split():
            if name == "global_step":
                values[name] = np.int64(self.scalars[name])
            elif name not in ("grad", "delta"):
                values[name] = np.array(self.scalars[name], self.dtype)
            elif self.indices is None:
                values[name] = gradient.astype(self.dtype)
            else:
                values["grad"] = gradient.astype(self.dtype)
                kind = np.int64 if self.indices == "int64" else np.int32
                values["indices"] = np.array(INDICES[self.indices], kind)
        return values

    def _draw(self, shape, positive):
        values = self._random.uniform(0.1, 1.0, shape) if positive else self._random.uniform(-1.0, 1.0, shape)
        return np.round(values, 3)


def cases():
    found = []
    for family in FAMILIES:
        for changes in ({}, *VARIANTS.get(family, ())):
            kinds = [None, "rows"] if family in SPARSE else [None]
            found += [
                Case(family, dtype, kind, changes, (ROWS, 3)) for kind in kinds for dtype in ("float32", "float64")
            ]
        if family not in WITHOUT_HALF:
            found.append(Case(family, "float16", None, {}, (ROWS, 3)))
        if family in SPARSE:
            found += [Case(family, "float32", kind, {}, (ROWS, 3)) for kind in ("twice", "none", "int64")]
            found.append(Case(family, "float32", "rows", {}, (ROWS,)))
            found.append(Case(family, "float32", "rows", {}, (ROWS, 2, 2)))
    return found
