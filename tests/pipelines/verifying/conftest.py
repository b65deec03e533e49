"""One notebook with runs that are easy, hard and impossible to prove, executed once in a real kernel."""

from __future__ import annotations

import shutil

import nbformat
import pytest
from nbclient import NotebookClient

from end_recorder import end_recorder
from nbops.pipelines.promote import promote
from nbops.recording.list_runs import list_runs
from nbops.workspace import ENVIRONMENT, open_workspace

ROWS = "a,b,y\n" + "".join(f"{n % 7},{(n * n) % 11},{int(n % 7 + (n * n) % 11 > 8)}\n" for n in range(120))

CELLS = (
    "%load_ext nbops",
    (
        "import functools, random, socket, subprocess, sys, time\nimport numpy as np\nimport pandas as pd\n"
        "from sklearn.linear_model import LogisticRegression\nfrom sklearn.ensemble import RandomForestClassifier"
    ),
    "df = pd.read_csv('sales.csv')",
    "X = df[['a', 'b']]\ny = df['y']",
    "grown = pd.read_csv('grown.csv')",
    "grown['c'] = grown['a'] * 2",
    "%%track priced\nrate = 2.0\ntotal = float((df['a'] * rate).sum())",
    "%%track fitted\nmodel = LogisticRegression(C=0.5, max_iter=500).fit(X, y)",
    "%%track forest\ntrees = RandomForestClassifier(n_estimators=5, max_depth=2).fit(X, y)",
    "%%track noisy\nnoise = float(np.random.normal())",
    "%%track changed\nheight = float(grown['c'].max())",
    "socket.setdefaulttimeout(7.0)",
    "%%track hidden\npatience = float(socket.getdefaulttimeout() or 0)",
    'subprocess.run([sys.executable, \'-c\', \'open("state.txt", "w").write("5")\'])',
    "%%track remade\nlevel = float(subprocess.run(['cat', 'state.txt'], capture_output=True).stdout or 0)",
    'subprocess.run([sys.executable, \'-c\', \'open("state.txt", "w").write("9")\'])',
    "@functools.lru_cache\ndef square(x):\n    return x * x",
    "square(3)\nsquare(3)",
    "%%track cached\nhits = float(square.cache_info().hits)",
    "%%track slow\ntime.sleep(float(open('delay.txt').read()))\nticks = 1.5",
    (
        "told = subprocess.run([sys.executable, '-c', 'print(open(\"stock.txt\").read())'], capture_output=True)\n"
        "stock = pd.DataFrame({'v': [float(word) for word in told.stdout.split()]})"
    ),
    "%%track stocked\nshelf = float(stock['v'].sum())",
    "%%track words\nword = 'nothing to measure'",
    "live = __import__('json').loads(open('feed.json').read())\nfeed = pd.DataFrame({'v': live})",
    "%%track fed\nmean = float(feed['v'].mean())",
)


@pytest.fixture(scope="session")
def executed(tmp_path_factory, mlflow_template):
    """A project whose notebook has been executed, its runs in MLflow."""
    folder = tmp_path_factory.mktemp("ground")
    (folder / "pyproject.toml").write_text("")
    for name in ("sales.csv", "grown.csv"):
        (folder / name).write_text(ROWS)
    (folder / "feed.json").write_text("[1, 2, 3]")
    (folder / "delay.txt").write_text("0")
    (folder / "stock.txt").write_text("1 2 3")
    workspace = open_workspace(folder)
    shutil.copy(mlflow_template, workspace.root / "mlflow.db")
    path = folder / "explore.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    nbformat.write(notebook, path)
    with pytest.MonkeyPatch.context() as patch:
        _environment(patch, workspace)
        NotebookClient(notebook, timeout=200, resources={"metadata": {"path": str(folder)}}).execute()
    yield workspace
    end_recorder(workspace)


@pytest.fixture
def ground(executed, monkeypatch):
    """That project, with what a kernel of its notebook finds in the environment."""
    _environment(monkeypatch, executed)
    return executed


def _environment(patch, workspace):
    """Set what a kernel of the project's notebook finds in its environment."""
    patch.delenv("MLFLOW_TRACKING_URI", raising=False)
    patch.setenv(ENVIRONMENT, str(workspace.root))
    patch.setenv("JPY_SESSION_NAME", str(workspace.project / "explore.ipynb"))
    patch.setenv("NBOPS_RECORDER", "off")


@pytest.fixture
def promoted(ground):
    """Promote the run of that name."""

    def call(name, **options):
        found = next(item for item in list_runs(ground, kind="cell") if item.name == name)
        return promote(found.id, name=options.pop("as_", name), workspace=ground, progress=False, **options)

    return call


@pytest.fixture
def other_source(ground):
    """Let a file of the project hold something else for the time of a test."""
    kept: dict[str, bytes] = {}

    def call(name, text):
        path = ground.project / name
        kept.setdefault(name, path.read_bytes())
        path.unlink() if text is None else path.write_text(text)

    yield call
    for name, content in kept.items():
        (ground.project / name).write_bytes(content)
