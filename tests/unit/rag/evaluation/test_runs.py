"""Runs saved, read again, compared, and written as a page."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from index.errors import StorageError
from rag.errors import RunError
from rag.evaluation.collection import Collection, Question
from rag.evaluation.comparison import Change, compare
from rag.evaluation.console_report import print_comparison
from rag.evaluation.figures import FIGURES
from rag.evaluation.html_report import worst_questions, write_report
from rag.evaluation.results import Result
from rag.evaluation.run import EvaluationRun, fingerprint_of
from rag.evaluation.saved_runs import make_folder, read_run, run_as_json, save_run

HOSTILE = '<script src="//evil.example/x.js">alert(1)</script> & "quoted" \'s'


def result(name, *, confidence=0.5, right=True, answerable=True, rank=1, **particulars):
    made = Result(
        id=name,
        question=f"What is {name}?",
        answerable=answerable,
        confidence=confidence,
        right=right,
        rank=rank if answerable else None,
        first_quote_holds=right if answerable else None,
        any_quote_holds=right if answerable else None,
        short_answer=None,
        short_f1=0.0 if answerable else None,
        quote=f"A quote for {name}.",
        quoted_article="a",
        wanted=[f"gold of {name}"] if answerable else [],
        ms=12.0,
    )
    return replace(made, **particulars)


def collection_of(tmp_path, *names, name="made"):
    questions = [Question(id=one, question=f"What is {one}?", answerable=True) for one in names]
    return Collection(name, tmp_path, questions, "")


def run_of(collection, *results, **figures):
    shown = {"hit@1": 0.8, "AUROC": 0.9, "Brier score": 0.2, "ask p50 ms": 50.0}
    return EvaluationRun(
        collection=collection.name,
        questions=len(results),
        answerable=sum(one.answerable for one in results),
        articles=3,
        passages=9,
        threshold=0.4,
        figures={**shown, **{name.replace("_", " "): value for name, value in figures.items()}},
        retrieval_alone={"BM25 alone": {"hit@1": 0.7}},
        made="2026-11-23T10:00:00+00:00",
        model="words",
        fingerprint=fingerprint_of(collection.questions),
        results=list(results),
    )


@pytest.fixture
def collection(tmp_path):
    return collection_of(tmp_path, "x", "y")


@pytest.fixture
def run(collection):
    return run_of(collection, result("x"), result("y", right=False))


@pytest.mark.parametrize("results", [True, False])
def test_a_saved_run_is_read_as_it_was(tmp_path, collection, run, results):
    """The file holds the whole run; without its questions, all but them."""
    save_run(run, tmp_path / "run.json", results=results)
    assert read_run(tmp_path / "run.json", collection) == (run if results else replace(run, results=[]))
    assert ("results" in json.loads((tmp_path / "run.json").read_text())) == results


def test_a_run_of_a_later_version_can_be_read(tmp_path, collection, run):
    """Keys and figures that this version does not know are no trouble."""
    grown = {**run_as_json(run, results=True), "later": 1}
    (tmp_path / "run.json").write_text(json.dumps(grown))
    assert read_run(tmp_path / "run.json", collection) == run


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"collection": "made"}', "\x00", '"run"'])
def test_a_file_that_is_no_saved_run_is_refused(tmp_path, collection, text):
    """The sentence names the file and the command that makes one."""
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(RunError, match="is no saved run") as caught:
        read_run(path, collection)
    assert str(path) in caught.value.what
    assert "--save" in caught.value.remedy


def test_bytes_that_are_no_text_are_no_saved_run(tmp_path, collection):
    """A picture named by mistake is refused as any other file."""
    (tmp_path / "run.json").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(RunError, match="is no saved run"):
        read_run(tmp_path / "run.json", collection)


def test_a_figure_that_is_no_number_is_no_saved_run(tmp_path, collection, run):
    """NaN compares as neither worse nor better, so it is not let in."""
    text = json.dumps(run_as_json(replace(run, figures={"hit@1": float("nan")}), results=False))
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(RunError, match=r"figures\.hit@1"):
        read_run(tmp_path / "run.json", collection)


@pytest.mark.parametrize("place", ["nothing.json", "."])
def test_a_saved_run_that_can_t_be_read_is_refused(tmp_path, collection, place):
    """A missing file and a directory are said to be unreadable."""
    with pytest.raises(RunError, match="can't be read"):
        read_run(tmp_path / place, collection)


def test_a_run_of_another_collection_is_refused(tmp_path, collection, run):
    """Both names stand in the sentence."""
    save_run(run, tmp_path / "run.json", results=False)
    with pytest.raises(RunError, match="collection made, not of other"):
        read_run(tmp_path / "run.json", replace(collection, name="other"))


@pytest.mark.parametrize(
    "changed",
    [
        {"question": "What else is x?"},
        {"answerable": False},
        {"gold_articles": ["a"]},
        {"id": "z"},
    ],
)
def test_a_run_of_other_questions_is_refused(tmp_path, collection, run, changed):
    """One word, or the gold of one question, makes it another set."""
    save_run(run, tmp_path / "run.json", results=False)
    first, *others = collection.questions
    with pytest.raises(RunError, match="other questions"):
        read_run(tmp_path / "run.json", replace(collection, questions=[first.model_copy(update=changed), *others]))


def test_the_order_of_the_questions_does_not_matter(tmp_path, collection, run):
    """The same questions sorted otherwise are the same set."""
    save_run(run, tmp_path / "run.json", results=False)
    again = replace(collection, questions=collection.questions[::-1])
    assert read_run(tmp_path / "run.json", again).fingerprint == run.fingerprint


def test_a_place_that_can_t_be_written_is_said_so(tmp_path, run):
    """A folder where the file should be, and a file where the folder should be."""
    with pytest.raises(StorageError, match="can't be written"):
        save_run(run, tmp_path, results=False)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="can't be made"):
        make_folder(tmp_path / "file" / "below")


@pytest.mark.parametrize(
    ("name", "before", "now", "verdict"),
    [
        ("hit@1", 0.80, 0.85, "better"),
        ("hit@1", 0.80, 0.80, "same"),
        ("hit@1", 0.84, 0.83, "worse within the margin"),  # by 0.010000000000000009
        ("hit@1", 0.84, 0.82, "worse"),
        ("Brier score", 0.20, 0.10, "better"),
        ("Brier score", 0.20, 0.21, "worse within the margin"),
        ("Brier score", 0.20, 0.22, "worse"),
        ("ask p50 ms", 50.0, 5000.0, "not judged"),
        ("ask p50 ms", 5000.0, 50.0, "not judged"),
    ],
)
def test_each_figure_has_its_verdict(run, name, before, now, verdict):
    """More is better, or less, as the figure has it; the margin itself is still within; latency is not judged."""
    then = replace(run, figures={**run.figures, name: before})
    comparison = compare(then, replace(run, figures={**run.figures, name: now}), 0.01)
    assert {one.name: one.verdict for one in comparison.changes}[name] == verdict
    assert (comparison.regression() is not None) == (verdict == "worse")
    assert [one.name for one in comparison.differences() if one.verdict != "not judged"] == (
        [name] if verdict not in ("same", "not judged") else []
    )


def test_every_quality_figure_can_be_a_regression(run):
    """Of all figures that there are, each but latency is found when it alone gets worse."""
    for figure in FIGURES:
        before = replace(run, figures={one.name: 0.5 for one in FIGURES})
        now = replace(before, figures={**before.figures, figure.name: 0.5 - 0.1 * (figure.direction or 1)})
        sentence = compare(before, now, 0.01).regression()
        assert (sentence is None) == figure.name.endswith(" ms"), figure.name
        assert sentence is None or f"{figure.name} 0.500 → 0." in sentence


def test_a_figure_of_one_run_only_is_shown_and_not_judged(run):
    """A run saved before a figure was there is no reason to fail."""
    now = replace(run, figures={"hit@1": 0.8, "hit@5": 0.1})
    changes = {one.name: one for one in compare(run, now, 0.01).changes}
    assert changes["hit@5"] == Change("hit@5", None, 0.1, "not judged")
    assert changes["AUROC"] == Change("AUROC", 0.9, None, "not judged")
    assert compare(run, now, 0.01).regression() is None


def test_a_run_saved_before_figures_were_named_apart_is_compared_by_those_it_has(tmp_path, collection, run):
    """quote@1 means in both what it meant before, with nothing declined; what it lacks is not judged."""
    save_run(replace(run, figures={"quote@1": 0.9}), tmp_path / "run.json", results=False)
    now = replace(run, figures={"quote@1": 0.8, "quote@1 as answered": 0.7})
    comparison = compare(read_run(tmp_path / "run.json", collection), now, 0.01)
    assert {one.name: one.verdict for one in comparison.changes} == {
        "quote@1 as answered": "not judged",
        "quote@1": "worse",
    }


def test_questions_that_turned_are_named_the_surest_first(collection):
    """Right to wrong and wrong to right, and none that can't be judged or was not there."""
    before = run_of(collection, *(result(name, right=name in "abe") for name in "abcde"))
    changed = {"a": False, "b": False, "c": True, "d": False, "e": None, "f": True}
    sure = {"a": 0.2, "b": 0.9}
    now = run_of(collection, *(result(n, right=right, confidence=sure.get(n, 0.5)) for n, right in changed.items()))
    turned = compare(before, now, 0.01).turned
    assert (turned.wrong, turned.right) == (["b", "a"], ["c"])
    assert compare(replace(before, results=[]), now, 0.01).turned is None


def test_what_changed_is_printed(collection, run, capsys):
    """Figures that moved with their verdicts, the others counted, and the questions that turned."""
    now = run_of(collection, result("x", right=False), result("y", right=True), **{"hit@1": 0.7, "Brier_score": 0.1})
    print_comparison(compare(run, now, 0.01))
    printed = capsys.readouterr().out
    lines = [line.split() for line in printed.splitlines()]
    assert ["hit@1", "0.800", "0.700", "worse"] in lines
    assert ["Brier", "score", "0.200", "0.100", "better"] in lines
    assert "The same: 1 of 4 figures." in printed
    assert "From right to wrong: x." in printed
    assert "From wrong to right: y." in printed


class Elements(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += f"{data} "


def written(run, collection, folder):
    make_folder(folder)
    write_report(run, collection, folder, 0.01)
    return Elements((folder / "index.html").read_text(encoding="utf-8"))


def test_a_report_is_a_page_pictures_and_the_run(tmp_path, collection, run):
    """Every picture of the page is in the folder, is a drawing, and says in words what it shows."""
    folder = tmp_path / "deep" / "report"
    elements = written(run, collection, folder)
    named = {attributes["srcset"] for tag, attributes in elements.tags if tag == "source"}
    images = [attributes for tag, attributes in elements.tags if tag == "img"]
    named |= {image["src"] for image in images}
    assert {path.name for path in folder.iterdir()} == named | {"index.html", "run.json"}
    assert len(named) == 4
    assert all(len(image["alt"]) > 40 for image in images)
    for name in named:
        assert ET.parse(folder / name).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert read_run(folder / "run.json", collection) == run


def test_the_page_asks_nothing_of_any_other_host(tmp_path, collection, run):
    """No script, no style sheet, no address but of its own pictures."""
    elements = written(run, collection, tmp_path / "report")
    assert not {"script", "iframe", "object", "embed", "form"} & {tag for tag, _ in elements.tags}
    addresses = [a.get(key) for _, a in elements.tags for key in ("src", "href", "srcset") if key in a]
    assert all(re.fullmatch(r"[a-z-]+\.svg|data:,", address) for address in addresses)
    assert "url(" not in (tmp_path / "report/index.html").read_text()


def test_the_same_run_gives_the_same_bytes(tmp_path, collection, run):
    """Pictures carry no date and no random name, so that a folder under version control stays quiet."""
    written(run, collection, tmp_path / "one")
    written(run, collection, tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_the_page_shows_every_figure_with_those_alone(tmp_path, collection, run):
    """Each in three decimals, the rankings alone beside."""
    text = " ".join(written(run, collection, tmp_path / "report").text.split())
    assert "hit@1 first passage has an answer 0.800 0.700" in text
    assert "Brier score ↓ its squared error 0.200" in text
    assert "2 questions (2 answerable), 3 articles, 9 passages" in text


def test_the_page_heads_what_is_as_answered_apart_and_first(tmp_path, collection):
    """The same figure stands below two headings, each of which says what it means."""
    run = run_of(collection, result("x"), **{"quote@1": 0.9, "quote@1 as answered": 0.8})
    text = " ".join(written(run, collection, tmp_path / "report").text.split())
    assert "As answered what a person is shown quote@1 as answered first quote has the answer 0.800" in text
    assert "With nothing declined as with a threshold of 0 quote@1 first quote has the answer 0.900" in text
    assert text.index("As answered") < text.index("With nothing declined")


def test_hostile_text_stays_text(tmp_path, collection):
    """Tags in a question, a quote, the gold, a name or a model are shown, and open no element."""
    bad = result("x", right=False, question=HOSTILE, quote=HOSTILE, wanted=[HOSTILE], short_answer=HOSTILE)
    hostile = replace(bad, quoted_article=HOSTILE)
    collection = replace(collection, name=HOSTILE)
    run = replace(run_of(collection, hostile), model=HOSTILE, retrieval_alone={HOSTILE: {"hit@1": 0.5}})
    first = written(run, collection, tmp_path / "report")
    again = written(run, collection, tmp_path / "report")
    for elements in (first, again):
        assert "script" not in {tag for tag, _ in elements.tags}
        assert elements.text.count(HOSTILE) >= 8
    plain = written(run_of(collection_of(tmp_path, "x"), bad), collection_of(tmp_path, "x"), tmp_path / "plain")
    assert sorted(tag for tag, _ in plain.tags) == sorted(tag for tag, _ in first.tags)


def test_the_worst_questions_are_those_most_sure_of_what_is_wrong():
    """Wrong answers, unanswerable ones and gold never found, each the surest first and ten at most."""
    wrong = [result(f"w{n}", right=False, confidence=n / 20) for n in range(12)]
    absent = [result(f"u{n}", right=False, answerable=False, confidence=n / 10) for n in range(3)]
    others = [result("right"), result("unjudged", right=None, rank=None), result("lost", rank=None, confidence=0.1)]
    lists = worst_questions([*wrong, *absent, *others])
    assert [[one.id for one in sample.results] for sample in lists] == [
        [f"w{n}" for n in range(11, 1, -1)],
        ["u2", "u1", "u0"],
        ["lost"],
    ]
    assert [sample.count for sample in lists] == [12, 3, 1]


def test_a_second_report_says_what_changed(tmp_path, collection, run):
    """The figures that moved, and the questions that turned, against the run that lay in the folder."""
    folder = tmp_path / "report"
    assert "What changed" not in written(run, collection, folder).text
    now = run_of(collection, result("x", right=False), result("y"), **{"hit@1": 0.7})
    text = " ".join(written(now, collection, folder).text.split())
    assert "hit@1 0.800 0.700 worse" in text
    assert "From right to wrong: 1 0.50 What is x?" in text
    assert "From wrong to right: 1 0.50 What is y?" in text
    assert read_run(folder / "run.json", collection) == now


@pytest.mark.parametrize("trouble", ["broken", "other"])
def test_an_earlier_run_that_can_t_be_compared_is_said_and_replaced(tmp_path, collection, run, trouble):
    """A broken run.json, or one of another collection, does not stop the report."""
    folder = tmp_path / "report"
    folder.mkdir()
    other = replace(run, collection="<b>other</b>")
    (folder / "run.json").write_text("{" if trouble == "broken" else json.dumps(run_as_json(other, results=True)))
    text = written(run, collection, folder).text
    assert "can’t be compared with" in text
    assert ("is no saved run" if trouble == "broken" else "of the collection <b>other</b>, not of made") in text
    assert read_run(folder / "run.json", collection) == run


def test_a_run_that_no_gold_can_judge_has_a_page_without_pictures(tmp_path, collection):
    """Answerable questions without gold leave nothing to draw."""
    run = run_of(collection, result("x", right=None, rank=None, short_f1=None))
    elements = written(run, collection, tmp_path / "report")
    assert "img" not in {tag for tag, _ in elements.tags}
    assert elements.text.count("None.") == 3
