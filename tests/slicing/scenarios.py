# ruff: noqa: E501 # one notebook a line
"""Small notebooks that slicers get wrong: the last cell prints the target, cells that name `bait` are not needed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    name: str
    cells: tuple[str, ...]


def scenario(name: str, *cells: str) -> Scenario:
    return Scenario(name, cells)


APPENDIX_A = (
    scenario("simple", "a = 1", "bait = 2", "b = a + 1", "print(b)"),
    scenario("augassign", "x = 1", "x += 4", "bait = 'x'", "print(x)"),
    scenario("list_append", "xs = []", "xs.append(3)", "bait = []\nbait.append(1)", "print(xs)"),
    scenario("alias_mutation", "a = [1]\nb = a", "bait = [1]", "b.append(2)", "print(a)"),
    scenario("subscript_assign", "d = {}", "d['k'] = 5", "bait = {'k': 1}", "print(d)"),
    scenario(
        "fn_mutates_arg", "def f(l):\n    l.append(7)", "l = [1]", "bait = f([0])", "f(l)", "print(l)"
    ),
    scenario("fn_reads_global", "n = 2", "def f(x):\n    return x * n", "bait = f(9)", "n = 5", "print(f(3))"),
    scenario(
        "fn_mutates_global", "total = 0", "def add(k):\n    global total\n    total += k", "bait = 10", "add(3)", "print(total)"
    ),
    scenario(
        "pandas_col_assign", "import pandas as pd", "df = pd.DataFrame({'a': [1, 2]})", "bait = df.a.mean()",
        "df['b'] = df.a * 2", "print(df.b.sum())",
    ),
    scenario(
        "pandas_inplace", "import pandas as pd\ndf = pd.DataFrame({'a': [3, 1, 2]})", "bait = df.head(1)",
        "df.sort_values('a', inplace=True)", "print(df.a.tolist())",
    ),
    scenario(
        "pandas_readonly_call", "import pandas as pd\ndf = pd.DataFrame({'a': [3, 1, 2]})", "df.describe()  # bait",
        "df.info()  # bait", "print(df.a.sum())",
    ),
    scenario(
        "sklearn_fit", "import numpy as np\nfrom sklearn.linear_model import LinearRegression",
        "X = np.arange(6.).reshape(-1, 1)\ny = X.ravel() * 2", "model = LinearRegression()", "bait = X.mean()",
        "model.fit(X, y)", "print(round(float(model.predict([[10.]])[0]), 6))",
    ),
    scenario("numpy_view", "import numpy as np\narr = np.zeros(4)", "v = arr[:2]", "bait = arr.sum()", "v[:] = 9", "print(arr)"),
    scenario(
        "random_seed", "import numpy as np", "np.random.seed(3)", "bait = 1", "a = np.random.rand()", "print(np.random.rand())"
    ),
    scenario(
        "file_io", "path = 'out.txt'", "with open(path, 'w') as f:\n    f.write('hello')",
        "bait = 'x'", "print(open(path).read())",
    ),
    scenario(
        "file_io_split", "from pathlib import Path\nPath('part.txt').write_text('12')", "bait = 3",
        "text = open('part' + '.txt').read()", "print(text)",
    ),
    scenario("rerun_counter", "x = 1", "x = x + 1", "x = x + 1", "bait = x", "print(x)"),
    scenario("dead_redefinition", "x = 'bait'", "bait = x", "x = 2", "print(x)"),
    scenario("globals_dyn", "key = 'dyn'", "globals()[key + '_x'] = 4", "bait = 1", "print(dyn_x)"),
    scenario("class_attr", "class A:\n    n = 0", "a = A()", "A.n = 5", "bait = A.n", "print(a.n)"),
    scenario("del_and_redef", "x = 'bait'", "del x  # bait", "x = 3", "print(x)"),
    scenario("star_import", "from math import *", "bait = 1", "print(floor(2.5))"),
    scenario("closure_late", "n = 'bait'", "f = lambda: n", "n = 2", "bait = 3", "print(f())"),
    scenario("iterator_state", "it = iter([1, 2, 3])", "next(it)", "bait = 3", "print(next(it))"),
    scenario(
        "env_var", "import os", "os.environ['NBOPS_SCENARIO'] = 'on'", "bait = 1", "print(os.getenv('NBOPS_SCENARIO'))"
    ),
    scenario("conditional", "x = 1", "flag = False", "if flag:\n    x = 2", "bait = 3", "print(x)"),
    scenario(
        "default_arg", "opts = {'k': 1}", "def f(o=opts):\n    return o['k']", "opts['k'] = 2", "bait = opts['k']", "print(f())"
    ),
    scenario("multi_target", "a = b = [0]", "c, d = 1, [2]", "b.append(1)", "bait = c", "print(a, d)"),
    scenario(
        "list_of_objs", "class P:\n    def __init__(self): self.v = 0", "ps = [P(), P()]", "bait = len(ps)",
        "for p in ps:\n    p.v += 2", "print([p.v for p in ps])",
    ),
    scenario("generator", "n = 2\nxs = [1, 2]", "g = (x * n for x in xs)", "n = 10", "bait = n", "xs.append(3)", "print(list(g))"),
)  # fmt: skip

FURTHER = (
    scenario(
        "instance_changed_through_another", "class Box:\n    def __init__(self): self.v = 0",
        "class Owner:\n    def __init__(self, b): self.b = b\n    def push(self): self.b.v += 1",
        "box = Box()", "owner = Owner(box)", "owner.push()", "bait = 0", "print(box.v)",
    ),
    scenario("exec_text", "exec('y = 4')", "bait = 1", "print(y)"),
    scenario("eval_text", "a = 3", "bait = 1", "print(eval('a + 1'))"),
    scenario("registry_decorator", "REG = {}", "def reg(f):\n    REG[f.__name__] = f\n    return f", "bait = 1",
              "@reg\ndef double(x):\n    return 2 * x", "print(REG['double'](4))"),
    scenario("monkey_patch", "import math", "math.tau2 = 7", "bait = 1", "print(math.tau2)"),
    scenario("half_failed", "xs = []", "xs.append(1)\nraise ValueError('half')\nxs.append(2)", "bait = 1", "print(xs)"),
    scenario("failed_then_right", "data = [1, 2]", "out = data.nope()  # bait", "out = sum(data)", "print(out)"),
    scenario("edited_and_rerun", "x = 'bait'", "y = x + '!'  # bait", "x = 'good'", "y = x + '?'", "print(y)"),
    scenario("time_line_magic", "%time x = 3", "bait = 1", "print(x)"),
    scenario("time_cell_magic", "%%time\nx = 3\ny = x + 1", "bait = 1", "print(y)"),
    scenario("capture_magic", "%%capture out\nprint('inside')\nz = 2", "bait = 1", "print(z, out.stdout)"),
    scenario("shell_output", "words = !echo hello", "bait = 1", "print(words[0])"),
    scenario("set_cwd", "import os\nos.makedirs('deep', exist_ok=True)", "os.chdir('deep')", "bait = 1",
              "open('in.txt', 'w').write('here')", "print(open('in.txt').read(), os.path.basename(os.getcwd()))"),
    scenario("seed_in_function", "import random\ndef seed_all(s):\n    random.seed(s)", "seed_all(5)", "bait = 1", "print(random.random())"),
    scenario("closure_counter", "def make():\n    n = 0\n    def inc():\n        nonlocal n\n        n += 1\n        return n\n    return inc",
              "c = make()", "c()", "bait = 1", "print(c())"),
    scenario("mutable_default", "def add(x, seen=[]):\n    seen.append(x)\n    return len(seen)", "add(1)", "bait = 1", "print(add(2))"),
    scenario("user_generator", "def count():\n    yield 1\n    yield 2", "g = count()", "next(g)", "bait = 1", "print(next(g))"),
    scenario("query_variable", "import pandas as pd\ndf = pd.DataFrame({'a': [1, 5]})", "limit = 2", "bait = 1",
              "print(len(df.query('a > @limit')))"),
    scenario("branches_both", "flag = True", "x = 'bait'", "if flag:\n    x = 1\nelse:\n    x = 2", "bait = 0", "print(x)"),
    scenario("loop_variable", "xs = [1, 2, 3]", "for x in xs:\n    bait = x", "t = 0\nfor x in xs:\n    t += x", "print(t)"),
    scenario("append_to_file", "open('log.txt', 'w').write('a')", "open('log.txt', 'a').write('b')", "bait = 1", "print(open('log.txt').read())"),
    scenario("rewritten_file", "open('w.txt', 'w').write('bait')", "open('w.txt', 'w').write('b')", "print(open('w.txt').read())"),
    scenario("chained_functions", "k = 2", "def g(x): return x * k", "def f(x): return g(x) + 1", "bait = 1", "k = 7", "print(f(2))"),
    scenario("partial", "from functools import partial\nk = [1]", "def f(a, b): return a[0] + b", "g = partial(f, k)", "k[0] = 5", "bait = 1", "print(g(1))"),
    scenario("try_except", "try:\n    value\nexcept NameError:\n    value = 3", "bait = 1", "print(value)"),
    scenario("walrus", "bait = 0", "(m := 4)", "print(m)"),
    scenario("torch_like_step", "class Opt:\n    def __init__(self, ps): self.ps = list(ps)\n    def step(self):\n        for p in self.ps: p[0] -= 1",
              "w = [5]", "opt = Opt([w])", "opt.step()", "bait = 1", "print(w)"),
    scenario("dataclass_update", "from dataclasses import dataclass\n@dataclass\nclass Cfg:\n    lr: float = .1", "cfg = Cfg()", "cfg.lr = .5", "bait = cfg.lr", "print(cfg.lr)"),
    scenario("draws_before", "import random\nrandom.seed(1)", "first = random.random()", "bait = 1", "print(random.random())"),
    scenario("reseeded", "import random", "random.seed(1); bait = random.random()", "random.seed(2)", "print(random.random())"),
)  # fmt: skip
