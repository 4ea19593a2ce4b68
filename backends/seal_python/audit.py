"""What each call of seal-python executes, for audits."""

from backends.seal.audit import binding

BINDING = binding("seal:Evaluator", mod_switch_to_inplace={})  # of plaintexts, which are encoded at the top
