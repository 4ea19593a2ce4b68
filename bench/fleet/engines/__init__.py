"""Engines that exist, each behind the same few calls; a module imports what its extra installs."""
