"""Cells that failed when they were explored, made fit for a pipeline. libcst is imported here alone."""

from __future__ import annotations


def endure(code: str, error: str) -> str:
    """Return *code* so that its failure does not end the pipeline: what it did before it failed is needed.

    Args:
        code: A cell; one that is not plain Python comes back as it is.
        error: Class name of the exception that it raised.
    """
    import libcst

    try:
        body = libcst.parse_module(code.rstrip("\n") + "\n")
    except libcst.ParserSyntaxError:
        return code
    frame = libcst.parse_module(
        "try:\n    pass\n"
        f"except Exception as _error:  # it failed with {error} before, too; what it did until then is needed\n"
        '    print(f"{type(_error).__name__}: {_error}")\n'
    )
    attempt = frame.body[0]
    if not isinstance(attempt, libcst.Try):
        return code
    lines = [*body.body]
    if lines:
        first = lines[0].with_changes(leading_lines=[*body.header, *lines[0].leading_lines])
        lines = [first, *lines[1:]]
    block = libcst.IndentedBlock(body=lines, footer=body.footer)
    return frame.with_changes(body=[attempt.with_changes(body=block)]).code.strip("\n")
