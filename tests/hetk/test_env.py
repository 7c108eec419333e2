import pytest
from django.core.exceptions import ImproperlyConfigured

from hetk import env


def test_a_secret_can_come_from_a_file(monkeypatch, tmp_path):
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    monkeypatch.setenv("HETK_X", "from the environment")
    monkeypatch.setenv("HETK_X_FILE", str(file))
    assert env.text("HETK_X") == "from the file"


def test_a_default_serves_when_nothing_is_set():
    assert (env.text("HETK_X", "a"), env.number("HETK_X", 7), env.words("HETK_X", "a b")) == ("a", 7, ["a", "b"])
    assert env.flag("HETK_X") is False


def test_words_may_be_parted_by_commas_or_spaces(monkeypatch):
    monkeypatch.setenv("HETK_X", "a, b c,,d ")
    assert env.words("HETK_X") == ["a", "b", "c", "d"]


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("NO", False)])
def test_a_flag_is_yes_or_no(monkeypatch, text, value):
    monkeypatch.setenv("HETK_X", text)
    assert env.flag("HETK_X") is value


def test_a_value_that_cannot_be_read_fails_by_name(monkeypatch):
    monkeypatch.setenv("HETK_X", "1.5")
    for read in (lambda: env.number("HETK_X", 1), lambda: env.flag("HETK_X"), lambda: env.text("HETK_Y")):
        with pytest.raises(ImproperlyConfigured, match="HETK_"):
            read()
