"""Parameter sets whose primes are compared with those that a library chooses."""

from backends.parameters import ParameterSet

#: Sets of SEAL's shape: toy and secure rings, few and many primes, small ones, as large as the special prime.
CHAINS = [
    ParameterSet(10, 30, 24, 3, 4, security=0),
    ParameterSet(11, 22, 20, 10, 11, security=0),
    ParameterSet(11, 60, 58, 30, 31, security=0),
    ParameterSet(12, 60, 40, 6, 7, security=0),
    ParameterSet(13, 45, 25, 20, 21, security=0),
    ParameterSet(14, 46, 36, 9, 10, security=0),
    ParameterSet(14, 48, 40, 8, 9),
    ParameterSet(15, 50, 40, 18, 19),
]
