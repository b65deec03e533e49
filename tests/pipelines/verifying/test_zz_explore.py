import pytest, time


def test_all(ground, promoted, other_source):
    for name in ["priced", "fitted", "forest", "noisy", "changed", "hidden", "remade", "cached", "words", "fed"]:
        t = time.time()
        p = promoted(name)
        print(f"\n## {name}: {p.verified} {p.verdict}\n   {p.cautions} {time.time() - t:.1f}s")
    other_source("sales.csv", "a,b,y\n1,2,0\n3,4,1\n")
    other_source("grown.csv", "a,b,y\n1,2,0\n3,4,1\n")
    other_source("feed.json", "[4,5]")
    for name in ["priced", "fitted", "changed", "fed"]:
        t = time.time()
        p = promoted(name)
        print(f"\n## {name}: {p.verified} {p.verdict}\n   {p.cautions} {time.time() - t:.1f}s")
        print(p.notebook.read_text()[-3500:] if name == "priced" else "")
    other_source("sales.csv", None)
    for name in ["fitted"]:
        p = promoted(name)
        print(f"\n## {name}: {p.verified} {p.verdict}\n   {p.cautions} {time.time() - t:.1f}s")
    p = promoted("fitted", data="snapshot", as_="pinned")
    print(f"\n## {name}: {p.verified} {p.verdict}\n   {p.cautions} {time.time() - t:.1f}s")
    import nbformat

    for c in nbformat.read(p.notebook, 4).cells:
        print("-----")
        print(c.source)
