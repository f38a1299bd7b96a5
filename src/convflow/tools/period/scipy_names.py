"""What SciPy and scikit-learn have dropped. Source: their release notes."""

from __future__ import annotations

from convflow.tools.period.record import PeriodName, elsewhere, moved, replaced

_HERE = "convflow.tools.period.scipy_misc"
_PICTURES = {
    "bytescale": "np.clip and np.uint8",
    "fromimage": "np.array(image)",
    "imread": "imageio.imread",
    "imresize": "PIL.Image.resize",
    "imrotate": "PIL.Image.rotate",
    "imsave": "imageio.imwrite",
    "imshow": "matplotlib.pyplot.imshow",
    "toimage": "PIL.Image.fromarray",
}
_MOVED_MISC = {
    "ascent": "scipy.datasets.ascent",
    "comb": "scipy.special.comb",
    "electrocardiogram": "scipy.datasets.electrocardiogram",
    "face": "scipy.datasets.face",
    "factorial": "scipy.special.factorial",
    "factorial2": "scipy.special.factorial2",
    "factorialk": "scipy.special.factorialk",
    "logsumexp": "scipy.special.logsumexp",
    "pade": "scipy.interpolate.pade",
}
_WINDOWS = ("blackman", "gaussian", "hamming", "hann", "kaiser", "triang")
_SEARCH = ("GridSearchCV", "ParameterGrid", "ParameterSampler", "RandomizedSearchCV")

NAMES: list[PeriodName] = [
    *(
        PeriodName("scipy.misc", name, "SciPy 1.3", f"what {newer} does now", elsewhere(f"{_HERE}.{name}"))
        for name, newer in _PICTURES.items()
    ),
    PeriodName("scipy.ndimage", "imread", "SciPy 1.2", "what imageio.imread does now", elsewhere(f"{_HERE}.imread")),
    *moved("scipy.misc", "SciPy 1.12", _MOVED_MISC),
    *(
        PeriodName("scipy.misc", name, "SciPy 1.12", "central differences", elsewhere(f"{_HERE}.{name}"))
        for name in ("central_diff_weights", "derivative")
    ),
    *moved("scipy.signal", "SciPy 1.13", {name: f"scipy.signal.windows.{name}" for name in _WINDOWS}),
    *moved(
        "scipy.integrate",
        "SciPy 1.14",
        {
            "cumtrapz": "scipy.integrate.cumulative_trapezoid",
            "simps": "scipy.integrate.simpson",
            "trapz": "scipy.integrate.trapezoid",
        },
    ),
    replaced("scipy.sparse.linalg.eigen.arpack", "SciPy 1.8", "scipy.sparse.linalg"),
    replaced("sklearn.externals.joblib", "scikit-learn 0.23", "joblib"),
    replaced("sklearn.externals.six", "scikit-learn 0.23", "six"),
    *moved(
        "sklearn.cross_validation",
        "scikit-learn 0.20",
        {
            name: f"sklearn.model_selection.{name}"
            for name in ("cross_val_predict", "cross_val_score", "train_test_split")
        },
    ),
    *(
        PeriodName(
            "sklearn.cross_validation",
            name,
            "scikit-learn 0.20",
            f"sklearn.model_selection.{name}, which is given the data later",
            elsewhere(f"convflow.tools.period.folds.{name}"),
        )
        for name in ("KFold", "ShuffleSplit", "StratifiedKFold")
    ),
    *moved("sklearn.grid_search", "scikit-learn 0.20", {name: f"sklearn.model_selection.{name}" for name in _SEARCH}),
]
