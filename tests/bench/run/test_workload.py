"""What a case brings to its cells: samples as its model takes them, and the clear rungs on all of them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.errors import UserError
from bench.run import scoring
from bench.run.raw_outputs import raw_outputs
from bench.run.scoring import Decrypted
from bench.run.workload import layer_workload, load_workload
from bench.spec.cases import LayerLiteral
from bench.spec.file import Limits
from bench.spec.suite import CHECKPOINTS
from models.checkpoint import RUNGS, load_graph, save_graph
from models.data.own import ImageFolders, Table
from models.embedding import at_key_owner
from models.errors import ModelError, ScoreError
from models.graph import Graph
from models.metrics.catalogue import AGREEMENT, CORRELATION, CROSS_ENTROPY, MEAN_SQUARED_ERROR, PERPLEXITY
from models.metrics.metric import Metric
from models.reference import outputs
from reports import identity
from reports.scoring.held_out import held_out_ladder
from tests.bench.checkpoints import CONTEXT, TEXT, VOCABULARY, language_model, random_weights

DIGITS = CHECKPOINTS / "vit_tiny"


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A language model's checkpoint, and its text where data sets are looked for."""
    (tmp_path / "tinyshakespeare.txt").write_text(TEXT)
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    language_model(tmp_path / "checkpoint")
    return tmp_path / "checkpoint"


def test_a_classifiers_rungs_on_all_that_is_held_out() -> None:
    workload = load_workload(DIGITS, "digits", 8)
    assert (len(workload.held_out), len(workload.samples)) == (360, 8)
    assert workload.logits["original"].shape == (8, 1, 10)
    everything = workload.held_out.samples(0, 360)
    for rung, graph in workload.graphs.items():
        right = outputs(graph, everything.inputs)[:, 0].argmax(axis=1) == everything.labels
        assert workload.scores[rung].tolist() == right.tolist()


def test_the_cells_samples_are_the_first_of_the_held_out_ones() -> None:
    workload = load_workload(DIGITS, "digits", 8)
    first = workload.held_out.samples(0, 8)
    assert workload.samples.ids == first.ids
    assert np.array_equal(workload.samples.inputs, first.inputs)


def test_a_limit_shortens_the_comparison_alone() -> None:
    whole, limited = load_workload(DIGITS, "digits", 8), load_workload(DIGITS, "digits", 8, 5)
    assert len(limited.held_out) == 5
    assert limited.samples.digest() == whole.samples.digest()
    assert limited.scores["polynomial"].tolist() == whole.scores["polynomial"][:5].tolist()
    assert limited.held_out.digest != whole.held_out.digest
    assert len(load_workload(DIGITS, "digits", 8, 1000).held_out) == 360


def test_a_layer_as_older_versions_had_it_has_their_digest() -> None:
    """Blocks and the width of an MLP came later, and are told where they are not as they were."""
    before = {"kind": "block", "tokens": 4, "features": 8, "heads": 2, "degree": 4, "seed": 0}
    usual = LayerLiteral(kind="block", tokens=4, features=8, heads=2)
    assert layer_workload(usual, 1).model_digest == identity.digest(before)
    for later in ({"blocks": 2}, {"mlp_ratio": 4}):
        changed = layer_workload(usual.model_copy(update=later), 1).model_digest
        assert changed == identity.digest(before | later)


def test_progress_is_told_once_a_case() -> None:
    told: list[tuple[int, int]] = []
    workload = load_workload(DIGITS, "digits", 8, None, lambda done, total: told.append((done, total)))
    assert workload.scores is workload.scores
    assert told == [(done, 360) for done in (0, 64, 128, 192, 256, 320, 360)]


def test_a_language_model_takes_numbers_of_characters(windows: Path) -> None:
    workload = load_workload(windows, "tiny_shakespeare", 3)
    assert workload.metric is PERPLEXITY
    assert workload.samples.inputs.shape == workload.samples.labels.shape == (3, CONTEXT)
    assert workload.logits["polynomial"].shape == (3, CONTEXT, len(VOCABULARY))
    assert len(workload.held_out) == (len(TEXT) // 10 - 1) // CONTEXT


def test_perplexity_is_exp_of_the_cross_entropy_of_all_tokens(windows: Path) -> None:
    workload = load_workload(windows, "tiny_shakespeare", 3)
    everything = workload.held_out.samples(0, len(workload.held_out))
    logits = outputs(workload.polynomial, everything.inputs).reshape(-1, len(VOCABULARY))
    likelihoods = np.exp(logits[np.arange(len(logits)), everything.labels.ravel()]) / np.exp(logits).sum(1)
    block = held_out_ladder(workload.metric.name, workload.scores, workload.held_out.digest)
    assert block.polynomial == pytest.approx(np.exp(-np.log(likelihoods).mean()))
    assert block.samples == len(everything)
    assert block.drifts[2].mean == pytest.approx(block.polynomial / block.original - 1)


def test_a_perplexity_beyond_all_numbers_fails_whatever_is_lost(windows: Path) -> None:
    """All rungs are as bad as each other; none of them is ok."""
    for rung in RUNGS:
        graph = load_graph(windows, rung)
        head = graph["head"]
        loud = replace(head, arrays={**head.arrays, "weight": head.arrays["weight"] * 1e4})
        save_graph(replace(graph, nodes=(*graph.nodes[:-1], loud)), windows, rung)
    workload = load_workload(windows, "tiny_shakespeare", 3)
    with pytest.raises(ScoreError, match="of the original model is more than a number holds, exp"):
        scoring.held_out(workload)
    decrypted = scoring.Decrypted((workload.logits["polynomial"].copy(),))
    with pytest.raises(ScoreError, match="of the encrypted model is more than a number holds, exp"):
        scoring.check(workload, decrypted, Limits())
    told = scoring.ladder(workload, decrypted, None)
    assert (told.polynomial, told.encrypted) == (None, None)
    assert told.nats.encrypted == told.nats.polynomial > 709


def one_output(folder: Path, metric: str) -> Path:
    """The committed checkpoint of digits as if it answered with one number, that of its class 3."""
    for rung in RUNGS:
        graph = load_graph(DIGITS, rung)
        *_, head = (node for node in graph if node.operation == "linear")
        kept = {"weight": head.arrays["weight"][3:4], "bias": head.arrays["bias"][..., 3:4]}
        nodes = tuple(node if node.name != head.name else replace(head, arrays=kept) for node in graph)
        save_graph(replace(graph, nodes=nodes, metadata={**graph.metadata, "metric": metric}), folder, rung)
    return folder


@pytest.mark.parametrize("metric", [MEAN_SQUARED_ERROR, CORRELATION])
def test_a_regression_is_scored_by_its_error_and_by_no_label(tmp_path: Path, metric: Metric) -> None:
    workload = load_workload(one_output(tmp_path, metric.name), "digits", 8)
    everything = workload.held_out.samples(0, len(workload.held_out))
    answers = outputs(workload.polynomial, everything.inputs)[:, 0, 0]
    expected = {
        MEAN_SQUARED_ERROR: np.mean((answers - everything.labels) ** 2),
        CORRELATION: np.corrcoef(answers, everything.labels)[0, 1],
    }
    block = scoring.held_out(workload)
    assert block is not None
    assert block.polynomial == pytest.approx(expected[metric])
    decrypted = scoring.Decrypted((workload.logits["polynomial"] * (1 + 1e-9),))
    scoring.check(workload, decrypted, Limits())
    told = scoring.ladder(workload, decrypted, block)
    assert (told.label_agreement, told.nats) == (None, None)
    assert told.encrypted == pytest.approx(told.polynomial)


def test_one_label_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot be judged: a model of 1 label .* always right"):
        load_workload(one_output(tmp_path, "accuracy"), "digits", 8)


def test_a_model_may_be_judged_by_its_cross_entropy(windows: Path) -> None:
    by_perplexity = load_workload(windows, "tiny_shakespeare", 3)
    language_model(windows, metric=CROSS_ENTROPY.name)
    workload = load_workload(windows, "tiny_shakespeare", 3)
    found = {
        one.metric: held_out_ladder(one.metric.name, one.scores, "d") for one in (by_perplexity, workload)
    }
    assert found[CROSS_ENTROPY].polynomial == pytest.approx(np.log(found[PERPLEXITY].polynomial))
    assert found[CROSS_ENTROPY].drifts[2].mean == pytest.approx(np.log1p(found[PERPLEXITY].drifts[2].mean))


def test_another_preparation_is_another_digest(windows: Path, tmp_path: Path) -> None:
    before = load_workload(windows, "tiny_shakespeare", 3).held_out.digest
    shutil.copytree(windows, tmp_path / "shorter")
    graph = load_graph(windows, "polynomial")
    preparation = {**graph.metadata["preparation"], "context": CONTEXT - 1}
    shorter = Graph(graph.name, graph.nodes, graph.output, {**graph.metadata, "preparation": preparation})
    save_graph(shorter, tmp_path / "shorter", "polynomial")
    assert load_workload(tmp_path / "shorter", "tiny_shakespeare", 3).held_out.digest != before


def test_a_metric_that_nobody_knows(windows: Path) -> None:
    language_model(windows, metric="perplexty")
    with pytest.raises(ModelError, match="the metric 'perplexty' is unknown; use accuracy or perplexity"):
        load_workload(windows, "tiny_shakespeare", 3)


def test_a_data_set_of_another_kind(windows: Path) -> None:
    with pytest.raises(ModelError, match="characters does not read images"):
        load_workload(windows, "digits", 3)


def pictures(folder: Path, *classes: str) -> ImageFolders:
    """A held-out split of one picture a class, as own data that say no more."""
    for name in classes:
        (folder / "pictures" / name).mkdir(parents=True)
        Image.new("L", (8, 8), 9).save(folder / "pictures" / name / "0.png")
    return ImageFolders(held_out=str(folder / "pictures"), side=8, channels=1)


def naming(folder: Path, *classes: str) -> Path:
    """The committed checkpoint of digits with names of its classes, as one of own data has them."""
    for rung in RUNGS:
        graph = load_graph(DIGITS, rung)
        save_graph(replace(graph, metadata={**graph.metadata, "classes": list(classes)}), folder, rung)
    return folder


def test_data_of_more_or_fewer_classes_than_outputs_are_refused(tmp_path: Path) -> None:
    data = pictures(tmp_path, "a", "c")
    with pytest.raises(
        ModelError,
        match=r"has 10 outputs and .*pictures 2 classes \(a, c\); list all .* as classes: \[\.\.\.\]",
    ):
        load_workload(DIGITS, data, 2)
    told = data.model_copy(update={"classes": tuple("abcdefghij")})
    assert load_workload(DIGITS, told, 2).samples.labels.tolist() == [0, 2]
    random_weights(tmp_path / "random")
    assert load_workload(tmp_path / "random", data, 2).samples.labels.tolist() == [0, 1]


def test_own_data_are_numbered_as_the_checkpoint_names_its_classes(tmp_path: Path) -> None:
    model, data = naming(tmp_path / "model", *"jihgfedcba"), pictures(tmp_path, "a", "c")
    assert load_workload(model, data, 2).samples.labels.tolist() == [7, 9]
    other = data.model_copy(update={"classes": tuple("abcdefghij")})
    with pytest.raises(ModelError, match=r"in another order; leave classes out, or list j, i, h"):
        load_workload(model, other, 2)
    pictures(tmp_path, "k")
    with pytest.raises(ModelError, match="pictures has k beside the classes j, i, h"):
        load_workload(model, data, 2)


def test_samples_without_labels_are_judged_by_agreement_with_the_original(tmp_path: Path) -> None:
    """On the cell's samples and on all that is held out, whatever metric the checkpoint has for labels."""
    everything = load_workload(DIGITS, "digits", 60)
    (tmp_path / "flat").mkdir()
    source = everything.held_out.source
    for number in range(60):
        Image.fromarray(source.images[number, ..., 0]).save(tmp_path / "flat" / f"{number:02}.png")
    data = ImageFolders(held_out=str(tmp_path / "flat"), side=8, channels=1)
    model = naming(tmp_path / "model", *"abcdefghij")
    unlike = load_graph(model, "polynomial")
    head = unlike["head.per_token"]
    biased = replace(head, arrays={**head.arrays, "bias": head.arrays["bias"] + np.eye(10)[3] / 4})
    nodes = tuple(biased if node is head else node for node in unlike)
    save_graph(replace(unlike, nodes=nodes), model, "polynomial")
    workload = load_workload(model, data, 20)
    assert workload.metric is AGREEMENT
    wanted = everything.logits["original"][:, 0].argmax(axis=1)
    assert workload.labels[:, 0].tolist() == wanted[:20].tolist()
    agreeing = (
        outputs(load_graph(model, "polynomial"), everything.samples.inputs)[:, 0].argmax(axis=1) == wanted
    )
    assert 0 < agreeing.mean() < 1
    assert workload.scores["polynomial"].tolist() == agreeing.tolist()
    assert workload.scores["original"].all()
    decrypted = Decrypted((workload.expected.copy(),))
    scoring.check(workload, decrypted, Limits())
    found = scoring.ladder(workload, decrypted, scoring.held_out(workload))
    assert (found.metric, found.original, found.held_out.metric) == (AGREEMENT.name, 1.0, AGREEMENT.name)
    assert found.encrypted == found.polynomial == agreeing[:20].mean()
    raw = raw_outputs(workload, decrypted, workload.scores)
    assert raw["labels"].tolist() == workload.labels.tolist()


def test_what_samples_without_labels_cannot_judge(tmp_path: Path, windows: Path) -> None:
    """Whether a regression is right, which has no metric then, and what a model says of every token."""
    (windows.parent / "rows.tsv").write_text("sentence\ntoo be\n")
    words = {"kind": "words", "context": CONTEXT, "vocabulary": ["<unk>", "too"]}
    for rung in RUNGS:
        graph = load_graph(windows, rung)
        save_graph(replace(graph, metadata={**graph.metadata, "preparation": words}), windows, rung)
    data = Table(held_out="rows.tsv", text="sentence")
    with pytest.raises(
        ModelError, match=r"answers every token and rows[.]tsv has samples without labels; give"
    ):
        load_workload(windows, data, 1)
    (tmp_path / "flat").mkdir()
    Image.new("L", (8, 8), 9).save(tmp_path / "flat" / "0.png")
    folder = ImageFolders(held_out=str(tmp_path / "flat"), side=8, channels=1)
    assert load_workload(one_output(tmp_path, MEAN_SQUARED_ERROR.name), folder, 1).metric is None


def test_more_samples_than_there_are() -> None:
    with pytest.raises(UserError, match="361 samples were asked for and digits holds out 360"):
        load_workload(DIGITS, "digits", 361)


def test_an_embedding_at_the_key_owner_is_looked_up_before_anything_is_encrypted(windows: Path) -> None:
    before = load_workload(windows, "tiny_shakespeare", 3)
    for rung in RUNGS:
        save_graph(at_key_owner(load_graph(windows, rung)), windows, rung)
    workload = load_workload(windows, "tiny_shakespeare", 3)
    assert (before.shape.embedding, workload.shape.embedding) == ("server", "client")
    assert before.polynomial.input.attributes["features"] == len(VOCABULARY)
    assert workload.polynomial.input.attributes == {"tokens": CONTEXT, "features": 4}
    assert "embedding" not in {node.name for node in workload.polynomial}
    embedded = workload.encrypted_inputs
    assert embedded.shape == (3, CONTEXT, 4)
    np.testing.assert_array_equal(workload.values["encrypted"], embedded)
    np.testing.assert_allclose(workload.logits["polynomial"], before.logits["polynomial"], rtol=1e-12)
    np.testing.assert_allclose(outputs(workload.polynomial, embedded), workload.logits["polynomial"])


def test_what_answers_embeddings_is_judged_by_its_cosine_and_by_no_label(tmp_path: Path) -> None:
    """A classifier's logits, taken for the features of an embedding."""
    shutil.copytree(DIGITS, tmp_path / "embeds")
    for rung in RUNGS:
        path = tmp_path / "embeds" / f"{rung}.json"
        header = json.loads(path.read_text())
        header["metadata"]["architecture"]["head"] = False
        path.write_text(json.dumps(header))
    workload = load_workload(tmp_path / "embeds", "digits", 8)
    assert workload.embeds
    assert workload.metric is None
    expected = workload.expected
    swapped = expected.copy()
    first, second = expected[0, 0].argsort()[-2:]
    swapped[0, 0, [first, second]] = expected[0, 0, [second, first]]  # another label, and nearly the same
    decrypted = Decrypted((swapped,))
    scoring.check(workload, decrypted, Limits(precision_bits=0.0, label_agreement=1.0))
    found = scoring.ladder(workload, decrypted, None)
    turned = (swapped[0] * expected[0]).sum() / (expected[0] ** 2).sum()
    assert found.cosine == pytest.approx(turned)
    assert found.label_agreement is found.encrypted is found.original is None
