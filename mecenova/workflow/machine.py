"""A state machine is a table: verb, sources, target, who. It knows no model and no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mecenova.workflow.errors import TransitionRefused

# What the journal writes as the source of a subject that has just been made.
NEW = ""

_workflows: "dict[str, Workflow]" = {}


@dataclass(frozen=True)
class Transition:
    """One line of the table: `who` may apply `verb` to a subject in one of `sources`; it ends in `target`."""

    verb: str
    sources: frozenset[str]
    target: str
    who: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", frozenset(str(source) for source in self.sources))
        object.__setattr__(self, "target", str(self.target))


class Workflow:
    """The table of one model. Building it registers it, so that its diagram is drawn and kept fresh.

    `starts` are the states in which one is made. `labels` gives the French names of the states, used when
    refusing (a TextChoices' `.choices` will do).
    """

    def __init__(
        self,
        name: str,
        transitions: Iterable[Transition],
        *,
        starts: Iterable[str],
        labels: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> None:
        self.name = name
        self.transitions = tuple(transitions)
        self.starts = tuple(str(state) for state in starts)
        self.labels = {str(value): str(label) for value, label in dict(labels).items()}
        self._targets: dict[tuple[str, str], str] = {}
        for transition in self.transitions:
            for source in transition.sources:
                if (transition.verb, source) in self._targets:
                    raise ValueError(f"{name}: {transition.verb} from {source} is listed twice")
                self._targets[transition.verb, source] = transition.target
        if not self.starts or not set(self.starts) <= set(self.states()):
            raise ValueError(f"{name} starts nowhere in its table: {self.starts}")
        if name in _workflows:
            raise ValueError(f"Two workflows are called {name}")
        _workflows[name] = self

    def target(self, verb: str, status: str) -> str:
        """The state `verb` leads to from `status`, or TransitionRefused."""
        status = str(status)
        if (verb, status) in self._targets:
            return self._targets[verb, status]
        if all(transition.verb != verb for transition in self.transitions):
            raise LookupError(f"{self.name} has no verb {verb}")
        raise TransitionRefused(self._refusal(status), workflow=self.name, verb=verb, status=status)

    def allows(self, verb: str, status: str) -> bool:
        return (verb, str(status)) in self._targets

    def states(self) -> list[str]:
        """Every state of the table, in the order a reader meets them."""
        seen: dict[str, None] = {}
        for transition in self.transitions:
            for state in (*sorted(transition.sources), transition.target):
                seen.setdefault(state)
        return list(seen)

    def diagram(self) -> str:
        """The table as a mermaid state diagram; final states are those nothing leaves."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in self.starts)]
        left = {source for transition in self.transitions for source in transition.sources}
        for transition in self.transitions:
            for source in sorted(transition.sources):
                lines.append(f"    {source} --> {transition.target}: {transition.verb} ({transition.who})")
        lines += [f"    {state} --> [*]" for state in self.states() if state not in left]
        return "\n".join(lines)

    def _refusal(self, status: str) -> str:
        label = self.labels.get(status)
        if not label:
            return "Cette action n’est plus possible ici\u00a0: quelqu’un est passé avant vous."
        return f"Cette action n’est plus possible\u00a0: l’état est maintenant «\u202f{label}\u202f»."


def label_of(name: str, status: str) -> str:
    """The French name of a state of the workflow called `name` (a model's name), or the state itself."""
    workflow = _workflows.get(name)
    return workflow.labels.get(str(status), str(status)) if workflow else str(status)


def registered() -> list[Workflow]:
    """Every workflow of the house, by name."""
    return [_workflows[name] for name in sorted(_workflows)]
