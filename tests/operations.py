"""An operation that no model has, as a declaration adds one."""

from models.operations.forms import alike
from models.operations.operation import Carries, Factor, Operation

NEGATE = Operation(
    name="negate",
    meaning="-x",
    inputs=(1,),
    result=alike,
    evaluate=lambda node, x: -x,
    factor=Factor.PASSED,
    carries=Carries.NOTHING,
    factor_moves_to=0,
)
