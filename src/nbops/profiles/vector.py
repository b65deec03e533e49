"""What a profile knows about a column of vectors: where they lie, as means of random Fourier features.

The squared distance between two such means estimates the squared maximum mean discrepancy of the two distributions
under a Gaussian kernel (Rahimi & Recht 2007; Gretton et al. 2012), so any change of distribution shows, not only one of
the mean. A mean of 256 numbers does not lead back to a vector.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

FEATURES = 256
_PAIRS, _FOR_BANDWIDTH, _FOR_FREEDOM = 4_000, 512, 1_000


@dataclass(frozen=True, slots=True)
class Vector:
    """Where the vectors of one column lie.

    Attributes:
        dimension: Length of each.
        bandwidth: Of the kernel: the median distance between vectors of the reference.
        seed: Of the random frequencies.
        freedom: Effective number of independent features in the reference, (tr Σ)² / tr Σ².
        mean: Means of the 256 features over all vectors, little-endian float32.
        windows: The same for each time window, window by window; zeros where a window has none.
    """

    dimension: int
    bandwidth: float
    seed: int = 0
    freedom: float = 1.0
    mean: bytes = field(default=b"", repr=False)
    windows: bytes = field(default=b"", repr=False)

    def means(self) -> np.ndarray:
        """Return the means of the features, shape (256,)."""
        import numpy as np

        return np.frombuffer(self.mean, dtype="<f4") if self.mean else np.zeros(FEATURES, dtype="f4")

    def window_means(self) -> np.ndarray:
        """Return the means per window, shape (windows, 256)."""
        import numpy as np

        return np.frombuffer(self.windows, dtype="<f4").reshape(-1, FEATURES)

    def frequencies(self) -> np.ndarray:
        """Return the random frequencies, shape (dimension, 128)."""
        import numpy as np

        drawn = np.random.default_rng(self.seed).standard_normal((self.dimension, FEATURES // 2), dtype=np.float32)
        return drawn / np.float32(self.bandwidth)

    def features(self, vectors: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
        """Return the features of *vectors*, shape (rows, dimension): cosines, then sines; each row has length 1."""
        import numpy as np

        angles = vectors.astype(np.float32) @ frequencies
        return np.concatenate([np.cos(angles), np.sin(angles)], axis=1) * np.float32((2 / FEATURES) ** 0.5)


def choose_vector(sample: np.ndarray) -> Vector:
    """Return where to look for vectors like those of *sample*, shape (rows, dimension), all finite."""
    from dataclasses import replace

    import numpy as np

    random = np.random.default_rng(0)
    some = sample[random.permutation(len(sample))[:_FOR_BANDWIDTH]].astype(np.float64)
    one, two = (random.integers(0, max(len(some), 1), _PAIRS) for _ in range(2))
    apart = np.linalg.norm(some[one] - some[two], axis=1) if len(some) else np.ones(1)
    apart = apart[apart > 0]
    vector = Vector(sample.shape[1], float(np.float32(np.median(apart))) if len(apart) else 1.0)
    features = vector.features(sample[:: max(len(sample) // _FOR_FREEDOM, 1)], vector.frequencies()).astype(np.float64)
    if len(features) < 2:  # noqa: PLR2004 # one row has no spread
        return vector
    spread = np.linalg.eigvalsh(np.cov(features.T))
    freedom = float(spread.sum() ** 2 / max(float((spread**2).sum()), 1e-12))
    return replace(vector, freedom=round(max(freedom, 1.0), 3))
