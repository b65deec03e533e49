"""Cells made fit for a pipeline."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from nbops.pipelines.notebook.rewrite import rewrite
from nbops.pipelines.parameters.secret import Secret


def test_imports_are_hoisted_once():
    """Equal import lines appear once; code and comments stay where they were."""
    done = rewrite([(1, "import os\n# why\nx = 1"), (2, "import os\ny = os.sep")], {})
    assert done.imports == ["import os"]
    assert done.cells == {1: "# why\nx = 1", 2: "y = os.sep"}


def test_only_names_that_the_run_used_become_parameters():
    """Another literal stays code and is listed."""
    done = rewrite([(1, "C = 0.5\nrounds = 10\nfit(C, rounds)")], {"C": 0.5})
    assert done.parameters == {"C": 0.5}
    assert done.cells == {1: "rounds = 10\nfit(C, rounds)"}
    assert done.candidates == ["rounds = 10"]


@pytest.mark.parametrize(
    "code",
    ["C = 0.5\nC = C * 2", "C = 0.5\nfor C in range(3): pass", "C = 0.5\nC += 1", "if late: C = 0.5", "C, D = 0.5, 1"],
)
def test_a_name_that_is_bound_otherwise_too_stays_code(code):
    """Taking such an assignment out would change what the pipeline computes."""
    done = rewrite([(1, code)], {"C": 0.5})
    assert not done.parameters
    assert done.cells[1] == code


def test_the_same_literal_in_two_cells_is_one_parameter():
    """Both assignments go."""
    done = rewrite([(1, "C = 0.5\na(C)"), (2, "C = 0.5\nb(C)")], {"C": 0.5})
    assert done.cells == {1: "a(C)", 2: "b(C)"}


def test_words_of_ours_are_gone_and_others_stay():
    """Tracking lines go; another magic survives."""
    done = rewrite(
        [(1, "%load_ext nbops"), (2, "%%track name\nx = f()"), (3, "%matplotlib inline\n%cd out\nplot()")], {}
    )
    assert done.cells == {2: "x = f()", 3: "%cd out\nplot()"}


def test_imports_that_depend_on_what_stands_before_them_stay():
    """After a cell sets the environment or where modules are looked for, imports are not moved before it."""
    done = rewrite([(1, "import os\nos.environ['A'] = '1'\nimport late"), (2, "import later")], {})
    assert done.imports == ["import os"]
    assert done.cells == {1: "os.environ['A'] = '1'\nimport late", 2: "import later"}


def test_a_name_that_is_imported_from_two_places_stays_where_it_is():
    """Hoisting both would give every cell the last one."""
    done = rewrite([(1, "from a import load\nx = load()"), (2, "from b import load\ny = load()")], {})
    assert not done.imports
    assert done.cells == {1: "from a import load\nx = load()", 2: "from b import load\ny = load()"}


def test_a_cell_that_failed_half_way_does_not_end_the_pipeline():
    """What it did before it failed is done again, text in it untouched, and the next cell runs."""
    done = rewrite([(1, 'xs = ["""a\nb"""]\nraise ValueError')], {}, {1: "ValueError"})
    space = {}
    exec(done.cells[1], space)
    assert space["xs"] == ["a\nb"]
    assert "it failed with ValueError" in done.cells[1]


def test_imports_stand_in_groups_as_isort_makes_them():
    """Future, standard library, installed, the project's own; names of one module together, comments kept."""
    cells = [
        (
            1,
            "from __future__ import annotations\n# tables\nimport pandas as pd\nimport os, json\nfrom mine import b, A",
        ),
        (
            2,
            "import numpy as np  # arrays\nfrom sklearn.svm import SVR\nfrom sklearn.svm import SVC\nf(pd, os, json)",
        ),
        (3, "y = f(np, SVR, SVC)"),
    ]
    done = rewrite(cells, {}, is_local=lambda name: name == "mine")
    assert done.imports == [
        "from __future__ import annotations", "",
        "import json", "import os", "",
        "import numpy as np  # arrays", "# tables", "import pandas as pd", "from sklearn.svm import SVC, SVR", "",
        "from mine import A, b",
    ]  # fmt: skip
    assert done.cells == {2: "f(pd, os, json)", 3: "y = f(np, SVR, SVC)"}


@pytest.mark.parametrize(
    "line",
    [
        "sys.path.insert(0, 'src')", "os.environ['A'] = '1'", "matplotlib.use('Agg')", "load_dotenv()",
        "patch_sklearn()",
        "np.float = float", "!pip list", "%run setup.py", "sys.modules['a'] = b", "x = 1; from pylab import *",
        "torch.multiprocessing.set_start_method('spawn')",
    ],
)  # fmt: skip
def test_no_import_moves_before_what_it_may_depend_on(line):
    """It stays below the line, where it was typed."""
    known = "import sys, os, matplotlib, torch\nimport numpy as np\nfrom dotenv import load_dotenv\n"
    known += "from sklearnex import patch_sklearn\n"
    done = rewrite([(1, f"{known}{line}\nimport late"), (2, "import later\nx = 1")], {})
    assert not any("late" in one for one in done.imports)
    assert done.cells[1].endswith("import late")
    assert done.cells[2] == "import later\nx = 1"


@pytest.mark.parametrize(
    "line",
    ["np.random.seed(0)", "home = os.environ['HOME']", "pd.set_option('display.max_rows', 9)", "print(os)", "x = f(np)",
     "sns.set_theme()", "warnings.filterwarnings('ignore')", "plt.rcParams['figure.dpi'] = 90", "df['a'] = 1"],
)  # fmt: skip
def test_imports_move_before_what_no_import_depends_on(line):
    """Seeds, options, plots' looks and prints hold nothing back."""
    known = "import os, warnings\nimport numpy as np\nimport pandas as pd\nimport seaborn as sns\n"
    done = rewrite([(1, f"{known}import matplotlib.pyplot as plt\n{line}\nimport late")], {})
    assert "import late" in done.imports
    assert done.cells == {1: line}


def test_conditional_and_failing_imports_stay():
    """What may not be there is imported where it was tried."""
    code = "try:\n    import a\nexcept ImportError:\n    a = None\nif TYPE_CHECKING:\n    import b"
    done = rewrite([(1, code), (2, "x = 1\nimport broken")], {}, {2: "ModuleNotFoundError"})
    assert not done.imports
    assert done.cells[1] == code
    assert "import broken" in done.cells[2]


def test_an_import_that_takes_a_builtins_name_stays():
    """`open` means something else before it."""
    done = rewrite([(1, "open('a').close()"), (2, "from gzip import open\nopen('b')")], {})
    assert not done.imports


def test_statements_on_one_line_are_taken_apart():
    """Only what leaves is gone; a semicolon that hides the last value stays."""
    done = rewrite([(1, "a = 1; b = f(a); import os\nos.plot(b);")], ["a"])
    assert done.parameters == {"a": 1}
    assert done.imports == ["import os"]
    assert done.cells == {1: "b = f(a)\nos.plot(b);"}


def test_nothing_else_of_the_code_changes():
    """Decorators, texts over several lines, blank lines and comments are as they were typed."""
    code = (
        '@one\n@two(1)\ndef f():\n    """A\n\n\n    text."""\n\n    return 1  # why\n\n\n# free\n\n'
        's = """\n\n\n%no magic\n"""\n\nx = (1 +\n     2)\n# last'
    )
    done = rewrite([(1, f"import os\nC = 3\n{code}")], ["C"])
    assert done.cells[1] == code


def test_comments_go_with_what_they_are_about():
    """Above a block that leaves, they leave with it; above one of which something stays, they stay."""
    code = "# strength\nC = 0.5  # small\n\n# sizes\nn = 3\nmodel = fit(C, n)\n\n# look\ndf.head()\n\n# end"
    done = rewrite([(1, code)], ["C", "n"])
    assert done.cells[1] == "# sizes\nmodel = fit(C, n)\n\n# end"
    assert done.chosen["C"].above == ("# strength",)
    assert done.chosen["C"].comment == "small"


def test_what_only_shows_something_is_gone():
    """Bare names, heads and lengths go; prints, plots, draws, files, calls of the user's own and the target's stay."""
    shown = [
        "df",
        "df.head()",
        "len(df)",
        "df.a_.shape",
        "df[['a']].describe()",
        "(df.shape, 3)",
        "df['a'].value_counts(normalize=True)",
    ]
    stays = ["print(df)", "df.sample(3)", "df.plot()", "df.to_csv('a')", "show(df)", "next(it)", "df.pop('a')",
             "a >> b",
             "'''text'''", "df.head(next(it))", "rows.append(1)", "display(df)", "f(df).head()"]  # fmt: skip
    code = "\n".join(["df = load()", *shown, *stays])
    done = rewrite([(1, code), (2, "x = 1\ndf.head()")], {}, target=2)
    assert done.cells == {1: "\n".join(["df = load()", *stays]), 2: "x = 1\ndf.head()"}


def test_what_was_shown_stays_where_code_asks_for_it():
    """`_` is the value that was shown last."""
    done = rewrite([(1, "df\ndf.head()"), (2, "x = _")], {})
    assert done.cells == {1: "df\ndf.head()", 2: "x = _"}


def test_magics_that_mean_something_in_a_pipeline_stay():
    """Looking, measuring and installing go; the rest is as it was, wherever it stands."""
    code = (
        "%%time\n%matplotlib inline\n%timeit f()\n%who\ndf?\n"
        "%pip install -q lightgbm==4.5 polars\n!pip install dask\n%env A=1\n%cd data\n"
        "files = !ls *.csv\nfor name in files:\n    %timeit g(name)\n    !echo {name} \\\n      more\n"
        "%run other.py\n%load_ext other\n%load_ext autoreload\n%autoreload 2\nx = 1"
    )
    done = rewrite([(1, code), (2, "%%bash\n# C = 1\nls"), (3, "%%capture out\nC = 2\nuse(C)"), (4, "%who")], ["C"])
    assert done.cells[1] == (
        "%%time\n# needs lightgbm==4.5 polars\n# needs dask\n%env A=1\n%cd data\nfiles = !ls *.csv\n"
        "for name in files:\n    pass\n    !echo {name} \\\n      more\n%run other.py\n%load_ext other\nx = 1"
    )
    assert done.cells[2] == "%%bash\n# C = 1\nls"
    assert done.cells[3] == "%%capture out\nuse(C)"
    assert 4 not in done.cells
    assert done.parameters == {"C": 2}


@pytest.mark.parametrize(
    "code",
    ["%time C = 0.5", "C = 0.5\nC = !ls", "C = 0.5\ndef f():\n    global C\n    C = 1", "C = 0.5\n[C := 1 for _ in x]",
     "C = 0.5\nimport C", "C = 0.5\ntry:\n    f()\nexcept E as C:\n    pass", "C = []\nC.append(1)\nC = []"],
)  # fmt: skip
def test_a_name_that_anything_else_binds_is_no_parameter(code):
    """Magics, `global`, `:=`, imports and handlers bind, too; what changes in place may be set once only."""
    assert not rewrite([(1, code)], ["C"]).parameters


def test_a_name_of_another_scope_is_another_name():
    """A function's own `C` does not keep the notebook's from being a parameter."""
    code = "C = 0.5\ndef f():\n    C = 1\n    return [C for C in range(3)]\nclass A:\n    C = 2"
    assert rewrite([(1, code)], ["C"]).parameters == {"C": 0.5}


def test_masked_literals_are_named():
    """Where a secret was typed, the code now names it; the rest of the text around it is kept."""
    code = (
        "client = Client(token='[masked]', level=3)\nconfig = {'password': '[masked]'}\napi.key = '[masked]'\n"
        "url = 'postgres://me:[masked]@host'\nopen_key = '[masked]'\n%env SOME_TOKEN=[masked]"
    )
    done = rewrite([(1, code)], [])
    assert done.cells[1] == (
        "client = Client(token=token, level=3)\nconfig = {'password': password}\napi.key = key\n"
        "url = 'postgres://me:[masked]@host'.replace('[masked]', url_secret)\n"
        "# needs the environment variable SOME_TOKEN"
    )
    assert done.secrets == {
        "token": "TOKEN", "password": "PASSWORD", "key": "KEY", "url_secret": "URL_SECRET", "open_key": "OPEN_KEY",
    }  # fmt: skip
    assert set(done.parameters) == set(done.secrets)
    assert done.variables == ("SOME_TOKEN",)
    assert not done.unnamed


def test_a_masked_literal_that_cannot_be_named_is_told():
    """Inside of an f-string nothing can take its place."""
    assert rewrite([(1, "url = f'postgres://{user}:[masked]@host'")], []).unnamed == (1,)


def test_data_locations_are_parameters_or_candidates():
    """A name that holds the path of a file that was opened is one; a path inside of a call is a candidate."""
    code = "import pandas as pd\npath = './x.csv'\nurl = 'https://h/x.csv'\nother = 'y'\na = pd.read_csv(path)\n"
    code += "b = pd.read_csv('z.csv')\nc = pd.read_csv(url)"
    done = rewrite([(1, code)], [], opened=frozenset({"x.csv", "z.csv"}))
    assert done.data == {"path", "url"}
    assert set(done.parameters) == {"path", "url"}
    assert done.candidates == ["other = 'y'", "b_path = 'z.csv'"]


def test_dates_and_paths_can_be_parameters():
    """They keep the text that made them where its import stands above; a path that was opened is data."""
    code = "from pathlib import Path\nimport datetime as dt\npath = Path('x.csv')\nday = dt.date(2024, 2, 29)\n"
    code += "load(path, day)"
    done = rewrite([(1, code)], [], opened=frozenset({"x.csv"}))
    assert done.parameters == {"path": Path("x.csv")}
    assert (done.chosen["path"].text, done.data) == ("Path('x.csv')", {"path"})
    assert done.candidates == ["day = datetime.date(2024, 2, 29)"]
    late = rewrite([(1, f"sys.path.append('a')\n{code}")], ["day"])
    assert (late.parameters, late.chosen["day"].text) == ({"day": dt.date(2024, 2, 29)}, "")


def test_nbops_is_not_imported_where_nothing_needs_it():
    """The secret was the only reason."""
    done = rewrite([(1, "import nbops\nimport os\nkey = nbops.Secret('K').value\nuse(key, os)")], [])
    assert done.imports == ["import os"]
    assert rewrite([(1, "import nbops\nnbops.log(a=1)")], []).imports == ["import nbops"]


def test_cells_with_await_are_taken_apart_too():
    """IPython lets it stand outside of functions."""
    done = rewrite([(1, "import asyncio\nC = 0.5\nx = await f(C)\nasync for y in x:\n    asyncio.run(y)")], ["C"])
    assert (done.imports, done.parameters) == (["import asyncio"], {"C": 0.5})
    assert done.cells == {1: "x = await f(C)\nasync for y in x:\n    asyncio.run(y)"}


def test_a_name_that_was_bound_out_of_sight_is_no_parameter():
    """A star import, `%run` or `exec` would set it again; where nobody looked, what comes later stays code."""
    cells = [(1, "x = 1\nfrom settings import *"), (2, "C = 0.5\nn = 3\nuse(C, n)")]
    assert rewrite(cells, ["C", "n"], defined={1: ["C", "D"], 2: ["C", "n"]}).parameters == {"n": 3}
    assert rewrite(cells, ["C", "n"], defined={1: None, 2: ["C", "n"]}).parameters == {}
    assert rewrite([(1, "%run settings.py"), cells[1]], ["C", "n"], defined={1: ["C"], 2: []}).parameters == {"n": 3}
    assert rewrite([(1, "exec(text)\nC = 1\nuse(C)")], ["C"], defined={1: ["C"]}).parameters == {}


def test_star_imports_at_the_very_top_keep_their_place_among_the_imports():
    """What comes before one stays before it, what comes after it after it; parameters are set below."""
    cells = [(1, "import os\nfrom mine import *\nimport b\nimport a\nC = 1"), (2, "import c\nuse(C, os)")]
    done = rewrite(cells, ["C"], defined={1: ["C", "os", "other"]})
    assert done.imports == ["import os", "", "from mine import *", "", "import a", "import b", "import c"]
    assert (done.parameters, done.cells) == ({"C": 1}, {2: "use(C, os)"})


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("password = '[masked]'\npassword = hash(password)", "password = password_secret\npassword = hash(password)"),
        (
            "def f():\n    password = '[masked]'\n    return password",
            "def f():\n    password = password_secret\n    return password",
        ),
        ("def f(password='[masked]'):\n    return password", "def f(password=password_secret):\n    return password"),
        ("if late:\n    password = '[masked]'", "if late:\n    password = password_secret"),
        ("call(nbops.Secret('PASSWORD').value)", "call(password)"),
    ],
)
def test_a_name_that_is_bound_otherwise_too_gets_its_secret_from_another(code, left):
    """What was assigned is not overwritten, and no local name hides the parameter."""
    done = rewrite([(1, code)], [])
    assert done.cells == {1: left}
    assert list(done.secrets.values()) == ["PASSWORD"]
    assert list(done.parameters.values()) == [Secret("PASSWORD")]


@pytest.mark.parametrize(
    ("code", "imports"),
    [
        ("import os, sys\nuse(sys)", ["import sys"]),
        ("from math import sqrt, pi\nuse(sqrt)", ["from math import sqrt"]),
        ("import numpy as np\nimport pandas as pd\nfrom sklearn import svm, tree\nuse(pd, tree)",
         ["import pandas as pd", "from sklearn import tree"]),
        ("import seaborn as sns\nimport unknown_to_us, os\nfrom __future__ import annotations\nx = 1",
         ["from __future__ import annotations", "", "import seaborn as sns", "import unknown_to_us"]),
        ("from sklearn.experimental import enable_iterative_imputer\nx = 1",
         ["from sklearn.experimental import enable_iterative_imputer"]),
        ("import matplotlib as mpl\nimport matplotlib.pyplot as plt\nmpl.pyplot.plot(x)",
         ["import matplotlib as mpl", "import matplotlib.pyplot as plt"]),
        ("import os\nx = eval(text)", ["import os"]),
        ("import numpy as np\nx = df.query('@np.pi > a')", ["import numpy as np"]),
        ("import json\nx = 1", ["import json"]),
    ],
)  # fmt: skip
def test_imports_that_nothing_names_go_where_importing_does_nothing_else(code, imports):
    """What is not known as quiet stays; so does the project's own, what a text names, and all where names hide."""
    assert rewrite([(1, code)], {}, is_local=lambda name: name == "json").imports == imports
