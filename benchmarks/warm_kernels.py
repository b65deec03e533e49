"""Pipeline runs in warm kernels against papermill's default engine, and whether each kernel is as fresh.

Run: `python benchmarks/warm_kernels.py [--runs 100] [--peer 10]`. The notebook imports pandas and scikit-learn and fits
a model that computes with OpenMP and a linear one. papermill's runs are spread among ours, so that a busy machine is
equally busy for both. "engine" is `papermill.execute_notebook(engine_name="nbops")`, a tracked run whose
record is on disk when it returns, and in MLflow when the process ends; `nbops.run` waits for MLflow;
"kernel alone" is papermill's own engine with the provisioner `nbops-warm`, which tracks nothing.
The promise: at least 8 times faster than papermill's default engine, with a fresh process for each run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

PLACE = tempfile.TemporaryDirectory(prefix="warm-")
os.environ |= {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "NBOPS_WARM": PLACE.name,
    "NBOPS_WARM_IDLE": "120",
}

CELLS = [
    (
        "import json, os, random\nimport numpy as np\nimport pandas as pd\n"
        "from sklearn.ensemble import HistGradientBoostingClassifier\n"
        "from sklearn.linear_model import LogisticRegression"
    ),
    "C = 0.5",
    (
        "rng = np.random.default_rng(0)\nX = pd.DataFrame(rng.normal(size=(200, 5)), columns=list('abcde'))\n"
        "y = (X.a + X.b * X.c > 0).astype(int)"
    ),
    (
        "trees = HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=4).fit(X, y)\n"
        "linear = LogisticRegression(C=C).fit(X, y)"
    ),
    "boosted, plain = trees.score(X, y), linear.score(X, y)",
    (
        "print(json.dumps({'pid': os.getpid(), 'parent': os.getppid(), 'draw': [random.random(), np.random.random()],\n"
        "                  'results': [boosted, plain], 'left': os.environ.get('LEFT_BY_A_RUN')}))\n"
        "os.environ['LEFT_BY_A_RUN'] = 'yes'"
    ),
]
PARAMETERS, REPORT = 1, 5


def main(argv: list[str]) -> int:
    """Measure and print; return 1 where the promise does not hold."""
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=100)
    options.add_argument("--peer", type=int, default=10, help="runs of papermill's default engine among them")
    told = options.parse_args(argv)
    folder = Path(tempfile.mkdtemp())
    os.chdir(folder)
    (folder / "pyproject.toml").touch()
    path = notebook(folder)
    ways = {"papermill": by_papermill, "kernel alone": by_kernel, "engine": by_engine, "nbops.run": by_nbops}
    first = {name: ways[name](path)[0] for name in ("engine", "nbops.run", "kernel alone", "papermill")}
    print("first run: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in first.items()))
    times: dict[str, list[float]] = {name: [] for name in ways}
    facts, held = [], []
    for number in range(told.runs):
        rare = number * told.peer // told.runs != (number - 1) * told.peer // told.runs
        for name in ways if rare else ("kernel alone", "engine"):
            seconds, fact = ways[name](path)
            times[name].append(seconds)
            facts.append(fact | {"way": name})
        held.append(holdings(facts[-1]["parent"] if not rare else parent_of(facts)))
    return report(times, facts, held)


def notebook(folder: Path) -> Path:
    """Write the notebook and return where it lies."""
    import nbformat

    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    cells[PARAMETERS].metadata["tags"] = ["parameters"]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "small.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
    return path


def by_papermill(path: Path) -> tuple[float, dict]:
    """Run with papermill's default engine."""
    return _papermill(path, engine_name=None)


def by_engine(path: Path) -> tuple[float, dict]:
    """Run with papermill's engine `nbops`."""
    return _papermill(path, engine_name="nbops")


def by_kernel(path: Path) -> tuple[float, dict]:
    """Run with papermill's default engine, and a kernel that nbops forks."""
    from jupyter_client.manager import AsyncKernelManager

    from nbops.pipelines.running.warm.imports_of import imports_of
    from nbops.pipelines.running.warm.provisioner import WarmProvisioner

    class Manager(AsyncKernelManager):
        async def _async_pre_start_kernel(self, **options):
            self.kernel_id = self.kernel_id or "warm"
            self.provisioner = WarmProvisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
            self.provisioner.imports = imports_of(CELLS)
            return await super()._async_pre_start_kernel(**options)

        pre_start_kernel = _async_pre_start_kernel

    return _papermill(path, engine_name=None, kernel_manager_class=Manager)


def by_nbops(path: Path) -> tuple[float, dict]:
    """Run with `nbops.run`."""
    import nbformat

    import nbops

    output = path.with_name("nbops.ipynb")
    start = time.perf_counter()
    run = nbops.run(path, output=output)
    took = time.perf_counter() - start
    assert run.status == "FINISHED", run
    assert run.tags["nbops.kernel"] == "warm", run.tags
    return took, _told(nbformat.read(output, 4))


def _papermill(path: Path, **options) -> tuple[float, dict]:
    import papermill

    start = time.perf_counter()
    done = papermill.execute_notebook(path, path.with_name("out.ipynb"), progress_bar=False, **options)
    return time.perf_counter() - start, _told(done)


def _told(done) -> dict:
    code = [cell for cell in done.cells if cell.cell_type == "code"]
    return json.loads(next(o.text for o in code[-1].outputs if o.output_type == "stream" and o.name == "stdout"))


def parent_of(facts: list[dict]) -> int:
    """Return the parent of the last warm kernel."""
    return next(fact["parent"] for fact in reversed(facts) if fact["way"] != "papermill")


def holdings(pid: int) -> tuple[int, int, float]:
    """Return how many threads and open files process *pid* has, and its memory that is not shared, in megabytes."""
    place = Path(f"/proc/{pid}")
    rollup = dict(line.split(":", 1) for line in (place / "smaps_rollup").read_text().splitlines()[1:])
    megabytes = int(rollup["Pss"].split()[0]) / 1000
    return len(list((place / "task").iterdir())), len(list((place / "fd").iterdir())), megabytes


def report(times: dict[str, list[float]], facts: list[dict], held: list[tuple[int, int, float]]) -> int:
    """Print medians, ratios and what was found of isolation."""
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, median in medians.items():
        ratio = f"{medians['papermill'] / median:5.1f} x" if name != "papermill" else ""
        print(f"{name:<13} {median:6.3f} s at the median of {len(times[name]):>3} {ratio}")
    warm = [fact for fact in facts if fact["way"] != "papermill"]
    draws = [number for fact in facts for number in fact["draw"]]
    threads, files, memory = zip(*held, strict=True)
    found = {
        "distinct processes": len({fact["pid"] for fact in facts}) == len(facts),
        "distinct draws": len(set(draws)) == len(draws),
        "equal results": len({tuple(fact["results"]) for fact in facts}) == 1,
        "nothing left by another run": all(fact["left"] is None for fact in facts),
        f"parents: {len({fact['parent'] for fact in warm})}": len({fact["parent"] for fact in warm}) <= 2,
        f"threads of the parent {threads[0]} → {threads[-1]}": threads[-1] <= threads[0],
        f"its open files {files[0]} → {files[-1]}": files[-1] <= files[0],
        f"its memory {memory[0]:.0f} → {memory[-1]:.0f} MB": memory[-1] < 1.1 * memory[0] + 5,
    }
    for what, holds in found.items():
        print(f"{'✓' if holds else '✗'} {what}")
    return int(medians["papermill"] / medians["engine"] < 8 or not all(found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
