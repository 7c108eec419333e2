"""Modules and functions that one person can hold in the head."""

from statistics import median, quantiles

from tests.house.source import CODE, files, functions, modules, name, text

MODULE_STOP = 300
# A test module is a list, read from one entry to the next.
TEST_MODULE_STOP = 400
FUNCTION_STOP = 60
TEST_STOP = 40


def _lines(path) -> int:
    return len(text(path).splitlines())


def test_no_module_is_longer_than_300_lines_and_no_list_of_tests_longer_than_400():
    code = {name(path): _lines(path) for path in modules(*CODE, "bench")}
    tests = {name(path): _lines(path) for path in modules("tests")}
    assert {place: lines for place, lines in code.items() if lines > MODULE_STOP} == {}
    assert {place: lines for place, lines in tests.items() if lines > TEST_MODULE_STOP} == {}


def test_no_function_is_longer_than_60_lines_and_no_test_longer_than_40():
    code = [function for path in modules(*CODE, "bench") for function in functions(path)]
    tests = [function for path in modules("tests") for function in functions(path)]
    assert [function for function in code if function.lines > FUNCTION_STOP] == []
    assert [function for function in tests if function.lines > TEST_STOP] == []


def test_functions_are_short_on_the_whole():
    lengths = [function.lines for path in modules() for function in functions(path)]
    assert median(lengths) <= 9
    assert quantiles(lengths, n=10)[-1] <= 30


def test_modules_are_short_on_the_whole():
    assert median(_lines(path) for path in modules() if _lines(path) > 2) <= 120


def test_templates_are_short_on_the_whole():
    lengths = [_lines(path) for path in files("*.html", "templates")]
    assert quantiles(lengths, n=10)[-1] <= 120


def test_comments_say_why_on_their_own_line_and_not_at_every_line():
    lines = [line.strip() for path in modules() for line in text(path).splitlines()]
    share = 100 * sum(line.startswith("#") for line in lines) / len(lines)
    assert share <= 8
