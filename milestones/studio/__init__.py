"""What members see: accounts, people and ladders, with the evidence behind every rung and the reason for every gap."""
