"""A kind of cell: everything that differs between a model by its program, native types, and primitives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import ClassVar, Literal, Protocol

from backends.errors import Unsupported
from backends.interface import Capabilities
from backends.registry import Descriptor
from backends.security import check_demand, nominal
from bench.run.estimates import Estimate
from bench.run.life import Life
from bench.run.listener import Progress
from bench.run.outcome import Outcome
from bench.run.prediction.predictor import Predictor
from bench.spec.cells import Cell
from bench.spec.file import Limits
from reports.ladder import Ladder
from reports.record import Runaways, Shape
from reports.store import RawOutputs


class Subject(Protocol):
    """What a case brings to its cells, as the names and the record of a result tell it."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the samples."""

    @property
    def model_digest(self) -> str:
        """A digest of the model that is computed."""

    @property
    def data_digest(self) -> str:
        """A digest of the data on which it is computed."""

    @property
    def weights(self) -> Literal["trained", "random"]:
        """Whether the model was trained, or is there for its size alone."""

    @property
    def shape(self) -> Shape | None:
        """The numbers with which its cost grows; None where no model is computed."""


class CellKind(ABC):
    """A kind of cell, loaded with what a case brings to its cells.

    Attributes:
        modules: those whose imports compute the raw outputs; the key of a result digests them.
        scored_again: whether raw outputs hold all that scoring needs.
        audited: whether there is a program to which an audit can hold the library's calls.
        shares_keys: whether several key owners may share the secret key.
    """

    modules: ClassVar[tuple[str, ...]]
    scored_again: ClassVar[bool]
    audited: ClassVar[bool] = False
    shares_keys: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def load(cls, cell: Cell, progress: Progress) -> CellKind:
        """Load what a cell's case brings.

        Raises:
            ModelError: the checkpoint or the data set is missing or corrupt, or they do not fit each other.
            UserError: the data set has fewer samples.
        """

    @property
    @abstractmethod
    def subject(self) -> Subject:
        """What the case brought."""

    def check_beforehand(self, cell: Cell, descriptor: Descriptor) -> Capabilities:
        """Every check of a cell that needs no key, the same for `bench validate`, `plan` and `run`.

        Returns:
            What the library offers at the cell's parameter set.

        Raises:
            Unsupported: the library cannot, with the reason.
            ParameterError: its modulus is too large for the security that the suite demands.
            PlanError: the set has too few slots or levels for the case.
        """
        parameters = cell.parameter_set.parameters
        if parameters.parties > 1 and not self.shares_keys:
            raise Unsupported(
                "several key owners compute programs of models and layers alone; leave parties out"
            )
        capabilities = descriptor.capabilities(parameters)
        if not descriptor.simulates:  # what encrypts nothing has no modulus
            check_demand(parameters, capabilities.security or nominal(parameters))
        self._check_fit(cell, descriptor, capabilities)
        return capabilities

    @abstractmethod
    def _check_fit(self, cell: Cell, descriptor: Descriptor, capabilities: Capabilities) -> None:
        """See that the parameter set has room for the case: slots and levels, in seconds at most.

        Raises:
            Unsupported, PlanError: it has not; the sentence says what would be right.
        """

    @abstractmethod
    def estimate(
        self, cell: Cell, descriptor: Descriptor, predictor: Predictor, memories: Collection[int] = ()
    ) -> Estimate:
        """What a cell will count, need and take, for `bench plan`.

        Args:
            cell: the cell.
            descriptor: its backend.
            predictor: what work takes there.
            memories: bytes of memory of other machines, for each of which it is predicted too.

        Raises:
            Unsupported, ParameterError, PlanError: see `check_beforehand`; or no program can be made.
        """

    @abstractmethod
    def expected(self, cell: Cell, descriptor: Descriptor) -> Sequence[tuple[str, float]]:
        """The stages of a cell in their order, with the seconds to expect of each; see `bench.run.stages`.

        Raises:
            Unsupported, PlanError: as `estimate` does.
        """

    @abstractmethod
    def run(self, life: Life) -> None:
        """Have two parties compute the cell, and put what they found into `life.outcome`.

        Raises:
            CellError, or another of the errors that `bench.run.life.guarded` takes: the cell cannot go on.
        """

    @abstractmethod
    def check(self, outcome: Outcome, limits: Limits) -> None:
        """See that what was decrypted is as right as the suite demands.

        Raises:
            CellError: it is wrong.
        """

    @abstractmethod
    def ladder(self, outcome: Outcome) -> Ladder:
        """The record's ladder; empty where there is no stage of conversion (rung)."""

    def runaways(self, outcome: Outcome) -> Runaways | None:
        """The samples that left an interval; None where none did, or nothing says so."""
        return None

    @abstractmethod
    def raw_outputs(self, outcome: Outcome) -> RawOutputs | None:
        """Everything from which the ladder can be computed again; None where it is all in the record."""

    @abstractmethod
    def restored(self, outcome: Outcome, raw: RawOutputs) -> Outcome:
        """An outcome with what raw outputs say was decrypted, to be checked and scored again."""
