"""Every metric on arrays whose answers are known by hand."""

import numpy as np
import pytest
from scipy import stats

from models.errors import ScoreError
from models.metrics.catalogue import (
    ACCURACY,
    CORRELATION,
    CROSS_ENTROPY,
    DEFAULT,
    MEAN_SQUARED_ERROR,
    METRICS,
    PERPLEXITY,
    metric_named,
    metric_of,
)
from models.metrics.metric import Metric, scores, whole

LABELS = np.array([0, 1, 1, 0])
POLYNOMIAL = np.array([[2.0, 1.0], [0.0, 4.0], [1.0, 3.0], [1.0, 2.0]])


#: Logits of two windows of three positions over two symbols, and what comes next.
WINDOWS = np.log([[[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]], [[0.875, 0.125], [0.5, 0.5], [0.75, 0.25]]])
NEXT = np.array([[0, 0, 1], [1, 1, 1]])


def test_perplexity_is_per_token() -> None:
    found = scores(PERPLEXITY, WINDOWS + 7.0, NEXT)  # what is added to all logits of a position is nothing
    assert found == pytest.approx([np.log(1 / 16) / 3, np.log(1 / 64) / 3])
    assert whole(PERPLEXITY, found) == pytest.approx(2 ** (10 / 6))


def test_a_classifier_has_one_position_with_or_without_an_axis_of_its_own() -> None:
    assert scores(ACCURACY, POLYNOMIAL[:, None], LABELS).tolist() == [1.0, 1.0, 1.0, 0.0]
    assert scores(ACCURACY, POLYNOMIAL[:, None], LABELS[:, None]).tolist() == [1.0, 1.0, 1.0, 0.0]


def test_an_answer_that_is_not_finite_is_wrong_and_the_least_likely() -> None:
    broken = POLYNOMIAL.copy()
    broken[0, 0] = np.inf
    assert scores(ACCURACY, broken, LABELS).tolist() == [0.0, 1.0, 1.0, 0.0]
    found = scores(PERPLEXITY, broken, LABELS)
    assert found[0] == -np.inf
    assert found[1:].tolist() == scores(PERPLEXITY, POLYNOMIAL, LABELS)[1:].tolist()
    assert whole(PERPLEXITY, found) is None


def test_accuracy_is_of_one_answer_a_sample() -> None:
    with pytest.raises(ScoreError, match="judge such a model by perplexity"):
        scores(ACCURACY, WINDOWS, NEXT)
    with pytest.raises(ScoreError, match="do not fit labels"):
        scores(PERPLEXITY, WINDOWS, NEXT[:, 0])


def test_labels_that_differ_are_wrong() -> None:
    assert scores(ACCURACY, POLYNOMIAL[:, ::-1].copy(), LABELS).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_labels_of_other_samples_are_refused() -> None:
    with pytest.raises(ScoreError, match="do not fit labels"):
        scores(ACCURACY, POLYNOMIAL, LABELS[:1])


def test_cross_entropy_is_the_logarithm_of_perplexity() -> None:
    found = scores(CROSS_ENTROPY, WINDOWS, NEXT)
    assert found.tolist() == scores(PERPLEXITY, WINDOWS, NEXT).tolist()
    assert whole(CROSS_ENTROPY, found) == pytest.approx(np.log(2) * 10 / 6)
    assert whole(CROSS_ENTROPY, np.array([-1.0, -np.inf])) is None


def test_a_correlation_is_of_all_samples_at_once() -> None:
    random = np.random.default_rng(0)
    labels = random.normal(size=50)
    answers = labels + random.normal(size=50)
    found = scores(CORRELATION, answers[:, None], labels)
    assert found.shape == (50, 2)
    assert whole(CORRELATION, found) == pytest.approx(stats.pearsonr(answers, labels).statistic)
    assert whole(CORRELATION, scores(CORRELATION, -3 * labels[:, None], labels)) == pytest.approx(-1.0)


def test_a_correlation_of_answers_that_do_not_vary_or_are_not_finite_is_none() -> None:
    labels = np.arange(5)
    assert whole(CORRELATION, scores(CORRELATION, np.ones((5, 1)), labels)) is None
    assert whole(CORRELATION, scores(CORRELATION, np.full((5, 1), np.nan), labels)) is None


@pytest.mark.parametrize("metric", [CORRELATION, MEAN_SQUARED_ERROR])
def test_a_regression_is_of_one_number_a_sample(metric: Metric) -> None:
    with pytest.raises(ScoreError, match="not of 1 positions with 2 outputs"):
        scores(metric, POLYNOMIAL, LABELS)


def test_a_squared_error_is_of_the_one_output_from_its_label() -> None:
    found = scores(MEAN_SQUARED_ERROR, np.array([[1.5], [1.0], [-2.0]]), np.array([1, 1, 0]))
    assert found.tolist() == [0.25, 0.0, 4.0]
    assert whole(MEAN_SQUARED_ERROR, found) == 4.25 / 3
    assert whole(MEAN_SQUARED_ERROR, scores(MEAN_SQUARED_ERROR, np.array([[np.nan]]), LABELS[:1])) is None


@pytest.mark.parametrize("metric", [metric for metric in METRICS.values() if metric.answers_labels])
def test_one_label_is_always_right_and_so_no_score(metric: Metric) -> None:
    with pytest.raises(ScoreError, match="a model of 1 label cannot be judged by"):
        scores(metric, np.zeros((4, 1)), np.zeros(4, np.int64))


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_loss_is_positive_where_the_metric_got_worse(metric: Metric) -> None:
    better, worse = (0.9, 0.5) if metric.higher_is_better else (1.5, 3.0)
    assert metric.loss(better, worse) > 0 > metric.loss(worse, better)
    assert metric.loss(worse, worse) == 0
    assert metric.low <= min(better, worse) < max(better, worse) <= metric.high


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_the_mean_of_the_paired_interval_is_the_loss_of_the_wholes(metric: Metric) -> None:
    random = np.random.default_rng(1)
    if metric.answers_labels:
        labels = random.integers(0, 3, 200)
        before = random.normal(size=(200, 3)) + 2 * np.eye(3)[labels]
    else:
        labels = random.normal(size=200)
        before = labels[:, None] + random.normal(size=(200, 1))
    after = before + random.normal(size=before.shape)
    one, other = scores(metric, before, labels), scores(metric, after, labels)
    first, second = whole(metric, one), whole(metric, other)
    assert first is not None
    assert second is not None
    found = metric.interval(one, other)
    assert found.mean == pytest.approx(metric.loss(first, second))
    assert found.low < found.mean < found.high
    assert found.standard_error > 0


def test_metrics_by_name_and_by_what_a_graph_says() -> None:
    assert all(metric_named(name) is metric for name, metric in METRICS.items())
    assert metric_of({}) is DEFAULT
    assert metric_of({"metric": PERPLEXITY.name}) is PERPLEXITY
    with pytest.raises(ScoreError, match="the metric 'f1' is unknown; use accuracy or perplexity or"):
        metric_of({"metric": "f1"})
