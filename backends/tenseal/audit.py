"""What each call of `tenseal.sealapi` executes, for audits."""

from backends.seal.audit import binding

BINDING = binding("tenseal.sealapi:Evaluator")
