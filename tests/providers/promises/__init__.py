"""The parts of the contract, a module for each thing promised."""
