"""What the issue asks for, told beside what was measured."""

# A busy machine: beyond so many times the target the bench fails.
NOISE = 2.0


class Targets:
    """Tells each figure with its target, and fails at the end when one was missed by more than the noise."""

    def __init__(self, bench: str) -> None:
        self.bench = bench
        self.missed: list[str] = []

    def tell(self, what: str, measured: float, target: float | None, unit: str) -> None:
        if target is None:
            print(f"{what}: {measured:.2f} {unit}")
            return
        print(f"{what}: {measured:.2f} {unit} (target {target:g}: {self._judged(what, measured, target)})")

    def tell_share(self, what: str, share: float, target: int | None, *, noise: float = 1.0) -> None:
        """A part of something, told as 1/N, that should be at most 1/`target`. Two times of one run share its
        noise: none is allowed for, unless said."""
        if target is None:
            print(f"{what}: 1/{1 / share:.0f}")
            return
        print(
            f"{what}: 1/{1 / share:.0f} (target 1/{target}: {self._judged(what, share, 1 / target, noise)})"
        )

    def _judged(self, what: str, measured: float, target: float, noise: float = NOISE) -> str:
        if measured > noise * target:
            self.missed.append(f"{what.strip()} {measured:.3g}, target {target:.3g}")
        return "reached" if measured <= target else f"MISSED, {measured / target:.1f} times"

    def end(self) -> None:
        """Raises SystemExit when a target was missed by more than the noise."""
        if self.missed:
            raise SystemExit(f"{self.bench}: " + "; ".join(self.missed))
