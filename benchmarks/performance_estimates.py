"""Accuracy without labels, beside the labels and beside NannyML, on people and loans that are real or shipped by it.

    python benchmarks/performance_estimates.py [--nannyml PYTHON]

The data lie inside NannyML's wheel, which is downloaded without its dependencies and read as a zip. ACS employment of
Massachusetts: a model of 2015, judged on 2016 to 2018. Promise: each of ten chunks is estimated to within a point
of the realised accuracy. PYTHON is an interpreter that can import NannyML (`pip install nannyml statsmodels`); without
it, an environment is made in a temporary folder. `--alone` leaves the peer out.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from nbops.monitoring.performance.performance import performance

CHUNKS = 10
WORDS = {"label": "employed", "prediction": "prediction", "score": "predicted_probability"}
PEER = """
import json, sys, time
import numpy as np, pandas as pd
import nannyml as nml
reference, current = pd.read_parquet(sys.argv[1]), pd.read_parquet(sys.argv[2])
start = time.perf_counter()
names = {"y_pred_proba": "predicted_probability", "y_pred": "prediction", "y_true": "employed"}
cbpe = nml.CBPE(**names, problem_type="classification_binary", metrics=["accuracy", "roc_auc", "f1"], chunk_number=10)
made = cbpe.fit(reference).estimate(current)
took = time.perf_counter() - start
frame = made.filter(period="analysis").to_df()
told = {"accuracy": frame[("accuracy", "value")].tolist(), "auc": frame[("roc_auc", "value")].tolist()}
print(json.dumps({"took": took, **told}))
"""


def wheel(folder: Path) -> zipfile.ZipFile:
    """Download NannyML's wheel and open it."""
    line = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", folder, "nannyml==0.13.1"]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return zipfile.ZipFile(next(folder.glob("nannyml*.whl")))


def read(archive: zipfile.ZipFile, name: str) -> pd.DataFrame:
    """Return one of the tables in it."""
    content = io.BytesIO(archive.read(f"nannyml/datasets/data/{name}"))
    return pd.read_parquet(content) if name.endswith(".pq") else pd.read_csv(content)


def interpreter(folder: Path) -> str:
    """Make an environment for the peer, and return its interpreter."""
    import venv

    venv.create(folder / "peer", with_pip=True)
    python = str(folder / "peer" / "bin" / "python")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([python, "-m", "pip", "install", "-q", "nannyml==0.13.1", "statsmodels"], check=True, **quiet)
    return python


def peer(python: str, folder: Path, reference: pd.DataFrame, current: pd.DataFrame) -> dict:
    """Let NannyML estimate, and return what it says and how long that took, imports left out."""
    columns = ["prediction", "predicted_probability"]
    reference[[*columns, "employed"]].to_parquet(folder / "reference.parquet")
    current[columns].to_parquet(folder / "current.parquet")
    line = [python, "-W", "ignore", "-c", PEER, folder / "reference.parquet", folder / "current.parquet"]
    environment = {"NML_DISABLE_USAGE_LOGGING": "1", "PATH": ""}
    told = subprocess.run(line, capture_output=True, text=True, check=False, env=environment)
    if told.returncode:
        return {"error": (told.stderr.strip().splitlines() or ["no reason given"])[-1]}
    return json.loads(told.stdout.strip().splitlines()[-1])


def main(words: list[str]) -> int:
    """Print both, chunk by chunk; return 1 where the promise does not hold."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        archive = wheel(folder)
        reference = read(archive, "employment_MA_reference.pq")
        current = read(archive, "employment_MA_analysis.pq")
        labels = read(archive, "employment_MA_analysis_target.pq")
        truth = current.merge(labels, on="id")
        theirs = {"error": "left out"}
        if "--alone" not in words:
            python = words[words.index("--nannyml") + 1] if "--nannyml" in words else interpreter(folder)
            theirs = peer(python, folder, reference, current)
        size = -(-len(current) // CHUNKS)
        start = time.perf_counter()
        report = performance(current, **WORDS, reference=reference, window=size)
        took = time.perf_counter() - start
        broken = tell(report, truth, size, took, theirs)
        return broken | concept(archive)


def tell(report, truth: pd.DataFrame, size: int, took: float, theirs: dict) -> int:
    """Print the chunks and the ratio."""
    print(f"ACS employment, {len(truth):,} rows of 2016 to 2018 against 2015, {CHUNKS} chunks; no labels used\n")
    print("chunk  realised  nbops            NannyML   AUC realised  nbops   NannyML")
    peers = theirs.get("accuracy") or [float("nan")] * CHUNKS
    areas = theirs.get("auc") or [float("nan")] * CHUNKS
    gaps, others = [], []
    for place, window in enumerate(report.windows):
        rows = truth.iloc[place * size : (place + 1) * size]
        realised = float((rows.employed == rows.prediction).mean())
        area = roc_auc_score(rows.employed, rows.predicted_probability)
        found = {one.name: one for one in window.estimates}
        accuracy = found["accuracy"]
        gaps.append(abs(accuracy.value - realised))
        others.append(abs(peers[place] - realised))
        half = (accuracy.high - accuracy.low) / 2
        expected = found["ROC AUC"].value
        ours = f"{realised:.4f}    {accuracy.value:.4f} ± {half:.4f}  {peers[place]:.4f}"
        print(f"{place + 1:5}  {ours}    {area:.4f}        {expected:.4f}  {areas[place]:.4f}")
    print(f"\nfarthest from the labels: nbops {max(gaps):.4f}, NannyML {np.max(others):.4f} (promise: 0.0100)")
    peer_time = f"NannyML {theirs['took']:.2f} s" if "took" in theirs else f"NannyML: {theirs['error']}"
    ratio = f": {theirs['took'] / took:.1f} × faster" if "took" in theirs else ""
    print(f"time without imports: nbops {took:.2f} s, {peer_time}{ratio}")
    return int(max(gaps) > 0.01)


def concept(archive: zipfile.ZipFile) -> int:
    """Show the limit: California housing moves in concept, estimates are wrong, and labels void them."""
    reference = read(archive, "california_housing_reference.csv")
    current = read(archive, "california_housing_analysis.csv")
    current = current.merge(read(archive, "california_housing_analysis_gt.csv"), on="id")
    words = {"label": "clf_target", "prediction": "y_pred", "score": "y_pred_proba"}
    size = -(-len(current) // CHUNKS)
    blind = performance(current.drop(columns="clf_target"), **words, reference=reference, window=size)
    seen = performance(current, **words, reference=reference, window=size)
    print("\nthe limit: California housing by location (concept drift)")
    print("chunk  realised  estimated  labels disagree")
    for place, (before, after) in enumerate(zip(blind.windows, seen.windows, strict=True)):
        expected, realised = before.estimates[0].value, after.measures[0].value
        said = "yes" if after.disagrees else "no"
        void = "" if after.estimates else ", void"
        print(f"{place + 1:5}  {realised:.4f}    {expected:.4f}     {said}{void}")
    print(f"void once labels disagreed twice: {seen.void}")
    return int(not seen.void)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
