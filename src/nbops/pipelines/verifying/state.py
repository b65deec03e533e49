"""Whether what was said of a pipeline's proof still holds; lists ask for it too, so it lies with the notebooks."""

from nbops.pipelines.notebook.state_of import State, judge_state, state_of

__all__ = ["State", "judge_state", "state_of"]
