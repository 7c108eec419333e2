"""`python -m tests.house.report`: how large the house is, and its longest modules and functions."""

from statistics import median, quantiles

from tests.house.source import CODE, functions, modules, name, text


def _row(title: str, *folders: str) -> str:
    paths = modules(*folders)
    lengths = [len(text(path).splitlines()) for path in paths]
    sizes = [function.lines for path in paths for function in functions(path)]
    return (
        f"{title:<10} {len(paths):>4} modules {sum(lengths):>6} lines, median {median(lengths):.0f}, longest {max(lengths)}; "
        f"{len(sizes):>5} functions, median {median(sizes):.0f}, 90 % {quantiles(sizes, n=10)[-1]:.0f}, longest {max(sizes)}"
    )


def main() -> None:
    for folder in CODE:
        print(_row(folder, folder))
    print(_row("all code", *CODE))
    print(_row("tests", "tests"))
    longest = sorted(((len(text(path).splitlines()), name(path)) for path in modules(*CODE)), reverse=True)
    print("longest modules:  ", *(f"{place} ({lines})" for lines, place in longest[:3]))
    slow = sorted(((one.lines, one.place) for path in modules(*CODE) for one in functions(path)), reverse=True)
    print("longest functions:", *(f"{place} ({lines})" for lines, place in slow[:3]))


if __name__ == "__main__":
    main()
