"""An article's words without HTML, as the widget shows them."""

from playbooks.help.drawing import article_text

ARTICLE = """# Connect a source

First **choose** one,
then [read on](https://docs.example/more).

3. Open *Sources*
4. Press `New`
   - a warehouse
   - a file

| What you see | What it usually is |
| --- | --- |
| Nothing | A wrong key |

| A | B | C |
| - | - | - |
| 1 | 2 | 3 |

    code
"""


def test_nothing_of_the_markdown_is_left_and_nothing_of_the_words_is_lost():
    assert article_text(ARTICLE).split("\n") == [
        "Connect a source",
        "First choose one, then read on (https://docs.example/more).",
        "3. Open Sources",
        "4. Press New",
        "• a warehouse",
        "• a file",
        "What you see: What it usually is",
        "Nothing: A wrong key",
        "A, B, C",
        "1, 2, 3",
        "code",
    ]


def test_an_address_that_says_itself_is_said_once_and_a_path_is_no_address():
    assert article_text("<https://docs.example/> and [here](/h/x)") == "https://docs.example/ and here"
    assert article_text("") == ""
