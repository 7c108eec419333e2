"""All mutants. `python -m tests.mutants` sees each of them caught."""

from tests.mutants.acting import ACTING
from tests.mutants.deciding import DECIDING
from tests.mutants.outside import OUTSIDE

MUTANTS = (*DECIDING, *ACTING, *OUTSIDE)
RULES = range(1, 23)
