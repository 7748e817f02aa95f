from aggregator.text.remembered import LONGEST, Remembered


def test_a_text_is_worked_on_once() -> None:
    asked: list[str] = []

    def work(text: str) -> str:
        asked.append(text)
        return text.upper()

    answers = Remembered(work)
    assert [answers[text] for text in ("vak", "man", "vak")] == ["VAK", "MAN", "VAK"]
    assert asked == ["vak", "man"]


def test_neither_many_texts_nor_endless_ones_fill_the_memory() -> None:
    answers = Remembered(len, most=10)
    for number in range(95):
        assert answers[f"woord {number}"] == len(f"woord {number}")
        assert len(answers) <= 10
    held = len(answers)
    assert answers["x" * (LONGEST + 1)] == LONGEST + 1
    assert len(answers) == held
