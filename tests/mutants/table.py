"""All mutants. `python -m tests.mutants` sees each of them caught."""

from tests.mutants.acting import ACTING
from tests.mutants.deciding import DECIDING
from tests.mutants.outside import OUTSIDE
from tests.mutants.racing import RACING

MUTANTS = (*DECIDING, *ACTING, *RACING, *OUTSIDE)
RULES = range(1, 23)
