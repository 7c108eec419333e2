"""Faults that only two at once can show."""

from tests.mutants.mutant import Mutant

RACES = "store/test_races.py"

RACING = (
    Mutant(
        "writers of links take no turns",
        (1,),
        "sync/store/locks.py",
        '        list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))\n',
        "        pass\n",
        (RACES,),
    ),
    Mutant(
        "locks are taken in any order",
        (1,),
        "sync/store/due.py",
        '    locks.calendars(sooner.values_list("pk", flat=True))\n',
        "",
        (f"{RACES}::bells_for_many_calendars_in_any_order_lock_nobody_out",),
    ),
    Mutant(
        "a claim does not see that of another",
        (1, 2),
        "sync/store/due.py",
        "            due = due.select_for_update(skip_locked=True, no_key=True)\n",
        "            pass\n",
        (f"{RACES}::two_workers_claim_different_calendars_and_neither_waits",),
    ),
    Mutant(
        "an answer about deletions does not wait for those that are being held",
        (10,),
        "sync/pairs.py",
        "    locks.pair(brake.flow.pair_id)\n",
        "",
        (f"{RACES}::an_answer_given_while_deletions_are_held_leaves_none_without_a_question",),
    ),
    Mutant(
        "what an earlier pass read counts although another worker saw more",
        (1,),
        "sync/engine/sight.py",
        "            self._drop_stale(task)\n",
        "",
        ("engine/test_stale.py",),
    ),
    Mutant(
        "a copy that is stripped once more is not planned again",
        (1, 4),
        "sync/store/record.py",
        "                link.due_at = link.due_at or now\n",
        "                pass\n",
        ("engine/test_stale.py",),
    ),
    Mutant(
        "what a person did to a copy before it was stripped once more is taken for agreed",
        (1, 4),
        "sync/store/record.py",
        "            unplanned = not agreed == link.copy_seen == read\n",
        "            unplanned = agreed != link.copy_seen\n",
        ("engine/test_strip.py::what_a_person_changed_in_a_copy_they_kept_is_not_forgotten_when_it_is_stripped",),
    ),
    Mutant(
        "what another worker took meanwhile is written all the same",
        (1, 2),
        "sync/engine/carry.py",
        "                share = [step for step in steps[at : at + size] if step.task.link.pk not in lost]\n",
        "                share = steps[at : at + size]\n",
        ("engine/test_stale.py",),
    ),
    Mutant(
        "two windows connect one account twice",
        (17,),
        "accounts/connections.py",
        "        User.objects.select_for_update(no_key=True).get(pk=user.pk)\n",
        "",
        (f"{RACES}::one_account_connected_in_two_windows_at_once_is_one_connection",),
    ),
    Mutant(
        "a reconnect overwrites a refresh",
        (17,),
        "accounts/connections.py",
        "        rows = Connection.objects.select_for_update(no_key=True)\n",
        "        rows = Connection.objects.all()\n",
        (f"{RACES}::a_refresh_in_the_middle_of_a_reconnect_is_not_undone_by_it",),
    ),
)
